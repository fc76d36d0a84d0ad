//! The meaning of a desired state in a tenant: references become ids, selections become lists, or there is a reason why not.

use alloc::{
    boxed::Box,
    collections::{BTreeMap, BTreeSet},
    string::String,
    sync::Arc,
    vec::Vec,
};

use super::{
    Reason,
    desired::{Desired, DesiredGroup, Selected, Things},
};
use crate::{
    command::{
        Command, CreateConnectorGroup, DeleteConnectorGroup, MoveConnectors, ReassignApplications, Selection,
        UpdateConnectorGroup,
    },
    ids::{AnyId, ApplicationId, ConnectorGroupId, ConnectorId},
    model::Name,
    refusal::Refusal,
    select,
    state::{ApplicationView, ConnectorGroupView, ConnectorView},
    tenant::Tenant,
};

/// Whether a group exists before and after the plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// It exists before and after.
    Stays,
    /// It is to be created.
    Comes,
    /// It is to be deleted.
    Goes,
}

#[derive(Debug, Clone)]
pub(super) struct GoalGroup {
    pub(super) id: ConnectorGroupId,
    pub(super) name: Option<Arc<str>>,
    pub(super) region: Option<Arc<str>>,
    pub(super) fate: Fate,
}

#[derive(Debug, Clone, Default)]
pub(super) struct Goal {
    pub(super) groups: Vec<GoalGroup>,
    pub(super) connectors: BTreeMap<ConnectorId, ConnectorGroupId>,
    pub(super) applications: BTreeMap<ApplicationId, ConnectorGroupId>,
}

/// Whether no other command can make a refused command acceptable. Such a refusal ends planning at once. The four others may
/// vanish after renames, moves and region changes, which is what planning is about.
pub(super) fn is_final(refusal: &Refusal) -> bool {
    !matches!(
        refusal,
        Refusal::DuplicateName { .. }
            | Refusal::RegionLocked { .. }
            | Refusal::GroupNotEmpty { .. }
            | Refusal::ConnectorRegionLocked { .. }
    )
}

pub(super) fn resolve(
    tenant: &Tenant,
    desired: &Desired,
    new_ids: &mut impl Iterator<Item = ConnectorGroupId>,
) -> Result<Goal, Vec<Reason>> {
    let mut resolving = Resolving {
        tenant,
        connectors: Index::of(tenant.connectors().map(|connector| (connector.machine_name(), connector.id()))),
        applications: None,
        desired,
        connectors_to: Vec::new(),
        applications_to: Vec::new(),
        goal: Goal::default(),
        reasons: Vec::new(),
    };
    let groups: Vec<_> = desired.connector_groups.iter().map(|group| resolving.group(group, new_ids)).collect();
    // All groups before any member: a member's target may be a group that stands later in the list.
    for reference in &desired.absent {
        resolving.absent(reference);
    }
    for (group, to) in desired.connector_groups.iter().zip(&groups) {
        if let (Some(to), Things::These(references)) = (to, &group.connectors) {
            for reference in references {
                resolving.connector(reference, *to);
            }
        }
        if let (Some(to), Things::These(references)) = (to, &group.applications) {
            for reference in references {
                resolving.application(reference, *to);
            }
        }
    }
    // References take precedence over selections, so that they are kept before any selection is read.
    resolving.keep();
    for (group, to) in desired.connector_groups.iter().zip(&groups) {
        let Some(to) = *to else { continue };
        resolving.selected(group, to);
    }
    resolving.keep();
    resolving.ask();
    if resolving.reasons.is_empty() { Ok(resolving.goal) } else { Err(resolving.reasons) }
}

struct Resolving<'a> {
    tenant: &'a Tenant,
    connectors: Index<ConnectorId>,
    /// Built for the first reference that is a name: it costs a pass over all applications, which ids do not need.
    applications: Option<Index<ApplicationId>>,
    desired: &'a Desired,
    /// Pairs of member and target that `keep` has not yet checked for contradictions.
    connectors_to: Vec<(ConnectorId, ConnectorGroupId)>,
    applications_to: Vec<(ApplicationId, ConnectorGroupId)>,
    goal: Goal,
    reasons: Vec<Reason>,
}

