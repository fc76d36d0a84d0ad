//! The impact of a command or a loss on availability, at a cost that grows with the change and not with the
//! tenant.
//!
//! Events name applications one by one, or move a whole group. A whole group stays one record: its
//! applications are counted. Both the state before and the state after are kept, each a snapshot, and lists
//! are read from the two on demand.

mod availability;
mod hazard;
mod json;
mod loss;
mod questions;
mod touched;

use alloc::{collections::BTreeMap, sync::Arc, vec::Vec};

use serde::{Deserialize, Serialize};

use crate::{
    count::length,
    event::Event,
    evolve::evolve,
    ids::{ApplicationId, ConnectorGroupId, ConnectorId},
    state::{ApplicationView, ConnectorGroupView, ConnectorView, State},
};

pub use availability::Availability;
pub use hazard::Hazard;
pub use loss::{Dependents, Loss};
use touched::Touched;

/// What a command, or a loss, would change for availability (R-60 to R-63, R-66).
///
/// Making one costs what the command costs; nothing is listed until it is read, so that moving a group of a million is a
/// single [`Flow`]. It keeps the state before and the state after, each a snapshot. Its JSON spells everything out.
///
/// # Example: a datacenter's applications go to another one
/// ```
/// # use connector_groups::Directory;
/// # let mut directory = Directory::default();
/// # for line in include_str!("../../examples/contoso.jsonl").lines().filter(|line| !line.is_empty()) {
/// #     directory.apply(&serde_json::from_str(line).unwrap()).unwrap();
/// # }
/// # let tenant = directory.tenants().next().unwrap();
/// use connector_groups::{command::ReassignApplications, Availability, Selection};
/// let group = |name| tenant.connector_groups_by_name(name).next().expect("Contoso has one");
/// let (dublin, pilot) = (group("Datacenter Dublin"), group("Private Access Pilot"));
/// let command = ReassignApplications { applications: Selection::In(dublin.id()), connector_group: pilot.id() };
/// let impact = tenant.impact(&command.into())?;
///
/// // One flow, counted; its applications are found when they are asked for.
/// let flows: Vec<_> = impact.flows().collect();
/// assert_eq!(flows.iter().map(|flow| flow.applications_count()).collect::<Vec<_>>(), [54]);
/// assert_eq!((flows[0].before(), flows[0].after()), (Some(Availability::HighlyAvailable), Some(Availability::Unavailable)));
/// assert!(flows[0].applications().eq(dublin.applications().map(|application| application.id())));
///
/// // Both groups change: one will hold 54 applications less, the other 54 more.
/// for change in impact.connector_groups() {
///     let (before, after) = (change.before.expect("it is there"), change.after.expect("it stays"));
///     assert_eq!(before.applications_count().abs_diff(after.applications_count()), 54);
/// }
/// let rules: Vec<_> = impact.hazards().iter().map(|hazard| hazard.rule()).collect();
/// assert_eq!(rules, ["R-28"]); // the pilot has no active connector
/// # Ok::<(), connector_groups::Refusal>(())
/// ```
#[derive(Clone)]
pub struct Impact {
    before: Arc<State>,
    after: Arc<State>,
    /// The applications that events name one by one, in creation order.
    named: Vec<ApplicationId>,
    /// The groups that events touch, in creation order.
    connector_groups: Vec<ConnectorGroupId>,
    flows: Vec<FlowRecord>,
}

/// What would change for one application.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AvailabilityChange {
    /// The application.
    pub application: ApplicationId,
    /// As it is; `None` where it is not published.
    pub before: Option<Availability>,
    /// As it would be; `None` where it would not be published.
    pub after: Option<Availability>,
    /// How many active connectors would be left to serve it; 0 where it would not be published.
    pub active_connectors: u32,
}

impl AvailabilityChange {
    /// Whether the application would be published and nothing would serve it (R-28).
    #[must_use]
    pub fn becomes_unavailable(&self) -> bool {
        becomes_unavailable(self.before, self.after)
    }

