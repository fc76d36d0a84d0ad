//! The task in small: a tenant with only the groups that matter, and with one connector or application for each class of
//! things that start in the same group and end in the same group. The engine itself answers what is allowed in it.

use alloc::{
    boxed::Box,
    collections::{BTreeMap, BTreeSet},
    format,
    sync::Arc,
    vec::Vec,
};
use core::cmp::Reverse;

use super::{
    Aim, Parking, PlanOptions,
    goal::{Fate, Goal},
    group::{Group, is_pending},
    small::{class, small},
};
use crate::{
    command::{AssignApplications, Assignment, Command, MoveConnectors, ReassignApplications, Selection},
    count::{length, wide},
    ids::{AppId, ApplicationId, ConnectorGroupId, ConnectorId},
    model::{
        application::{Application, Publication},
        connector::Connector,
        group::ConnectorGroup,
        region::Region,
    },
    state::ConnectorGroupView,
    tenant::Tenant,
};

/// Things that start in one group and end in one group, possibly the same. Plans move them together.
pub(super) struct Class<Id> {
    pub(super) from: ConnectorGroupId,
    pub(super) to: ConnectorGroupId,
    pub(super) members: Vec<Id>,
}

impl<Id> Class<Id> {
    /// How many things it stands for.
    pub(super) fn weight(&self) -> u64 {
        wide(self.members.len())
    }
}

/// How many existing groups the greedy planner tries as parking. Each costs one run of it.
const WAITING_MAX: usize = 3;

pub(super) struct Task {
    pub(super) start: Tenant,
    pub(super) groups: Vec<Group>,
    pub(super) connectors: Vec<Class<ConnectorId>>,
    pub(super) applications: Vec<Class<ApplicationId>>,
    pub(super) options: PlanOptions,
    /// Groups in which things may wait: existing ones, then new ones (only for `Anywhere`), then the temporary one.
    pub(super) parking: Vec<ConnectorGroupId>,
    /// The place of each group in `groups`.
    places: BTreeMap<ConnectorGroupId, usize>,
}

impl Task {
    pub(super) fn new(tenant: &Tenant, goal: &Goal, options: PlanOptions, temporary: Option<ConnectorGroupId>) -> Self {
        let mut matter = groups_that_matter(tenant, goal);
        let waiting = places_to_wait(tenant, goal, options, &matter);
        matter.extend(&waiting);
        let groups = final_groups(tenant, goal, &matter, temporary);
        let connectors = connector_classes(tenant, goal, &matter, options);
        let applications = application_classes(tenant, goal, &matter);
        let start = small_tenant(tenant, &matter, &connectors, &applications);
        let coming = goal.groups.iter().filter(|group| group.fate == Fate::Comes).map(|group| group.id);
        let coming = coming.filter(|_| options.parking == Parking::Anywhere);
        let parking = waiting.into_iter().chain(coming).chain(temporary).collect();
        let places = groups.iter().enumerate().map(|(place, group)| (group.id, place)).collect();
        Self { start, groups, connectors, applications, options, parking, places }
    }

    /// The group with this id, in its final state.
    pub(super) fn group(&self, id: ConnectorGroupId) -> Option<&Group> {
        self.places.get(&id).and_then(|place| self.groups.get(*place))
    }

    /// How many applications a class stands for.
    pub(super) fn weight(&self, class: usize) -> u64 {
        self.applications.get(class).map_or(0, Class::weight)
    }

