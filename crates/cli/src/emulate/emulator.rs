//! What the emulator is made of, for whoever answers a request.

use std::sync::Mutex;

use connector_groups::graph;

use super::{
    calls::{journal::Journal, metrics::Metrics},
    faults::Faults,
    http::host::Hosts,
    shared::Shared,
    sign_in::grants::SignIn,
};

pub(crate) struct Emulator {
    pub(crate) shared: Shared,
    pub(crate) graph: graph::Options,
    pub(crate) control: bool,
    pub(crate) quiet: bool,
    pub(crate) records: Records,
    pub(crate) hosts: Hosts,
    pub(crate) sign_in: SignIn,
    /// Whether a request needs the permissions that Graph asks for.
    pub(crate) enforces_permissions: bool,
}

/// What is kept beside the directory.
pub(crate) struct Records {
    pub(crate) faults: Mutex<Faults>,
    pub(crate) journal: Mutex<Journal>,
    pub(crate) metrics: Option<Mutex<Metrics>>,
    /// Whether calls go to the journal.
    pub(crate) keeps_calls: bool,
}