impl Resolving<'_> {
    /// The existing group that a reference means; `None` if there is none, or if it is ambiguous (then with a reason).
    fn find(&mut self, reference: &Arc<str>) -> Option<ConnectorGroupId> {
        self.one(reference, find(self.tenant, reference))
    }

    fn one(&mut self, reference: &Arc<str>, found: Found) -> Option<ConnectorGroupId> {
        found.unwrap_or_else(|ids| {
            self.reasons.push(Reason::Ambiguous { reference: reference.clone(), ids });
            None
        })
    }

    fn group(
        &mut self,
        group: &DesiredGroup,
        new_ids: &mut impl Iterator<Item = ConnectorGroupId>,
    ) -> Option<ConnectorGroupId> {
        let before = self.reasons.len();
        let mut name = group.rename.clone();
        let found = match (group.id, &group.name) {
            (Some(id), _) => {
                name = name.or_else(|| group.name.clone());
                self.tenant.connector_group(id).map(ConnectorGroupView::id)
            }
            // After the plan the group has its new name only. Looking for that too makes planning idempotent: without it, a second
            // plan for the same desired state would create the group again.
            (None, Some(reference)) => self.find(reference).or_else(|| self.find(name.as_ref()?)),
            (None, None) => None,
        };
        // An ambiguous name is not a missing group: creating one would be wrong.
        if self.reasons.len() > before {
            return None;
        }
        let (id, fate) = match (found, group.id) {
            (Some(id), _) => (id, Fate::Stays),
            (None, Some(id)) => (id, Fate::Comes),
            (None, None) => {
                // Ids that exist are skipped, so that a caller may supply the same sequence for every plan.
                let Some(id) = new_ids.find(|id| self.tenant.connector_group(*id).is_none()) else {
                    self.reasons.push(Reason::NoIdLeft);
                    return None;
                };
                (id, Fate::Comes)
            }
        };
        if fate == Fate::Comes {
            name = name.or_else(|| group.name.clone());
            if name.is_none() {
                self.reasons.push(Reason::NameMissing { connector_group: group.id });
                return None;
            }
        }
        self.add(GoalGroup { id, name, region: group.region.clone(), fate })
    }

    fn absent(&mut self, reference: &Arc<str>) {
        if let Some(id) = self.find(reference) {
            _ = self.add(GoalGroup { id, name: None, region: None, fate: Fate::Goes });
        }
    }

    fn add(&mut self, group: GoalGroup) -> Option<ConnectorGroupId> {
        let id = group.id;
        if self.goal.groups.iter().any(|other| other.id == id) {
            self.reasons.push(Reason::NamedTwice { id: id.into() });
            return None;
        }
        self.goal.groups.push(group);
        Some(id)
    }

    fn connector(&mut self, reference: &Arc<str>, to: ConnectorGroupId) {
        let by_id = reference.parse().ok().and_then(|id| self.tenant.connector(id)).map(ConnectorView::id);
        match by_id.map_or_else(|| self.connectors.get(reference), |id| Ok(Some(id))) {
            Ok(Some(id)) => self.connectors_to.push((id, to)),
            Ok(None) => self.reasons.push(Reason::ConnectorNotFound { reference: reference.clone() }),
            Err(ids) => self.reasons.push(Reason::Ambiguous { reference: reference.clone(), ids }),
        }
    }

    fn application(&mut self, reference: &Arc<str>, to: ConnectorGroupId) {
        let by_id = reference.parse().ok().and_then(|id| self.tenant.application(id));
        let by_id = by_id.or_else(|| self.tenant.application_by_app_id(reference.parse().ok()?));
        let found = if let Some(application) = by_id {
            Ok(Some(application.id()))
        } else {
            let names = self.tenant.applications().map(|one| (one.display_name(), one.id()));
            self.applications.get_or_insert_with(|| Index::of(names)).get(reference)
        };
        match found {
            Ok(Some(id)) => self.applications_to.push((id, to)),
            Ok(None) => self.reasons.push(Reason::ApplicationNotFound { reference: reference.clone() }),
            Err(ids) => self.reasons.push(Reason::Ambiguous { reference: reference.clone(), ids }),
        }
    }

    fn keep(&mut self) {
        keep(&mut self.goal.connectors, &mut self.connectors_to, &mut self.reasons);
        keep(&mut self.goal.applications, &mut self.applications_to, &mut self.reasons);
    }

    /// Adds the members that a selection means, except those that are named by reference.
    fn selected(&mut self, group: &DesiredGroup, to: ConnectorGroupId) {
        // The real target may not exist yet. The default group always does, so that this check can fail for the selection only.
        let connector_group = self.tenant.default_connector_group().id();
        if let Things::Selected(selected) = &group.connectors {
            let Some(connectors) = self.selection(selected) else { return };
            let matched = select::connectors(self.tenant.state(), &connectors).into_iter().map(ConnectorView::id);
            self.check(&MoveConnectors { connectors, connector_group }.into());
            let others = matched.filter(|id| !self.goal.connectors.contains_key(id));
            self.connectors_to.extend(others.map(|id| (id, to)));
        }
        if let Things::Selected(selected) = &group.applications {
            let Some(applications) = self.selection(selected) else { return };
            let matched = select::applications(self.tenant.state(), &applications).into_iter().map(ApplicationView::id);
            self.check(&ReassignApplications { applications, connector_group }.into());
            let others = matched.filter(|id| !self.goal.applications.contains_key(id));
            self.applications_to.extend(others.map(|id| (id, to)));
        }
    }

    /// The selection with its group found. A group that should be absent and is absent selects nothing: a plan that was
    /// carried out already must not fail because the group is gone.
    fn selection<Id>(&mut self, selected: &Selected) -> Option<Selection<Id>> {
        let mut missing = None;
        let selection = selected.selection(|reference| {
            missing = Some(reference.clone());
            self.one(reference, find_selected(self.tenant, self.desired, reference))
        });
        if selection.is_none() {
            if missing.as_ref().is_some_and(|reference| self.desired.absent.contains(reference)) {
                return Some(Selection::Ids(Vec::new()));
            }
            self.reasons.extend(missing.map(|reference| Reason::ConnectorGroupNotFound { reference }));
        }
        selection
    }

    /// Decides each part of the goal by itself, to report refusals that no order of commands can avoid before any planning.
    fn ask(&mut self) {
        let groups = self.goal.groups.clone();
        for GoalGroup { id, name, region, fate } in groups.iter().cloned() {
            let (name, region) = (name.map(Into::into), region.map(Into::into));
            let command = match (fate, name) {
                (Fate::Stays, name) => UpdateConnectorGroup { id, name, region }.into(),
                (Fate::Comes, Some(name)) => CreateConnectorGroup { id, name, region }.into(),
                (Fate::Comes, None) => {
                    debug_assert!(false, "a group that comes without a name is no part of a goal");
                    continue;
                }
                (Fate::Goes, _) => DeleteConnectorGroup { id }.into(),
            };
            self.check(&command);
        }
        let comes: BTreeSet<_> =
            groups.iter().filter(|group| group.fate == Fate::Comes).map(|group| group.id).collect();
        // An empty selection moves nothing, so that only the target is judged. Groups to be created are judged above. Each target
        // is asked about once: a million things may have it.
        let targets = self.goal.connectors.values().chain(self.goal.applications.values());
        let targets: BTreeSet<_> = targets.copied().collect();
        let targets: Vec<_> = targets.difference(&comes).copied().collect();
        for connector_group in targets {
            self.check(&ReassignApplications { applications: Selection::Ids(Vec::new()), connector_group }.into());
        }
        // No command of a plan publishes, so that an unpublished application is refused everywhere, in the default group too.
        let unpublished = self.goal.applications.keys().copied();
        let unpublished = unpublished.filter(|id| self.tenant.application(*id).is_some_and(|one| !one.is_published()));
        let applications: Vec<_> = unpublished.collect();
        if !applications.is_empty() {
            let connector_group = self.tenant.default_connector_group().id();
            self.check(&ReassignApplications { applications: Selection::Ids(applications), connector_group }.into());
        }
    }

    fn check(&mut self, command: &Command) {
        if let Err(refusal) = self.tenant.decide(command)
            && is_final(&refusal)
        {
            self.reasons.push(Reason::Refused { command: Box::new(command.clone()), refusal: Box::new(refusal) });
        }
    }
}

