//! Views: one thing of a tenant as it stands, read where it is kept. A view is two words that are copied; its owned record is
//! made on request.

pub use crate::state::{ApplicationView, ConnectorGroupView, ConnectorView};
