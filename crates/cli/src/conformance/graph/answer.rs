//! An answer of Graph, of the engine or of a service.

use serde_json::Value;

/// An answer, as far as it counts.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Answer {
    pub(super) status: u16,
    /// Null where there is none, or where it is no JSON.
    pub(super) body: Value,
}

impl Answer {
    pub(super) const fn is_accepted(&self) -> bool {
        matches!(self.status, 200..=299)
    }

    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.body.get(name).and_then(Value::as_str)
    }

    /// The code of an error; empty where there is none.
    pub(super) fn code(&self) -> &str {
        self.body.pointer("/error/code").and_then(Value::as_str).unwrap_or_default()
    }

    pub(super) fn told(&self) -> String {
        format!("{} {}", self.status, self.code()).trim_end().into()
    }
}
