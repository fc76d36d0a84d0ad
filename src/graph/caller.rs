//! Who sends a request.

use alloc::{collections::BTreeSet, string::String};

/// Whoever sends a request, as far as permissions go. Without one in its [`Context`](super::Context), a request may do
/// everything.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Caller {
    /// Whether an application calls for itself (application permissions, the claim `roles`) or for a signed-in user
    /// (delegated permissions, the claim `scp`).
    pub is_application: bool,
    /// The permissions that it was granted, such as `Directory.ReadWrite.All`.
    pub permissions: BTreeSet<String>,
}