    /// Whether it would be left with one active connector, of two or more (R-63).
    #[must_use]
    pub fn becomes_at_risk(&self) -> bool {
        becomes_at_risk(self.before, self.after)
    }

    /// Whether it would be served better than it is.
    #[must_use]
    pub fn becomes_better(&self) -> bool {
        becomes_better(self.before, self.after)
    }
}

fn becomes_unavailable(before: Option<Availability>, after: Option<Availability>) -> bool {
    // A newly published application counts too: nothing serves it from the start.
    before != after && after == Some(Availability::Unavailable)
}

fn becomes_at_risk(before: Option<Availability>, after: Option<Availability>) -> bool {
    // `None` is less than any availability, so an application that is newly published with one connector
    // does not count: it loses nothing.
    after == Some(Availability::AtRisk) && before > after
}

fn becomes_better(before: Option<Availability>, after: Option<Availability>) -> bool {
    // Being published for the first time is not an improvement.
    before.is_some() && before < after
}

/// A group that would change: its availability, a count, its name or its region, or by being created or
/// deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct ConnectorGroupChange<'a> {
    id: ConnectorGroupId,
    /// As it is; `None` where there is no such group yet.
    pub before: Option<ConnectorGroupView<'a>>,
    /// As it would be; `None` where it would be gone.
    pub after: Option<ConnectorGroupView<'a>>,
}

impl ConnectorGroupChange<'_> {
    /// Which group.
    #[must_use]
    pub const fn id(&self) -> ConnectorGroupId {
        self.id
    }

    /// Whether it would have this availability and does not have it now. A group that does not exist yet
    /// counts as unavailable.
    #[must_use]
    pub fn becomes(&self, availability: Availability) -> bool {
        let before = self.before.map_or(Availability::Unavailable, ConnectorGroupView::availability);
        before != availability && self.after.map(ConnectorGroupView::availability) == Some(availability)
    }

    /// Whether it would hold neither connectors nor applications, and does now; so it could be deleted (R-40) or change its
    /// region (R-30).
    #[must_use]
    pub fn becomes_empty(&self) -> bool {
        let is_empty = |group: ConnectorGroupView<'_>| group.connectors_count() == 0 && group.applications_count() == 0;
        self.before.is_some_and(|group| !is_empty(group)) && self.after.is_some_and(is_empty)
    }

    fn is_one(&self) -> bool {
        let counts = |group: ConnectorGroupView<'_>| {
            (group.active_connectors_count(), group.connectors_count(), group.applications_count())
        };
        self.before != self.after || self.before.map(counts) != self.after.map(counts)
    }
}

/// The number of applications that would go from one group to another, or stay in a group whose
/// availability or region changes.
#[derive(Debug, Clone, Copy)]
struct FlowRecord {
    from: Option<ConnectorGroupId>,
    to: Option<ConnectorGroupId>,
    applications: u32,
    /// Whether some of them are not named one by one: a whole group moves, or its connectors or its region
    /// change.
    is_folded: bool,
}

/// Applications that are affected alike: those that would go from one group to another, or that stay in a
/// group whose availability or region changes. They are counted at once and listed on demand.
#[derive(Clone, Copy)]
pub struct Flow<'a> {
    impact: &'a Impact,
    record: FlowRecord,
}

