//! What can be compared with what.

use super::super::super::schema::{Kind, Type};

/// What a value is, as far as it can be compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Compared {
    Text,
    Bool,
    Number,
    /// A collection of texts.
    Texts,
    /// A collection of anything else.
    List,
    /// What the table does not describe, and null.
    Unknown,
}

/// What a kind of property compares as, and the type in which its parts are found.
pub(super) fn compared(kind: Kind) -> (Compared, Option<&'static Type>) {
    match kind {
        Kind::Text | Kind::Guid | Kind::Date | Kind::Member(_) => (Compared::Text, None),
        Kind::Bool => (Compared::Bool, None),
        Kind::Number => (Compared::Number, None),
        Kind::Texts => (Compared::Texts, None),
        Kind::Objects(_) | Kind::OpenList(_) => (Compared::List, None),
        Kind::Object(of) => (Compared::Unknown, Some(of)),
        Kind::Open(_) | Kind::Any => (Compared::Unknown, None),
    }
}
