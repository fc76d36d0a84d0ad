#![doc = include_str!("../README.md")]
#![no_std]
#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects,
        reason = "a test stops where it fails; the library is linted without `test` too"
    )
)]

extern crate alloc;
#[cfg(test)]
extern crate std;

#[macro_use]
mod objects;

mod audit;
mod availability;
mod command;
mod decide;
mod diff;
mod directory;
pub mod docs;
mod document;
mod event;
mod evolve;
#[cfg(feature = "graph")]
pub mod graph;
mod history;
mod ids;
mod impact;
mod model;
#[cfg(feature = "picture")]
pub mod picture;
mod plan;
#[cfg(feature = "rebalance")]
mod rebalance;
mod refusal;
mod rules;
mod select;
mod store;
mod tenant;
mod timestamp;
#[cfg(feature = "workload")]
pub mod workload;

pub use audit::{Violation, audit};
pub use availability::Availability;
pub use command::*;
pub use diff::{Diff, DiffCommands, Difference, Leftover, TenantProperties, diff};
pub use directory::{Answer, Directory, DirectoryEvent, TenantEvent};
pub use document::{DirectoryViolations, Violations};
pub use event::{ApplicationMoves, Event, Move, Moves, Removed, Report};
pub use history::{History, HistoryEntry};
pub use ids::{AnyId, AppId, ApplicationId, ConnectorGroupId, ConnectorId, InvalidGuid, TenantId};
pub use impact::{AvailabilityChange, ConnectorGroupChange, Dependents, Flow, Hazard, Impact, Loss};
pub use model::{
    application::{Application, ApplicationDocument, ContradictoryPublication, Publication},
    connector::{Connector, ConnectorDocument, ConnectorStatus, ContradictoryPresence, INACTIVE_DAYS_MAX, Presence},
    document::{ConnectorGroupDocument, DirectoryDocument, Document},
    group::{ConnectorGroup, ConnectorGroupType, Name, ServiceGroupType},
    json::OpenObject,
    publishing::{
        ApplicationSegment, CertificateMetadata, Change, CorsConfiguration, Enabled, KerberosSignOnSettings,
        OnPremisesPublishing, PublishingChanges, SingleSignOnSettings,
    },
    region::Region,
};
pub use plan::{Aim, Desired, DesiredGroup, Outage, Parking, Plan, PlanOptions, Reason, Selected, Things, Unreachable};
#[cfg(feature = "rebalance")]
pub use rebalance::{GroupBalance, Movable, Reach, Rebalance, RebalanceAim};
pub use refusal::{Kind, ReadOnlyProperty, Refusal, RefusedEntry, UrlProperty};
pub use rules::Rules;
pub use store::{ApplicationView, ConnectorGroupView, ConnectorView};
pub use tenant::Tenant;
pub use timestamp::{InvalidTimestamp, Timestamp};