impl<'a> Flow<'a> {
    /// Where they are; `None` where they are not published.
    #[must_use]
    pub fn from(self) -> Option<ConnectorGroupView<'a>> {
        self.impact.before.connector_group(self.record.from?)
    }

    /// Where they would be; `None` where they would not be published.
    #[must_use]
    pub fn to(self) -> Option<ConnectorGroupView<'a>> {
        self.impact.after.connector_group(self.record.to?)
    }

    /// Whether they stay in the group that they are in.
    #[must_use]
    pub fn stays(self) -> bool {
        self.record.from == self.record.to
    }

    /// How they are served; `None` where they are not published.
    #[must_use]
    pub fn before(self) -> Option<Availability> {
        self.from().map(ConnectorGroupView::availability)
    }

    /// How they would be; `None` where they would not be published.
    #[must_use]
    pub fn after(self) -> Option<Availability> {
        self.to().map(ConnectorGroupView::availability)
    }

    /// Whether they would be published and nothing would serve them (R-28).
    #[must_use]
    pub fn becomes_unavailable(self) -> bool {
        becomes_unavailable(self.before(), self.after())
    }

    /// Whether they would be left with one active connector, of two or more (R-63).
    #[must_use]
    pub fn becomes_at_risk(self) -> bool {
        becomes_at_risk(self.before(), self.after())
    }

    /// Whether they would be served better than they are.
    #[must_use]
    pub fn becomes_better(self) -> bool {
        becomes_better(self.before(), self.after())
    }

    /// How many they are. O(1).
    #[must_use]
    pub const fn applications_count(self) -> u32 {
        self.record.applications
    }

    /// The applications, in creation order. Visits all applications of the tenant if a whole group moves.
    #[must_use]
    pub fn applications(self) -> impl DoubleEndedIterator<Item = ApplicationId> + 'a {
        let record = self.record;
        // The candidates are more than this flow: all named applications, and all of the group it comes
        // from. Their groups before and after decide.
        let ids = self.impact.concerned(record.from.filter(|_| record.is_folded));
        ids.filter(move |id| self.impact.groups_of(*id) == (record.from, record.to))
    }

    fn crosses_regions(self) -> bool {
        self.from().map(ConnectorGroupView::region) != self.to().map(ConnectorGroupView::region)
    }

    fn comes_to_rest_in_default(self) -> bool {
        !self.stays() && self.to().is_some_and(ConnectorGroupView::is_default)
    }
}

/// An impact while its events happen.
struct Meanwhile {
    before: Arc<State>,
    after: Arc<State>,
    touched: Touched,
}

impl Meanwhile {
    fn since(before: &Arc<State>) -> Self {
        Self { before: Arc::clone(before), after: Arc::clone(before), touched: Touched::default() }
    }

    /// The state after the events so far, on which the next command is decided.
    fn state(&self) -> &State {
        &self.after
    }

    fn happens(&mut self, events: &[Event]) {
        for event in events {
            let state = Arc::make_mut(&mut self.after);
            // Noted before it happens: a report does not name the group of its connector, and the state
            // still tells it.
            self.touched.note(state, event);
            evolve(state, event);
        }
    }

    fn impact(self) -> Impact {
        let Self { before, after, touched } = self;
        let named = touched.applications_in_order(&before, &after);
        let connector_groups = touched.connector_groups_in_order(&before, &after);
        let mut impact = Impact { before, after, named, connector_groups, flows: Vec::new() };
        impact.flows = impact.flows_of(&touched.whole_groups());
        impact
    }
}

