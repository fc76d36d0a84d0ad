//! One change of one thing, and the change that takes it back.

use core::fmt;

use connector_groups::{
    ApplicationId, Command, ConnectorGroupId, ConnectorId,
    command::{AddApplication, AddConnector, CreateConnectorGroup, DeleteConnectorGroup, UpdateConnectorGroup},
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{members, request::Request};

/// A value before and after.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Change {
    pub(crate) from: String,
    pub(crate) to: String,
}

impl Change {
    fn inverse(&self) -> Self {
        Self { from: self.to.clone(), to: self.from.clone() }
    }
}

/// What an effect changes, and a difference is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Thing {
    /// Its name and region, and that it is there.
    ConnectorGroup(ConnectorGroupId),
    /// The group in which it is.
    Connector(ConnectorId),
    /// The group in which it is.
    Application(ApplicationId),
    /// The settings of an application.
    Settings(ApplicationId),
}

/// What one request changes. The state before it is the precondition, the state after it is what a read must show, and the
/// way back is its inverse.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "effect", rename_all = "camelCase", rename_all_fields = "camelCase", deny_unknown_fields)]
pub(crate) enum Effect {
    CreateConnectorGroup {
        /// The plan's id for it. The service gives another.
        id: ConnectorGroupId,
        name: String,
        region: String,
    },
    UpdateConnectorGroup {
        id: ConnectorGroupId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<Change>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        region: Option<Change>,
    },
    DeleteConnectorGroup {
        id: ConnectorGroupId,
        /// For the way back, as the region.
        name: String,
        region: String,
    },
    MoveConnector {
        id: ConnectorId,
        from: ConnectorGroupId,
        to: ConnectorGroupId,
    },
    MoveApplication {
        id: ApplicationId,
        from: ConnectorGroupId,
        to: ConnectorGroupId,
    },
    /// Some settings of an application, as a PATCH has them; null is what is not set.
    UpdateApplication {
        id: ApplicationId,
        from: Map<String, Value>,
        to: Map<String, Value>,
    },
}

impl Effect {
    /// What takes it back.
    pub(crate) fn inverse(&self) -> Self {
        match self {
            Self::CreateConnectorGroup { id, name, region } => {
                Self::DeleteConnectorGroup { id: *id, name: name.clone(), region: region.clone() }
            }
            Self::DeleteConnectorGroup { id, name, region } => {
                Self::CreateConnectorGroup { id: *id, name: name.clone(), region: region.clone() }
            }
            Self::UpdateConnectorGroup { id, name, region } => {
                let [name, region] = [name, region].map(|change| change.as_ref().map(Change::inverse));
                Self::UpdateConnectorGroup { id: *id, name, region }
            }
            Self::MoveConnector { id, from, to } => Self::MoveConnector { id: *id, from: *to, to: *from },
            Self::MoveApplication { id, from, to } => Self::MoveApplication { id: *id, from: *to, to: *from },
            Self::UpdateApplication { id, from, to } => {
                Self::UpdateApplication { id: *id, from: to.clone(), to: from.clone() }
            }
        }
    }

    /// The group that it makes, changes or deletes.
    pub(crate) const fn connector_group(&self) -> Option<ConnectorGroupId> {
        match self {
            Self::CreateConnectorGroup { id, .. }
            | Self::UpdateConnectorGroup { id, .. }
            | Self::DeleteConnectorGroup { id, .. } => Some(*id),
            Self::MoveConnector { .. } | Self::MoveApplication { .. } | Self::UpdateApplication { .. } => None,
        }
    }

    /// What it changes.
    pub(crate) const fn thing(&self) -> Thing {
        match self {
            Self::CreateConnectorGroup { id, .. }
            | Self::UpdateConnectorGroup { id, .. }
            | Self::DeleteConnectorGroup { id, .. } => Thing::ConnectorGroup(*id),
            Self::MoveConnector { id, .. } => Thing::Connector(*id),
            Self::MoveApplication { id, .. } => Thing::Application(*id),
            Self::UpdateApplication { id, .. } => Thing::Settings(*id),
        }
    }

