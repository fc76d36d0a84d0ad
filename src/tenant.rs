//! A tenant: its state, and the methods on it.

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
    ids::{AppId, ApplicationId, ApplicationSegmentId, ConnectorGroupId, ConnectorId, ServicePrincipalId, TenantId},
    model::Rules,
    model::{
        application::Application,
        connector::Connector,
        document::Document,
        group::{ConnectorGroup, Name},
        properties::ProfileProperties,
        region::Region,
        segment::ApplicationSegment,
        service_principal::ServicePrincipal,
    },
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
/// ```
/// # use connector_groups::Directory;
/// # let mut directory = Directory::default();
/// # for line in include_str!("../examples/contoso.jsonl").lines().filter(|line| !line.is_empty()) {
/// #     directory.apply(&serde_json::from_str(line).unwrap()).unwrap();
/// # }
/// # let tenant = directory.tenants().next().unwrap();
/// let unserved = tenant.connector_groups().filter(|group| group.applications_count() > 0);
/// let unserved = unserved.filter(|group| group.active_connectors_count() == 0);
/// assert_eq!(unserved.map(|group| group.name().as_str()).collect::<Vec<_>>(), ["Private Access Pilot"]);
/// ```
///
/// A clone is a snapshot: one reference count, whatever the tenant holds. A tenant comes from
/// [`Directory::apply`](crate::Directory::apply) or [`Directory::copy_tenant`](crate::Directory::copy_tenant), or from a
/// [`Document`], as JSON or not; there is no other way.
#[derive(Clone, Serialize, Deserialize)]
#[serde(try_from = "Document", into = "Document")]
pub struct Tenant {
    state: Arc<State>,
}

impl Tenant {
    pub(crate) fn from_state(state: State) -> Self {
        Self { state: Arc::new(state) }
    }

    /// A copy whose indexes hash with this seed; a snapshot if they do already.
    pub(crate) fn hashed_with(&self, seed: HashSeed) -> Self {
        // With another seed every slot is hashed again, which costs as much as building the tenant.
        if self.state.hash_seed() == seed { self.clone() } else { Self::from_state(self.state.hashed_with(seed)) }
    }

    /// A copy under another id: a snapshot that shares all pages until either changes.
    pub(crate) fn copied_as(&self, id: TenantId) -> Self {
        let mut state = State::clone(&self.state);
        state.set_id(id);
        Self::from_state(state)
    }

    /// A tenant with the same properties and only these things. The groups must include the default one and
    /// the groups of all connectors and applications.
    pub(crate) fn with_only(
        &self,
        groups: impl Iterator<Item = ConnectorGroup>,
        connectors: impl Iterator<Item = Connector>,
        applications: impl Iterator<Item = Application>,
    ) -> Self {
        let mut state = self.state.without_things();
        // Groups first: connectors and applications refer to theirs, which must exist by then.
        groups.for_each(|group| state.push_connector_group(&group));
        connectors.for_each(|connector| state.push_connector(&connector));
        state.fill_with_applications(applications);
        Self::from_state(state)
    }

    /// The same, with what does not differ between tenants kept where another one has it.
    pub(crate) fn sharing_with(mut self, other: &Self) -> Self {
        Arc::make_mut(&mut self.state).share_with(&other.state);
        self
    }

    pub(crate) const fn state(&self) -> &Arc<State> {
        &self.state
    }
}

/// Decisions.
impl Tenant {
    /// The events that `command` would cause, without applying them: a dry run. No events if it would
    /// change nothing.
    ///
    /// # Errors
    /// The first check that fails, in the order of [`Refusal`].
    pub fn decide(&self, command: &Command) -> Result<Vec<Event>, Refusal> {
        decide(&self.state, command)
    }
}

/// Changes.
impl Tenant {
    /// Decides the command, and applies its events if it is accepted. A refused command changes nothing
    /// (T4).
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
        // Copies the state if a snapshot holds it: one reference count a column, whatever the tenant
        // contains.
        let state = Arc::make_mut(&mut self.state);
        for event in events {
            evolve::evolve(state, event);
        }
    }

    /// Takes back the last events that happened here: the former state exactly, order included.
    pub fn undo(&mut self, events: &[Event]) {
        let state = Arc::make_mut(&mut self.state);
        // Backwards: each event is taken back from the state that it left.
        for event in events.iter().rev() {
            evolve::undo(state, event);
        }
    }
}

/// Reads.
impl Tenant {
    /// Its id, which no other tenant of its directory has (I4).
    #[must_use]
    pub fn id(&self) -> TenantId {
        self.state.id()
    }

    /// The region of a group that is created without one (R-32).
    #[must_use]
    pub fn default_region(&self) -> &Region {
        self.state.default_region()
    }