/// Questions about an impact.
impl Impact {
    /// Each application whose availability would change, those newly published or no longer included, in creation order.
    ///
    /// Visits the applications that the command names, and where a whole group is concerned, those of the tenant.
    #[must_use]
    pub fn applications(&self) -> impl DoubleEndedIterator<Item = AvailabilityChange> + '_ {
        let folded = self.flows().filter(|flow| flow.record.is_folded).filter(|flow| flow.before() != flow.after());
        self.concerned(folded.filter_map(|flow| flow.record.from)).filter_map(|id| self.change_of(id))
    }

    /// How many applications those are, by the counts alone: one visit a group, not one an application.
    #[must_use]
    pub fn applications_count(&self) -> usize {
        let changed = self.flows().filter(|flow| flow.before() != flow.after());
        changed.fold(0, |sum, flow| sum.saturating_add(length(flow.applications_count())))
    }

    /// The applications that would become unavailable (R-28).
    #[must_use]
    pub fn become_unavailable(&self) -> impl DoubleEndedIterator<Item = ApplicationId> + '_ {
        self.that(AvailabilityChange::becomes_unavailable)
    }

    /// The applications that would be left with one active connector (R-63).
    #[must_use]
    pub fn become_at_risk(&self) -> impl DoubleEndedIterator<Item = ApplicationId> + '_ {
        self.that(AvailabilityChange::becomes_at_risk)
    }

    /// The applications that would be served better than they are.
    #[must_use]
    pub fn become_better(&self) -> impl DoubleEndedIterator<Item = ApplicationId> + '_ {
        self.that(AvailabilityChange::becomes_better)
    }

    fn that(&self, is: fn(&AvailabilityChange) -> bool) -> impl DoubleEndedIterator<Item = ApplicationId> + '_ {
        self.applications().filter(is).map(|change| change.application)
    }

    /// The applications that would come to rest in the default group, from elsewhere or newly published (R-66), in creation
    /// order.
    #[must_use]
    pub fn come_to_rest_in_default(&self) -> impl DoubleEndedIterator<Item = ApplicationId> + '_ {
        let default = self.default_connector_group().id();
        let folded = self.flows().filter(|flow| flow.record.is_folded).filter(|flow| flow.comes_to_rest_in_default());
        self.concerned(folded.filter_map(|flow| flow.record.from)).filter(move |id| {
            let (from, to) = self.groups_of(*id);
            from != to && to == Some(default)
        })
    }

    /// The groups that would change, in creation order, new ones last.
    #[must_use]
    pub fn connector_groups(&self) -> impl DoubleEndedIterator<Item = ConnectorGroupChange<'_>> {
        self.connector_groups.iter().filter_map(|id| self.connector_group(*id)).filter(ConnectorGroupChange::is_one)
    }

    /// This group as it is and would be, whether it changes or not; `None` where it neither is there nor would be.
    #[must_use]
    pub fn connector_group(&self, id: ConnectorGroupId) -> Option<ConnectorGroupChange<'_>> {
        let (before, after) = (self.before.connector_group(id), self.after.connector_group(id));
        (before.is_some() || after.is_some()).then_some(ConnectorGroupChange { id, before, after })
    }

    /// The default group as it would be.
    #[must_use]
    pub fn default_connector_group(&self) -> ConnectorGroupView<'_> {
        self.after.default_connector_group()
    }

    /// This connector as it is, or where it is not there yet, as it would be.
    #[must_use]
    pub fn connector(&self, id: ConnectorId) -> Option<ConnectorView<'_>> {
        self.before.connector(id).or_else(|| self.after.connector(id))
    }

    /// This application as it is, or where it is not there yet, as it would be.
    #[must_use]
    pub fn application(&self, id: ApplicationId) -> Option<ApplicationView<'_>> {
        self.before.application(id).or_else(|| self.after.application(id))
    }

    /// The applications that would move, come or go, or stay where something changes, folded by where from and where to, in
    /// creation order of the groups.
    #[must_use]
    pub fn flows(&self) -> impl DoubleEndedIterator<Item = Flow<'_>> + ExactSizeIterator {
        self.flows.iter().map(|record| Flow { impact: self, record: *record })
    }

    /// Whether no group and no application would change in anything that matters here.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.flows.is_empty() && self.connector_groups().next().is_none()
    }
}

