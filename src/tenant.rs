//! A tenant: a state and its verbs.

use alloc::{sync::Arc, vec::Vec};
use core::fmt;

use serde::{Deserialize, Serialize};

use crate::{
    audit::{Violation, audit},
    columns::HashSeed,
    command::Command,
    decide::decide,
    event::Event,
    evolve,
    ids::{AppId, ApplicationId, ConnectorGroupId, ConnectorId, TenantId},
    impact::{Dependents, Impact, Loss, Meanwhile},
    model::Rules,
    model::{document::Document, group::Name, region::Region},
    refusal::Refusal,
    state::{ApplicationView, ConnectorGroupView, ConnectorView, State},
    timestamp::Timestamp,
};

/// A tenant: a closed world of connector groups, connectors and applications in which every invariant holds.
///
/// Its methods are of four kinds. *Decisions* ([`decide`](Self::decide), [`impact`](Self::impact)) read, and tell what a
/// command would do. *Changes* ([`apply`](Self::apply), [`evolve`](Self::evolve), [`undo`](Self::undo)) go through events
/// only. *Reads* answer what there is, in creation order, and have no refusals: an unknown id is `None`. *Checks*
/// ([`audit`](Self::audit)) judge the whole from scratch.
///
/// A clone is a snapshot: one reference count, whatever the tenant holds. A tenant comes from
/// [`Directory::apply`](crate::Directory::apply), or from a [`Document`], as JSON or not; there is no other way.
#[derive(Clone, Serialize, Deserialize)]
#[serde(try_from = "Document", into = "Document")]
pub struct Tenant {
    state: Arc<State>,
}

impl Tenant {
    pub(crate) fn from_state(state: State) -> Self {
        Self { state: Arc::new(state) }
    }

    /// The same, found with this seed; a snapshot where it is so already.
    pub(crate) fn hashed_with(&self, seed: HashSeed) -> Self {
        if self.state.hash_seed() == seed { self.clone() } else { Self::from_state(self.state.hashed_with(seed)) }
    }

    pub(crate) fn state(&self) -> &State {
        &self.state
    }
}

/// Decisions.
impl Tenant {
    /// What `command` would do, without doing it: a dry run. No events where it would change nothing.
    ///
    /// # Errors
    /// The first check that fails, in the order of [`Refusal`].
    pub fn decide(&self, command: &Command) -> Result<Vec<Event>, Refusal> {
        decide(&self.state, command)
    }

    /// What `command` would change for availability, without running it (R-60 to R-63, R-66).
    ///
    /// Cost: about that of [`apply`](Self::apply), which does not depend on what the tenant holds; lists are made when they
    /// are read.
    ///
    /// # Errors
    /// The refusal that [`apply`](Self::apply) would give.
    ///
    /// # Example: taking away all connectors of a group
    /// ```
    /// # use connector_groups::{Command, Directory, DirectoryCommand, Selection, command::MoveConnectors};
    /// # let mut directory = Directory::default();
    /// # for line in include_str!("../examples/contoso.jsonl").lines().filter(|line| !line.is_empty()) {
    /// #     let Ok(command) = serde_json::from_str::<DirectoryCommand>(line) else { continue };
    /// #     _ = directory.apply(&command);
    /// # }
    /// # let tenant = directory.tenants().next().unwrap();
    /// let finance = tenant.connector_groups_by_name("Finance DMZ").next().expect("Contoso has one");
    /// let to_default = tenant.default_connector_group().id();
    /// let command = MoveConnectors { connectors: Selection::In(finance.id()), connector_group: to_default };
    /// let impact = tenant.impact(&Command::from(command))?;
    /// assert!(impact.become_unavailable().eq(finance.applications().map(|application| application.id())));
    /// # Ok::<(), connector_groups::Refusal>(())
    /// ```
    pub fn impact(&self, command: &Command) -> Result<Impact, Refusal> {
        let mut meanwhile = Meanwhile::since(&self.state);
        meanwhile.happens(&self.decide(command)?);
        Ok(meanwhile.impact())
    }

    /// What would happen to availability if a connector, or all connectors of a group or of a region, failed (R-62). `None`
    /// where there is no such connector or group; a region without groups loses nothing.
    ///
    /// Cost: one visit to each connector that is lost, and for a region to each group.
    ///
    /// # Example: a region is cut off
    /// ```
    /// # use connector_groups::{Command, Directory, DirectoryCommand, Hazard, Region, impact::Loss};
    /// # let mut directory = Directory::default();
    /// # for line in include_str!("../examples/contoso.jsonl").lines().filter(|line| !line.is_empty()) {
    /// #     let Ok(command) = serde_json::from_str::<DirectoryCommand>(line) else { continue };
    /// #     _ = directory.apply(&command);
    /// # }
    /// # let tenant = directory.tenants().next().unwrap();
    /// let india = Loss::Region(Region::new("ind").expect("a region"));
    /// let impact = tenant.what_if(&india).expect("a region is no id");
    /// let pune = tenant.connector_groups_by_name("Pune Development").next().expect("Contoso has one");
    /// let hazard = Hazard::NoActiveConnector { connector_group: pune.id(), applications: pune.applications_count() };
    /// assert_eq!(impact.hazards(), [hazard]);
    /// ```
    #[must_use]
    pub fn what_if(&self, loss: &Loss) -> Option<Impact> {
        let mut meanwhile = Meanwhile::since(&self.state);
        for report in loss.reports(&self.state)? {
            // None is refused: each connector is there.
            let events = decide(meanwhile.state(), &report).ok()?;
            meanwhile.happens(&events);
        }
        Some(meanwhile.impact())
    }