/// The existing group that a reference means, or all that may be meant.
type Found = Result<Option<ConnectorGroupId>, Vec<AnyId>>;

/// The existing group that the `in` of a selection means. Where the desired state renames a group, either name means it: it has the
/// one before the plan and the other after it, and the plan is to mean the same both times.
fn find_selected(tenant: &Tenant, desired: &Desired, reference: &str) -> Found {
    let found = find(tenant, reference)?;
    if found.is_some() {
        return Ok(found);
    }
    let folded = |name: &str| Name::new(name).map(|name| name.folded());
    let Some(sought) = folded(reference) else { return Ok(None) };
    let is = |name: &Option<Arc<str>>| name.as_deref().and_then(folded).as_ref() == Some(&sought);
    let mut renamed = desired.connector_groups.iter().filter(|group| is(&group.name) || is(&group.rename));
    renamed.find_map(|group| found_as(tenant, group).transpose()).transpose()
}

/// What a selection means in a tenant; `None` where its group is not there, or where several have its name.
pub(super) fn selection<Id>(tenant: &Tenant, desired: &Desired, selected: &Selected) -> Option<Selection<Id>> {
    selected.selection(|group| find_selected(tenant, desired, group).ok().flatten())
}

/// The existing group that a desired one is: by its id, or else by its name before the plan or after it.
fn found_as(tenant: &Tenant, group: &DesiredGroup) -> Found {
    if let Some(id) = group.id {
        return Ok(tenant.connector_group(id).map(ConnectorGroupView::id));
    }
    let mut names = [&group.name, &group.rename].into_iter().flatten();
    names.find_map(|name| find(tenant, name).transpose()).transpose()
}

