//! How JSON is read and written, whatever it is about: objects only where an object is meant, objects that a tag tells apart,
//! and values that are kept as they came.

#[macro_use]
mod objects;
mod open;
pub(crate) mod tagged;

pub use open::OpenObject;