    /// The time of the tenant, which only `advanceClock` changes (I7).
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.state.now()
    }

    /// The rules that the sources leave open, each on or off.
    #[must_use]
    pub fn rules(&self) -> Rules {
        self.state.rules()
    }

    /// What its publishing profile says besides `id` and `isEnabled` (R-81).
    #[must_use]
    pub fn on_premises_publishing_profile(&self) -> &ProfileProperties {
        self.state.profile()
    }

    /// How many groups there are. O(1).
    #[must_use]
    pub fn connector_groups_count(&self) -> usize {
        self.state.connector_groups_count()
    }

    /// All groups, in creation order; a page is `.take(limit)`.
    #[must_use]
    pub fn connector_groups(&self) -> impl DoubleEndedIterator<Item = ConnectorGroupView<'_>> + ExactSizeIterator {
        self.state.connector_groups()
    }

    /// The groups behind this one, in creation order: the next page. `None` where there is no such group.
    #[must_use]
    pub fn connector_groups_after(
        &self,
        after: ConnectorGroupId,
    ) -> Option<impl DoubleEndedIterator<Item = ConnectorGroupView<'_>>> {
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
    #[must_use]
    pub fn connector_groups_by_name(
        &self,
        name: &str,
    ) -> impl DoubleEndedIterator<Item = ConnectorGroupView<'_>> + ExactSizeIterator {
        // A blank text is no name, so no group has it.
        let named = Name::new(name).map(|name| self.state.connector_groups_named(&name).collect::<Vec<_>>());
        named.unwrap_or_default().into_iter()
    }

    /// How many connectors there are. O(1).
    #[must_use]
    pub fn connectors_count(&self) -> usize {
        self.state.connectors_count()
    }

    /// All connectors, in creation order; a page is `.take(limit)`.
    #[must_use]
    pub fn connectors(&self) -> impl DoubleEndedIterator<Item = ConnectorView<'_>> + ExactSizeIterator {
        self.state.connectors()
    }

    /// The connectors behind this one, in creation order: the next page. `None` where there is no such connector.
    #[must_use]
    pub fn connectors_after(&self, after: ConnectorId) -> Option<impl DoubleEndedIterator<Item = ConnectorView<'_>>> {
        self.state.connectors_after(after)
    }

    /// The connector with this id.
    #[must_use]
    pub fn connector(&self, id: ConnectorId) -> Option<ConnectorView<'_>> {
        self.state.connector(id)
    }

    /// The connectors with this machine name, in any ASCII case, in creation order. Visits all connectors.
    #[must_use]
    pub fn connectors_by_machine_name(&self, machine_name: &str) -> impl DoubleEndedIterator<Item = ConnectorView<'_>> {
        self.connectors().filter(move |connector| connector.machine_name().eq_ignore_ascii_case(machine_name))
    }

    /// How many applications there are, published or not. O(1).
    #[must_use]
    pub fn applications_count(&self) -> usize {
        self.state.applications_count()
    }

    /// All applications, published or not, in creation order; a page is `.take(limit)`.
    #[must_use]
    pub fn applications(&self) -> impl DoubleEndedIterator<Item = ApplicationView<'_>> + ExactSizeIterator {
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
    pub fn applications_after(
        &self,
        after: ApplicationId,
    ) -> Option<impl DoubleEndedIterator<Item = ApplicationView<'_>>> {
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

    /// The applications whose open property `uniqueName` is this text in any ASCII case, in creation order. Flat in the number
    /// of applications; Graph keeps such names unique, and the engine takes them as they come.
    pub fn applications_by_unique_name(&self, name: &str) -> impl Iterator<Item = ApplicationView<'_>> {
        self.state.applications_by_unique_name(name)
    }

    /// All service principals with their applications, in the order of the tenant document.
    pub fn service_principals(&self) -> impl Iterator<Item = (ApplicationView<'_>, &ServicePrincipal)> {
        self.state.service_principals()
    }

    /// The service principal with this id, and its application. O(1).
    #[must_use]
    pub fn service_principal(&self, id: ServicePrincipalId) -> Option<(ApplicationView<'_>, &ServicePrincipal)> {
        self.state.service_principal(id)
    }

    /// How many segments there are. O(1).
    #[must_use]
    pub fn application_segments_count(&self) -> usize {
        self.state.application_segments_count()
    }

    /// All segments with their applications, in the order of the tenant document.
    pub fn application_segments(&self) -> impl Iterator<Item = (ApplicationView<'_>, &ApplicationSegment)> {
        self.state.application_segments()
    }

    /// The segment with this id, and its application. O(1).
    #[must_use]
    pub fn application_segment(&self, id: ApplicationSegmentId) -> Option<(ApplicationView<'_>, &ApplicationSegment)> {
        self.state.application_segment(id)
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
    #[must_use]
    pub fn applications_by_display_name(
        &self,
        display_name: &str,
    ) -> impl DoubleEndedIterator<Item = ApplicationView<'_>> {
        self.applications().filter(move |application| application.display_name().eq_ignore_ascii_case(display_name))
    }
}

/// Checks.
impl Tenant {
    /// Every invariant that does not hold, judged from scratch. Empty, unless foreign events happened.
    #[must_use]
    pub fn audit(&self) -> Vec<Violation> {
        audit(&Document::from(self))
    }
}

/// Equal where all that can be read is equal, order included.
impl PartialEq for Tenant {
    fn eq(&self, other: &Self) -> bool {
        // Two snapshots of one state are equal without a look inside.
        Arc::ptr_eq(&self.state, &other.state)
            || (self.id() == other.id()
                && self.default_region() == other.default_region()
                && self.now() == other.now()
                && self.rules() == other.rules()
                && self.on_premises_publishing_profile() == other.on_premises_publishing_profile()
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