    /// The group that must keep an active connector while it happens, where the plan promises one: that which a connector leaves,
    /// or an application comes to.
    pub(crate) const fn needs(&self) -> Option<ConnectorGroupId> {
        match self {
            Self::MoveConnector { from, .. } => Some(*from),
            Self::MoveApplication { to, .. } => Some(*to),
            _ => None,
        }
    }

    /// The same with the ids that the service has for groups. A new group keeps its id of the plan.
    pub(crate) fn renamed(&self, id: impl Fn(ConnectorGroupId) -> ConnectorGroupId) -> Self {
        let mut effect = self.clone();
        match &mut effect {
            Self::CreateConnectorGroup { .. } | Self::UpdateApplication { .. } => {}
            Self::UpdateConnectorGroup { id: group, .. } | Self::DeleteConnectorGroup { id: group, .. } => {
                *group = id(*group);
            }
            Self::MoveConnector { from, to, .. } | Self::MoveApplication { from, to, .. } => {
                (*from, *to) = (id(*from), id(*to));
            }
        }
        effect
    }

    /// The engine's command for it, where it is about a group.
    pub(crate) fn command(&self) -> Option<Command> {
        Some(match self {
            Self::CreateConnectorGroup { id, name, region } => {
                let region = Some(region.as_str().into());
                CreateConnectorGroup { id: *id, name: name.as_str().into(), region }.into()
            }
            Self::UpdateConnectorGroup { id, name, region } => UpdateConnectorGroup {
                id: *id,
                name: name.as_ref().map(|name| name.to.as_str().into()),
                region: region.as_ref().map(|region| region.to.as_str().into()),
            }
            .into(),
            Self::DeleteConnectorGroup { id, .. } => DeleteConnectorGroup { id: *id }.into(),
            Self::MoveConnector { id, to, .. } => AddConnector { connector: *id, connector_group: *to }.into(),
            Self::MoveApplication { id, to, .. } => AddApplication { application: *id, connector_group: *to }.into(),
            Self::UpdateApplication { .. } => return None,
        })
    }

    pub(crate) fn request(&self) -> Request {
        match self {
            Self::CreateConnectorGroup { id, name, region } => Request::create_group(*id, name, Some(region)),
            Self::UpdateConnectorGroup { id, name, region } => {
                let to = |change: &Option<Change>| change.as_ref().map(|change| change.to.clone());
                Request::update_group(*id, to(name).as_deref(), to(region).as_deref())
            }
            Self::DeleteConnectorGroup { id, .. } => Request::delete_group(*id),
            Self::MoveConnector { id, to, .. } => Request::move_connector(*id, *to),
            Self::MoveApplication { id, to, .. } => Request::assign_application(*id, *to),
            Self::UpdateApplication { id, to, .. } => Request::update_application(*id, to.clone()),
        }
    }

    /// Whether the service answers a second request for it as the first one and changes nothing. A second
    /// creation makes a second group.
    pub(crate) const fn may_be_repeated(&self) -> bool {
        !matches!(self, Self::CreateConnectorGroup { .. })
    }
}

impl fmt::Display for Effect {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UpdateApplication { id, to, .. } => {
                write!(formatter, "change {} of application {id}", members::names(to).join(", "))
            }
            Self::CreateConnectorGroup { name, region, .. } => {
                write!(formatter, "create connector group {name:?} in region {region}")
            }
            Self::UpdateConnectorGroup { id, name, region } => {
                write!(formatter, "change connector group {id}")?;
                for (what, change) in [("name", name), ("region", region)] {
                    if let Some(Change { from, to }) = change {
                        write!(formatter, ", {what} {from:?} → {to:?}")?;
                    }
                }
                Ok(())
            }
            Self::DeleteConnectorGroup { id, name, .. } => {
                write!(formatter, "delete connector group {name:?} ({id})")
            }
            Self::MoveConnector { id, from, to } => write!(formatter, "move connector {id} from {from} to {to}"),
            Self::MoveApplication { id, from, to } => write!(formatter, "move application {id} from {from} to {to}"),
        }
    }
}