/// How the answers are found.
impl Impact {
    fn change_of(&self, application: ApplicationId) -> Option<AvailabilityChange> {
        let group = |state: &'_ State| -> Option<(Availability, u32)> {
            let group = state.application(application)?.connector_group()?;
            Some((group.availability(), group.active_connectors_count()))
        };
        let (before, after) = (group(&self.before), group(&self.after));
        let active_connectors = after.map_or(0, |(_, active)| active);
        let (before, after) =
            (before.map(|(availability, _)| availability), after.map(|(availability, _)| availability));
        (before != after).then_some(AvailabilityChange { application, before, after, active_connectors })
    }

    fn groups_of(&self, id: ApplicationId) -> (Option<ConnectorGroupId>, Option<ConnectorGroupId>) {
        let group = |state: &State| state.application(id)?.connector_group().map(ConnectorGroupView::id);
        (group(&self.before), group(&self.after))
    }

    /// The applications of these groups in the state before, and all named ones, in creation order.
    fn concerned(
        &self,
        groups: impl IntoIterator<Item = ConnectorGroupId>,
    ) -> impl DoubleEndedIterator<Item = ApplicationId> {
        self.with_named(self.before.applications_in(groups.into_iter()).collect())
    }

    /// These applications of the state before, and all named ones, in creation order.
    fn with_named<'a>(&'a self, mut all: Vec<ApplicationView<'a>>) -> impl DoubleEndedIterator<Item = ApplicationId> {
        // Named applications that exist already come first in `named`, and new ones last.
        let former = self.named.partition_point(|id| self.before.application(*id).is_some());
        let (former, new) = self.named.split_at(former);
        all.extend(former.iter().filter_map(|id| self.before.application(*id)));
        // An application may be named and in such a group. Sorted, its two copies stand side by side.
        all.sort_by_key(|application| application.creation_order());
        all.dedup_by_key(|application| application.id());
        all.into_iter().map(ApplicationView::id).chain(new.iter().copied())
    }

    /// Every pair of groups that applications go between, with their number.
    fn flows_of(&self, whole_groups: &BTreeMap<ConnectorGroupId, ConnectorGroupId>) -> Vec<FlowRecord> {
        let mut named_in = BTreeMap::<ConnectorGroupId, u32>::new();
        let mut flows = BTreeMap::new();
        let mut count = |(from, to): (Option<ConnectorGroupId>, Option<ConnectorGroupId>), applications, is_folded| {
            let order = |state: &State, id: Option<ConnectorGroupId>| {
                id.and_then(|id| state.connector_group(id)).map(ConnectorGroupView::creation_order)
            };
            // Ordered by creation of both groups, so that equal commands list equal flows in the same
            // order.
            let key = (order(&self.before, from), order(&self.after, to));
            let flow = flows.entry(key).or_insert(FlowRecord { from, to, applications: 0, is_folded });
            flow.applications = flow.applications.saturating_add(applications);
            flow.is_folded |= is_folded;
        };
        // Named applications are counted first, by their groups before and after. Each group is then left
        // with those that nobody named, and these all go the same way.
        for id in &self.named {
            let (from, to) = self.groups_of(*id);
            if let Some(from) = from {
                let named = named_in.entry(from).or_default();
                *named = named.saturating_add(1);
            }
            if from != to || self.matters(from, to) {
                count((from, to), 1, false);
            }
        }
        for id in &self.connector_groups {
            let Some(group) = self.before.connector_group(*id) else { continue };
            let (from, to) = (Some(*id), Some(whole_groups.get(id).copied().unwrap_or(*id)));
            let named = named_in.get(id).copied().unwrap_or_default();
            // Those that are not named stay where the group's applications went as a whole, or in the group
            // itself. So they are counted by a subtraction, without visiting them.
            debug_assert!(named <= group.applications_count(), "{named} applications of a group of fewer are named");
            let rest = group.applications_count().saturating_sub(named);
            if rest > 0 && (from != to || self.matters(from, to)) {
                count((from, to), rest, true);
            }
        }
        flows.into_values().collect()
    }

    /// Whether an application with these groups is served differently: another availability, or another
    /// region.
    fn matters(&self, from: Option<ConnectorGroupId>, to: Option<ConnectorGroupId>) -> bool {
        let before = from.and_then(|id| self.before.connector_group(id));
        let after = to.and_then(|id| self.after.connector_group(id));
        before.map(|group| (group.availability(), group.region()))
            != after.map(|group| (group.availability(), group.region()))
    }
}

impl core::fmt::Debug for Impact {
    fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let groups: Vec<_> = self.connector_groups().collect();
        formatter
            .debug_struct("Impact")
            .field("connector_groups", &groups)
            .field("flows", &self.flows)
            .finish_non_exhaustive()
    }
}