    /// What depends on a connector: the applications of its group, and how they would be served without it (R-60, R-62).
    /// `None` where there is no such connector. O(1).
    ///
    /// ```
    /// # use connector_groups::{Directory, DirectoryCommand};
    /// # let mut directory = Directory::default();
    /// # for line in include_str!("../examples/contoso.jsonl").lines().filter(|line| !line.is_empty()) {
    /// #     let Ok(command) = serde_json::from_str::<DirectoryCommand>(line) else { continue };
    /// #     _ = directory.apply(&command);
    /// # }
    /// # let tenant = directory.tenants().next().unwrap();
    /// let dublin = tenant.connectors_by_machine_name("conn-dub-01.contoso.local").next().expect("Contoso has one");
    /// let dependents = tenant.dependents_of_connector(dublin.id()).expect("it was just found");
    /// assert_eq!(dependents.connector_group(), dublin.connector_group());
    /// assert!(!dependents.is_last());
    /// ```
    #[must_use]
    pub fn dependents_of_connector(&self, id: ConnectorId) -> Option<Dependents<'_>> {
        self.connector(id).map(Dependents::of_connector)
    }

    /// What depends on a group: its applications, which no other group serves (R-60). `None` where there is no such group.
    /// O(1).
    ///
    /// ```
    /// # use connector_groups::{Directory, DirectoryCommand};
    /// # let mut directory = Directory::default();
    /// # for line in include_str!("../examples/contoso.jsonl").lines().filter(|line| !line.is_empty()) {
    /// #     let Ok(command) = serde_json::from_str::<DirectoryCommand>(line) else { continue };
    /// #     _ = directory.apply(&command);
    /// # }
    /// # let tenant = directory.tenants().next().unwrap();
    /// let pilot = tenant.connector_groups_by_name("Private Access Pilot").next().expect("Contoso has one");
    /// let dependents = tenant.dependents_of_connector_group(pilot.id()).expect("it was just found");
    /// assert_eq!(dependents.applications_count(), 4);
    /// assert!(!dependents.is_last()); // it has no active connector as it is, so nothing more can be lost
    /// ```
    #[must_use]
    pub fn dependents_of_connector_group(&self, id: ConnectorGroupId) -> Option<Dependents<'_>> {
        self.connector_group(id).map(Dependents::of_connector_group)
    }
}

/// Changes.
impl Tenant {
    /// Decides, and where the command is accepted, lets its events happen. A refused command changes nothing (T4).
    ///
    /// # Errors
    /// The first check that fails, in the order of [`Refusal`].
    pub fn apply(&mut self, command: &Command) -> Result<Vec<Event>, Refusal> {
        let events = self.decide(command)?;
        self.evolve(&events);
        Ok(events)
    }

    /// Lets events happen that [`decide`](Self::decide) gave for this very state, here or on an equal copy.
    ///
    /// Never fails. Foreign events, of another state or made up, cannot panic, but may leave a state that no command
    /// leads to; [`audit`](Self::audit) tells.
    pub fn evolve(&mut self, events: &[Event]) {
        let state = Arc::make_mut(&mut self.state);
        for event in events {
            evolve::evolve(state, event);
        }
    }

    /// Takes back the last events that happened here: the former state exactly, order included.
    pub fn undo(&mut self, events: &[Event]) {
        let state = Arc::make_mut(&mut self.state);
        for event in events.iter().rev() {
            evolve::undo(state, event);
        }
    }
}

/// Reads.
impl Tenant {
    /// Its id.
    #[must_use]
    pub fn id(&self) -> TenantId {
        self.state.id()
    }

    /// The region of a group that is created without one (R-32).
    #[must_use]
    pub fn default_region(&self) -> &Region {
        self.state.default_region()
    }

