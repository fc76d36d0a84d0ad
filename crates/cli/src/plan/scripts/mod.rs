//! A plan as something that another tool runs: requests for Graph, a script for PowerShell, resources for Terraform.
//!
//! All of them are made from [`Request::of`](crate::work::Request::of), the requests of a step's command. Ids of new groups are known only when the
//! service has answered, so that each output has a name for them: `group1` and so on, in the order of their making.

mod graph;
mod parts;
mod powershell;
mod terraform;
#[cfg(all(test, feature = "export"))]
mod tests;

pub(super) use self::{graph::graph, powershell::powershell, terraform::terraform};

/// What a plan is run as.
#[derive(Clone, Copy, PartialEq, clap::ValueEnum)]
pub(super) enum As {
    /// Lines for `replay`
    Replay,
    /// JSON: the requests of Graph in their order, in batches of at most twenty
    Graph,
    /// A script with the cmdlets of Microsoft.Graph; it can be started again, and has `-WhatIf`
    #[value(name = "powershell")]
    PowerShell,
    /// Resources of the provider `microsoft/msgraph`
    Terraform,
}