    /// The parking groups that the greedy planner is tried with: a few existing ones, one new one, and the temporary one.
    pub(super) fn waiting(&self) -> Vec<ConnectorGroupId> {
        let there = self.parking.iter().filter_map(|id| self.start.connector_group(*id));
        // A group whose region is to change has to be emptied itself, so that nothing can wait in it.
        let quiet =
            there.filter(|group| !self.groups.iter().any(|one| one.id == group.id() && is_pending(&self.start, one)));
        let mut there: Vec<_> = quiet.collect();
        // Best first: active connectors keep waiting applications served; in the default region connectors can leave.
        there.sort_by_key(|group| {
            Reverse((group.active_connectors_count() > 0, group.region() == self.start.default_region()))
        });
        let there = there.into_iter().take(WAITING_MAX).map(ConnectorGroupView::id);
        let not_yet = self.parking.iter().copied().filter(|id| self.start.connector_group(*id).is_none());
        let temporary =
            self.parking.iter().copied().filter(|id| self.groups.iter().any(|one| one.id == *id && one.fate.is_none()));
        there.chain(not_yet.take(1)).chain(temporary).collect()
    }

    /// The command of the small tenant, written for the real one. `small` is the small tenant before the command.
    pub(super) fn spelled_out(&self, small: &Tenant, command: &Command) -> Command {
        match command {
            Command::AssignApplications(command) => self.assign(small, &command.assignments),
            Command::MoveConnectors(MoveConnectors { connectors: Selection::Ids(ids), connector_group }) => {
                let classes: Vec<usize> = ids.iter().map(|id| class(id.as_u128())).collect();
                let at = |id: ConnectorId| small.connector(id).map(|one| one.connector_group().id());
                let sources: BTreeSet<_> = ids.iter().filter_map(|id| at(*id)).collect();
                // If all members of one group move, the group is named instead of them: the command stays short however many there are,
                // and it means the same, because everything in a group that matters is part of some class.
                let whole = only(&sources).filter(|source| {
                    small
                        .connector_group(**source)
                        .is_some_and(|group| length(group.connectors_count()) == classes.len())
                });
                let connectors = match whole {
                    Some(group) => Selection::In(*group),
                    None => Selection::Ids(members(&self.connectors, &classes)),
                };
                MoveConnectors { connectors, connector_group: *connector_group }.into()
            }
            other => other.clone(),
        }
    }

    fn assign(&self, small: &Tenant, assignments: &[Assignment]) -> Command {
        let classes: Vec<usize> = assignments.iter().map(|one| class(one.application.as_u128())).collect();
        let targets: BTreeSet<_> = assignments.iter().map(|one| one.connector_group).collect();
        // Several targets in one step need the command that lists each application; with one target the bulk command is shorter.
        let Some(connector_group) = only(&targets).copied() else {
            let each = assignments.iter().zip(&classes).filter_map(|(one, class)| {
                let class = self.applications.get(*class)?;
                let to = |application: &ApplicationId| Assignment {
                    application: *application,
                    connector_group: one.connector_group,
                };
                Some(class.members.iter().map(to))
            });
            return AssignApplications { assignments: each.flatten().collect() }.into();
        };
        let at = |one: &Assignment| small.application(one.application)?.connector_group().map(ConnectorGroupView::id);
        let sources: BTreeSet<_> = assignments.iter().filter_map(at).collect();
        let whole = only(&sources).filter(|source| {
            small.connector_group(**source).is_some_and(|group| length(group.applications_count()) == classes.len())
        });
        let applications = match whole {
            Some(group) => Selection::In(*group),
            None => Selection::Ids(members(&self.applications, &classes)),
        };
        ReassignApplications { applications, connector_group }.into()
    }
}

fn only<T: Ord>(set: &BTreeSet<T>) -> Option<&T> {
    set.first().filter(|_| set.len() == 1)
}

fn members<Id: Copy>(classes: &[Class<Id>], chosen: &[usize]) -> Vec<Id> {
    chosen.iter().filter_map(|class| classes.get(*class)).flat_map(|class| class.members.iter().copied()).collect()
}

type Groups = BTreeSet<ConnectorGroupId>;