    /// Its time.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.state.now()
    }

    /// Its switches.
    #[must_use]
    pub fn rules(&self) -> Rules {
        self.state.rules()
    }

    /// How many groups there are. O(1).
    #[must_use]
    pub fn connector_groups_count(&self) -> usize {
        self.state.connector_groups_count()
    }

    /// All groups, in creation order; a page is `.take(limit)`.
    pub fn connector_groups(&self) -> impl Iterator<Item = ConnectorGroupView<'_>> {
        self.state.connector_groups()
    }

    /// The groups behind this one, in creation order: the next page. `None` where there is no such group.
    #[must_use]
    pub fn connector_groups_after(
        &self,
        after: ConnectorGroupId,
    ) -> Option<impl Iterator<Item = ConnectorGroupView<'_>>> {
        self.state.connector_groups_after(after)
    }

    /// The group with this id.
    #[must_use]
    pub fn connector_group(&self, id: ConnectorGroupId) -> Option<ConnectorGroupView<'_>> {
        self.state.connector_group(id)
    }

    /// The one default group (I1).
    #[must_use]
    pub fn default_connector_group(&self) -> ConnectorGroupView<'_> {
        self.state.default_connector_group()
    }

    /// The groups with this name, trimmed and in any case, of any type, in creation order (R-46: names are not unique
    /// unless a switch says so).
    pub fn connector_groups_by_name(&self, name: &str) -> impl Iterator<Item = ConnectorGroupView<'_>> {
        Name::new(name).into_iter().flat_map(|name| self.state.connector_groups_named(&name).collect::<Vec<_>>())
    }

    /// How many connectors there are. O(1).
    #[must_use]
    pub fn connectors_count(&self) -> usize {
        self.state.connectors_count()
    }

    /// All connectors, in creation order; a page is `.take(limit)`.
    pub fn connectors(&self) -> impl Iterator<Item = ConnectorView<'_>> {
        self.state.connectors()
    }

    /// The connectors behind this one, in creation order: the next page. `None` where there is no such connector.
    #[must_use]
    pub fn connectors_after(&self, after: ConnectorId) -> Option<impl Iterator<Item = ConnectorView<'_>>> {
        self.state.connectors_after(after)
    }

    /// The connector with this id.
    #[must_use]
    pub fn connector(&self, id: ConnectorId) -> Option<ConnectorView<'_>> {
        self.state.connector(id)
    }

    /// The connectors with this machine name, in any ASCII case, in creation order. Visits all connectors.
    pub fn connectors_by_machine_name(&self, machine_name: &str) -> impl Iterator<Item = ConnectorView<'_>> {
        self.connectors().filter(move |connector| connector.machine_name().eq_ignore_ascii_case(machine_name))
    }

    /// How many applications there are, published or not. O(1).
    #[must_use]
    pub fn applications_count(&self) -> usize {
        self.state.applications_count()
    }

    /// All applications, published or not, in creation order; a page is `.take(limit)`.
    pub fn applications(&self) -> impl Iterator<Item = ApplicationView<'_>> {
        self.state.applications()
    }

    /// Every group with the ids of the applications that are assigned to it, both in creation order. One pass over the
    /// applications, where asking each group for its own would be one a group.
    #[must_use]
    pub fn applications_by_connector_group(&self) -> Vec<(ConnectorGroupView<'_>, Vec<ApplicationId>)> {
        self.state.applications_by_group()
    }

    /// The applications behind this one, in creation order: the next page. `None` where there is no such application.
    #[must_use]
    pub fn applications_after(&self, after: ApplicationId) -> Option<impl Iterator<Item = ApplicationView<'_>>> {
        self.state.applications_after(after)
    }

    /// The application with this id.
    #[must_use]
    pub fn application(&self, id: ApplicationId) -> Option<ApplicationView<'_>> {
        self.state.application(id)
    }

    /// The application with this client id.
    #[must_use]
    pub fn application_by_app_id(&self, app_id: AppId) -> Option<ApplicationView<'_>> {
        self.state.application_by_app_id(app_id)
    }

    /// The published application with this internal URL, in any ASCII case (I5).
    #[must_use]
    pub fn application_by_internal_url(&self, url: &str) -> Option<ApplicationView<'_>> {
        self.state.application_by_internal_url(url)
    }

    /// The published application with this external URL, in any ASCII case (I5).
    #[must_use]
    pub fn application_by_external_url(&self, url: &str) -> Option<ApplicationView<'_>> {
        self.state.application_by_external_url(url)
    }

    /// The applications with this name, in any ASCII case, in creation order. Visits all applications.
    pub fn applications_by_display_name(&self, display_name: &str) -> impl Iterator<Item = ApplicationView<'_>> {
        self.applications().filter(move |application| application.display_name().eq_ignore_ascii_case(display_name))
    }
}

/// Checks.
impl Tenant {
    /// Every invariant that does not hold, judged from scratch (contract §2). Empty, unless foreign events happened.
    #[must_use]
    pub fn audit(&self) -> Vec<Violation> {
        audit(&Document::from(self))
    }
}

/// Equal where all that can be read is equal, order included.
impl PartialEq for Tenant {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.state, &other.state)
            || (self.id() == other.id()
                && self.default_region() == other.default_region()
                && self.now() == other.now()
                && self.rules() == other.rules()
                && self.connector_groups().eq(other.connector_groups())
                && self.connectors().eq(other.connectors())
                && self.applications().eq(other.applications()))
    }
}

impl Eq for Tenant {}

impl fmt::Debug for Tenant {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        Document::from(self).fmt(formatter)
    }
}
