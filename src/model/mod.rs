//! What a caller sees: connector groups, connectors, applications and their publishing.

pub(crate) mod application;
pub(crate) mod connector;
pub(crate) mod document;
pub(crate) mod group;
pub(crate) mod json;
pub(crate) mod publishing;
pub(crate) mod region;
pub(crate) mod url;