/// Groups that the goal names, that have a name which the goal wants, or that things leave or enter; and the default group,
/// which every tenant has and detours pass through.
fn groups_that_matter(tenant: &Tenant, goal: &Goal) -> Groups {
    let named = goal.groups.iter().filter_map(|group| group.name.as_deref());
    let same_name = named.flat_map(|name| tenant.connector_groups_by_name(name)).map(ConnectorGroupView::id);
    let connectors = goal.connectors.keys().filter_map(|id| Some(tenant.connector(*id)?.connector_group().id()));
    let applications = goal.applications.keys().filter_map(|id| Some(tenant.application(*id)?.connector_group()?.id()));
    let targets = goal.connectors.values().chain(goal.applications.values()).copied();
    let groups = goal.groups.iter().map(|group| group.id);
    let all = groups.chain(same_name).chain(connectors).chain(applications).chain(targets);
    all.filter(|id| tenant.connector_group(*id).is_some()).chain([tenant.default_connector_group().id()]).collect()
}

/// Existing groups in which things may wait: the best one of each kind, because every further group multiplies the states
/// of the search.
fn places_to_wait(tenant: &Tenant, goal: &Goal, options: PlanOptions, matter: &Groups) -> Vec<ConnectorGroupId> {
    let ours = || tenant.connector_groups().filter(|group| group.is_application_proxy());
    let targets: Groups = goal.connectors.values().chain(goal.applications.values()).copied().collect();
    let changes = |id| goal.groups.iter().any(|group| group.id == id && group.fate == Fate::Stays);
    let near = |group: &ConnectorGroupView<'_>| group.region() == tenant.default_region();
    match options.parking {
        Parking::Apart => {
            // Empty and nobody's target, so that no application meets connectors of a foreign network. A group that the goal deletes
            // may serve until then.
            let free = ours().filter(|group| {
                let empty = group.connectors_count() == 0 && group.applications_count() == 0;
                empty && !group.is_default() && !targets.contains(&group.id()) && !changes(group.id())
            });
            free.max_by_key(near).map(ConnectorGroupView::id).into_iter().collect()
        }
        Parking::Anywhere => {
            let known = ours().filter(|group| matter.contains(&group.id()));
            let others = || ours().filter(|group| !matter.contains(&group.id()));
            let serves = |group: &ConnectorGroupView<'_>| group.active_connectors_count() > 0;
            let is_unused = |group: &ConnectorGroupView<'_>| group.applications_count() == 0;
            // One for each need: connectors that serve what waits; a region that connectors can leave; a group whose own
            // applications and connectors are not disturbed by guests.
            let best = others().max_by_key(|group| (serves(group), near(group)));
            let nearest = others().max_by_key(|group| (near(group), is_unused(group)));
            let quietest = others().max_by_key(|group| (!serves(group), is_unused(group), near(group)));
            let all: Groups = known.chain(best).chain(nearest).chain(quietest).map(ConnectorGroupView::id).collect();
            all.into_iter().collect()
        }
    }
}

fn final_groups(tenant: &Tenant, goal: &Goal, matter: &Groups, temporary: Option<ConnectorGroupId>) -> Vec<Group> {
    let mut names: BTreeSet<_> = goal.groups.iter().filter_map(|group| group.name.clone()).collect();
    names.extend(tenant.connector_groups().map(|group| Arc::from(group.name().as_str())));
    // R-46 compares names trimmed and in any case, so that a spare name must differ in that sense.
    let names: BTreeSet<_> = names.iter().map(|name| name.trim().to_lowercase()).collect();
    let mut number = 0_u64;
    // The loop ends: there are finitely many names, and every number gives another one.
    let mut spare = move || loop {
        number = number.wrapping_add(1);
        let spare = format!("Temporary {number}");
        if !names.contains(&spare.to_lowercase()) {
            return Arc::<str>::from(spare);
        }
    };
    let coming = goal.groups.iter().filter(|group| group.fate == Fate::Comes).map(|group| group.id);
    // Drawn first, so that a plan shows "Temporary 1" for its temporary group.
    let on_the_way = spare();
    let mut groups: Vec<Group> = matter
        .iter()
        .copied()
        .chain(coming)
        .filter_map(|id| {
            let wanted = goal.groups.iter().find(|group| group.id == id);
            let now = tenant.connector_group(id);
            let name = wanted.and_then(|group| group.name.clone());
            let name = name.or_else(|| Some(now?.name().as_str().into()));
            debug_assert!(name.is_some(), "a group that is not there comes with a name");
            let name = name?;
            let region = wanted.and_then(|group| Region::new(group.region.as_ref()?));
            let region = region.as_ref().or_else(|| Some(now?.region())).unwrap_or(tenant.default_region());
            let fate = Some(wanted.map_or(Fate::Stays, |group| group.fate));
            Some(Group { id, name, region: region.as_str().into(), spare: spare(), fate })
        })
        .collect();
    let region: Arc<str> = tenant.default_region().as_str().into();
    groups.extend(temporary.map(|id| {
        let name = on_the_way;
        Group { id, name: name.clone(), region, spare: name, fate: None }
    }));
    groups
}