fn find(tenant: &Tenant, reference: &str) -> Found {
    if let Ok(id) = reference.parse() {
        return Ok(tenant.connector_group(id).map(ConnectorGroupView::id));
    }
    let same: Vec<_> = tenant.connector_groups_by_name(reference).collect();
    // Nobody can change the service's groups, so that a name means an administrator's group first, if one has it.
    let ours = same.iter().filter(|group| group.is_application_proxy());
    let ours: Vec<_> = ours.collect();
    match (&*ours, &*same) {
        ([one], _) => Ok(Some(one.id())),
        ([], [one, ..]) => Ok(Some(one.id())),
        ([], []) => Ok(None),
        (many, _) => Err(many.iter().map(|group| group.id().into()).collect()),
    }
}

/// Moves checked pairs into the map. A member with two targets is a contradiction; the same pair twice is harmless.
///
/// Building a map from sorted pairs and appending it takes linear time, while a million single insertions would not.
fn keep<Id: Copy + Ord + Into<AnyId>>(
    places: &mut BTreeMap<Id, ConnectorGroupId>,
    named: &mut Vec<(Id, ConnectorGroupId)>,
    reasons: &mut Vec<Reason>,
) {
    named.sort_unstable();
    named.dedup();
    // Sorted and without duplicates: neighbours with one id have different targets.
    for (one, next) in named.iter().zip(named.iter().skip(1)) {
        if one.0 == next.0 {
            reasons.push(Reason::NamedTwice { id: one.0.into() });
        }
    }
    let mut more: BTreeMap<_, _> = core::mem::take(named).into_iter().collect();
    places.append(&mut more);
}

/// Ids by name, in any ASCII case.
struct Index<Id>(BTreeMap<String, Vec<Id>>);

impl<Id: Copy + Into<AnyId>> Index<Id> {
    fn of<'a>(names: impl Iterator<Item = (&'a str, Id)>) -> Self {
        let mut index = BTreeMap::<_, Vec<Id>>::new();
        for (name, id) in names {
            index.entry(name.to_ascii_lowercase()).or_default().push(id);
        }
        Self(index)
    }

    /// The one with this name, none, or all of several.
    fn get(&self, name: &str) -> Result<Option<Id>, Vec<AnyId>> {
        match self.0.get(&name.to_ascii_lowercase()).map(Vec::as_slice) {
            None | Some([]) => Ok(None),
            Some([one]) => Ok(Some(*one)),
            Some(many) => Err(many.iter().map(|id| (*id).into()).collect()),
        }
    }
}
