//! Who is where: all of a tenant that a plan depends on.

use alloc::collections::{BTreeMap, BTreeSet};
use core::fmt;

use connector_groups::{ApplicationId, ConnectorGroupId, ConnectorId, Tenant};
use serde::{Deserialize, Serialize};

use super::effect::{Change, Effect, Thing};

/// The groups of a tenant with what is in them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Places(pub(crate) BTreeMap<ConnectorGroupId, Place>);

/// A group and what is in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Place {
    pub(crate) name: String,
    pub(crate) region: String,
    pub(crate) connectors: BTreeMap<ConnectorId, Connector>,
    /// With their names, which are for people only.
    pub(crate) applications: BTreeMap<ApplicationId, String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Connector {
    /// For people only.
    pub(crate) name: String,
    pub(crate) is_active: bool,
}

/// How a tenant differs from what it was.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Difference {
    pub(crate) thing: Thing,
    /// The groups that it is about.
    pub(crate) groups: BTreeSet<ConnectorGroupId>,
    pub(crate) how: How,
    text: String,
}

/// In which way something differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum How {
    /// It is not there, or an application is in no group any more.
    Gone,
    /// No more than a connector's status is another one.
    Status,
    Otherwise,
}

impl Difference {
    /// One that is about no connector group.
    pub(super) const fn of_settings(id: ApplicationId, how: How, text: String) -> Self {
        Self { thing: Thing::Settings(id), groups: BTreeSet::new(), how, text }
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

impl Places {
    pub(crate) fn of(tenant: &Tenant) -> Self {
        let mut places = BTreeMap::new();
        // Groups of other services have none of our connectors and applications.
        for group in tenant.connector_groups().filter(|group| group.is_application_proxy()) {
            let connectors = group
                .members()
                .map(|one| (one.id(), Connector { name: one.machine_name().to_string(), is_active: one.is_active() }));
            let place = Place {
                name: group.name().as_str().into(),
                region: group.region().as_str().into(),
                connectors: connectors.collect(),
                applications: group.applications().map(|one| (one.id(), one.display_name().to_string())).collect(),
            };
            places.insert(group.id(), place);
        }
        Self(places)
    }

    /// The group in which a connector is.
    fn connectors(&self) -> BTreeMap<ConnectorId, (ConnectorGroupId, &Connector)> {
        let all = self.0.iter();
        all.flat_map(|(group, place)| place.connectors.iter().map(|(id, connector)| (*id, (*group, connector))))
            .collect()
    }

    fn applications(&self) -> BTreeMap<ApplicationId, (ConnectorGroupId, &str)> {
        let all = self.0.iter();
        all.flat_map(|(group, place)| place.applications.iter().map(|(id, name)| (*id, (*group, name.as_str()))))
            .collect()
    }

    /// An application as people call it.
    pub(crate) fn application(&self, id: ApplicationId) -> String {
        let name = self.0.values().find_map(|place| place.applications.get(&id));
        name.map_or_else(|| id.to_string(), |name| format!("{name:?} ({id})"))
    }

    /// A text in which things are named beside their ids, where these stand alone.
    pub(crate) fn named(&self, text: &str) -> String {
        let mut named = text.to_string();
        let mut name = |id: String, name: &str| {
            if text.contains(&id) {
                named = named.replace(&format!(" {id}"), &format!(" {name:?} ({id})"));
            }
        };
        for (id, place) in &self.0 {
            name(id.to_string(), &place.name);
            place.connectors.iter().for_each(|(id, connector)| name(id.to_string(), &connector.name));
            place.applications.iter().for_each(|(id, application)| name(id.to_string(), application));
        }
        named
    }

    /// What is otherwise than planned, for people, in the order of groups, connectors, applications.
    pub(crate) fn differences(&self, now: &Self) -> Vec<Difference> {
        let mut all = Vec::new();
        let mut tell = |thing: Thing, groups: &[ConnectorGroupId], how: How, text: String| {
            all.push(Difference { thing, groups: groups.iter().copied().collect(), how, text });
        };
        let title = |id: &ConnectorGroupId| {
            // The former name first: whoever reads of a difference knows the plan, not what came after it.
            let place = self.0.get(id).or_else(|| now.0.get(id));
            place.map_or_else(|| id.to_string(), |place| format!("{:?} ({id})", place.name))
        };
        for id in self.0.keys().chain(now.0.keys()).collect::<BTreeSet<_>>() {
            let thing = Thing::ConnectorGroup(*id);
            match (self.0.get(id), now.0.get(id)) {
                (Some(_), None) => tell(thing, &[*id], How::Gone, format!("the connector group {} is gone", title(id))),
                (None, Some(_)) => {
                    tell(thing, &[*id], How::Otherwise, format!("the connector group {} is new", title(id)));
                }
                (Some(was), Some(is)) => {
                    for (what, was, is) in [("name", &was.name, &is.name), ("region", &was.region, &is.region)] {
                        if was != is {
                            tell(
                                thing,
                                &[*id],
                                How::Otherwise,
                                format!("the {what} of connector group {} is {is:?}, not {was:?}", title(id)),
                            );
                        }
                    }
                }
                (None, None) => {}
            }
        }
        let (was, is) = (self.connectors(), now.connectors());
        for id in was.keys().chain(is.keys()).collect::<BTreeSet<_>>() {
            let thing = Thing::Connector(*id);
            match (was.get(id), is.get(id)) {
                (Some((from, one)), Some((to, _))) if from != to => {
                    let text = format!("connector {:?} ({id}) is in {}, not in {}", one.name, title(to), title(from));
                    tell(thing, &[*from, *to], How::Otherwise, text);
                }
                (Some((group, one)), Some((_, two))) if one.is_active != two.is_active => {
                    let status = if two.is_active { "active" } else { "inactive" };
                    tell(
                        thing,
                        &[*group],
                        How::Status,
                        format!("connector {:?} ({id}) in {} is {status} now", one.name, title(group)),
                    );
                }
                (Some((group, one)), None) => {
                    tell(
                        thing,
                        &[*group],
                        How::Gone,
                        format!("connector {:?} ({id}) of {} is gone", one.name, title(group)),
                    );
                }
                (None, Some((group, one))) => {
                    tell(
                        thing,
                        &[*group],
                        How::Otherwise,
                        format!("connector {:?} ({id}) in {} is new", one.name, title(group)),
                    );
                }
                _ => {}
            }
        }
        let (was, is) = (self.applications(), now.applications());
        for id in was.keys().chain(is.keys()).collect::<BTreeSet<_>>() {
            let thing = Thing::Application(*id);
            match (was.get(id), is.get(id)) {
                (Some((from, name)), Some((to, _))) if from != to => {
                    let text = format!("application {name:?} ({id}) is in {}, not in {}", title(to), title(from));
                    tell(thing, &[*from, *to], How::Otherwise, text);
                }
                (Some((group, name)), None) => {
                    let text = format!("application {name:?} ({id}) is not assigned to {} any more", title(group));
                    tell(thing, &[*group], How::Gone, text);
                }
                (None, Some((group, name))) => {
                    tell(
                        thing,
                        &[*group],
                        How::Otherwise,
                        format!("application {name:?} ({id}) in {} is new", title(group)),
                    );
                }
                _ => {}
            }
        }
        all
    }

    /// Lets an effect happen.
    ///
    /// # Errors
    /// What does not hold before it.
    pub(crate) fn apply(&mut self, effect: &Effect) -> Result<(), String> {
        match effect {
            Effect::CreateConnectorGroup { id, name, region } => {
                let place = Place {
                    name: name.clone(),
                    region: region.clone(),
                    connectors: BTreeMap::new(),
                    applications: BTreeMap::new(),
                };
                // One that is replaced here fails the run, so that nobody looks at what it has become.
                match self.0.insert(*id, place) {
                    None => Ok(()),
                    Some(_) => Err(format!("the connector group {id} is there already")),
                }
            }
            Effect::UpdateConnectorGroup { id, name, region } => {
                let place = self.0.get_mut(id).ok_or_else(|| format!("there is no connector group {id}"))?;
                change(&mut place.name, name.as_ref())?;
                change(&mut place.region, region.as_ref())
            }
            Effect::DeleteConnectorGroup { id, .. } => match self.0.remove(id) {
                Some(place) if place.connectors.is_empty() && place.applications.is_empty() => Ok(()),
                Some(_) => Err(format!("the connector group {id} is not empty")),
                None => Err(format!("there is no connector group {id}")),
            },
            Effect::MoveConnector { id, from, to } => {
                let connector = self.0.get_mut(from).and_then(|place| place.connectors.remove(id));
                let connector = connector.ok_or_else(|| format!("connector {id} is not in connector group {from}"))?;
                let place = self.0.get_mut(to).ok_or_else(|| format!("there is no connector group {to}"))?;
                place.connectors.insert(*id, connector);
                Ok(())
            }
            // Settings have no place: `Settings` knows them.
            Effect::UpdateApplication { .. } => Ok(()),
            Effect::MoveApplication { id, from, to } => {
                let name = self.0.get_mut(from).and_then(|place| place.applications.remove(id));
                let name = name.ok_or_else(|| format!("application {id} is not in connector group {from}"))?;
                let place = self.0.get_mut(to).ok_or_else(|| format!("there is no connector group {to}"))?;
                place.applications.insert(*id, name);
                Ok(())
            }
        }
    }

    /// The same without some connectors and applications.
    pub(crate) fn without(mut self, things: &BTreeSet<Thing>) -> Self {
        for place in self.0.values_mut() {
            place.connectors.retain(|id, _| !things.contains(&Thing::Connector(*id)));
            place.applications.retain(|id, _| !things.contains(&Thing::Application(*id)));
        }
        self
    }

    /// The same with other ids of groups: those that the service gave in place of the plan's.
    pub(crate) fn renamed(&self, id: impl Fn(ConnectorGroupId) -> ConnectorGroupId) -> Self {
        Self(self.0.iter().map(|(group, place)| (id(*group), place.clone())).collect())
    }
}

fn change(value: &mut String, change: Option<&Change>) -> Result<(), String> {
    let Some(Change { from, to }) = change else { return Ok(()) };
    if value == from {
        value.clone_from(to);
        Ok(())
    } else {
        Err(format!("{value:?} is not {from:?}"))
    }
}