fn connector_classes(tenant: &Tenant, goal: &Goal, matter: &Groups, options: PlanOptions) -> Vec<Class<ConnectorId>> {
    let mut classes = BTreeMap::<_, Vec<ConnectorId>>::new();
    // Connectors that stay count too: they serve, and they lock the region of their group.
    for group in matter.iter().filter_map(|id| tenant.connector_group(*id)) {
        for connector in group.members() {
            let to = goal.connectors.get(&connector.id()).copied().unwrap_or(group.id());
            classes.entry((group.id(), to, connector.is_active())).or_default().push(connector.id());
        }
    }
    let mut all = Vec::new();
    for ((from, to, active), mut members) in classes {
        // One may have to go ahead and serve the target while the rest still serve here; a class moves as a whole.
        if options.aim == Aim::KeepAvailable && active && members.len() > 1 {
            let rest = members.split_off(1);
            all.push(Class { from, to, members: rest });
        }
        all.push(Class { from, to, members });
    }
    all
}

fn application_classes(tenant: &Tenant, goal: &Goal, matter: &Groups) -> Vec<Class<ApplicationId>> {
    let mut classes = BTreeMap::<_, Vec<ApplicationId>>::new();
    for application in tenant.applications() {
        let Some(from) = application.connector_group().map(ConnectorGroupView::id) else { continue };
        if matter.contains(&from) {
            let to = goal.applications.get(&application.id()).copied().unwrap_or(from);
            classes.entry((from, to)).or_default().push(application.id());
        }
    }
    classes.into_iter().map(|((from, to), members)| Class { from, to, members }).collect()
}

/// The small tenant. It is made directly, without a document that could be refused: each invariant speaks of the things that
/// are there, so that it holds for a part of a valid tenant as soon as the group of every thing is in that part. The ids
/// are the classes' numbers, hence unique, and without URLs no two applications can clash.
fn small_tenant(
    tenant: &Tenant,
    matter: &Groups,
    connectors: &[Class<ConnectorId>],
    applications: &[Class<ApplicationId>],
) -> Tenant {
    let groups = tenant.connector_groups().filter(|group| matter.contains(&group.id())).map(ConnectorGroup::from);
    let connectors = connectors.iter().enumerate().filter_map(|(class, members)| {
        let first = tenant.connector(*members.members.first()?)?;
        Some(Connector { id: small(class, ConnectorId::from_u128), ..first.into() })
    });
    let applications = applications.iter().enumerate().map(|(class, members)| {
        let id = small(class, ApplicationId::from_u128);
        let plain = Application::unpublished(id, small(class, AppId::from_u128), Arc::default());
        let (connector_group, on_premises_publishing) = (members.from, Box::default());
        // What an application has besides its group stays where it is, whatever moves.
        let application_segments = Vec::new();
        let publication = Publication { connector_group, on_premises_publishing, application_segments };
        Application { publication: Some(publication), ..plain }
    });
    let part = tenant.with_only(groups, connectors, applications);
    debug_assert!(part.audit().is_empty(), "a part of a tenant keeps its invariants: {:?}", part.audit());
    part
}
