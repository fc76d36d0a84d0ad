//! How JSON is read and written, whatever it is about: objects only where an object is meant, objects that a tag tells apart,
//! and values that are kept as they came.

#[cfg(feature = "graph")]
mod members;
#[macro_use]
mod objects;
mod open;
mod properties;
pub(crate) mod tagged;

#[cfg(feature = "graph")]
pub(crate) use members::OpenMembers;
pub use open::OpenObject;
pub use properties::{Owner, Properties, PropertyChanges};
