//! What a good engineer writes in an afternoon: ordered maps by id with the default hasher, and the members kept per group.

use std::collections::HashSet;

use indexmap::{IndexMap, IndexSet};
use uuid::Uuid;

use super::{Answer, ByKey, Data, Engine, Work};

#[derive(Clone)]
pub struct Careful {
    pub applications: IndexMap<Uuid, Application>,
    connectors: IndexMap<Uuid, Uuid>,
    groups: IndexMap<Uuid, Group>,
}

#[derive(Clone)]
#[allow(dead_code, reason = "held, as the engine holds them")]
pub struct Application {
    app_id: Uuid,
    display_name: String,
    /// `None` while it is not published.
    pub group: Option<Uuid>,
}

#[derive(Clone, Default)]
struct Group {
    region: String,
    applications: IndexSet<Uuid>,
    connectors: IndexSet<Uuid>,
}

impl Careful {
    pub fn new(data: &Data) -> Self {
        let group = |group: &super::Group| {
            (Uuid::from_u128(group.id), Group { region: group.region.into(), ..Group::default() })
        };
        let mut groups: IndexMap<Uuid, Group> = data.groups.iter().map(group).collect();
        let ids: Vec<Uuid> = groups.keys().copied().collect();
        let mut applications = IndexMap::with_capacity(data.applications.len());
        for application in &data.applications {
            let (id, group) = (Uuid::from_u128(application.id), ids[super::at(application.group)]);
            let app_id = Uuid::from_u128(application.app_id);
            let display_name = application.name.clone();
            applications.insert(id, Application { app_id, display_name, group: Some(group) });
            groups[&group].applications.insert(id);
        }
        let mut connectors = IndexMap::with_capacity(data.connectors.len());
        for connector in &data.connectors {
            let (id, group) = (Uuid::from_u128(connector.id), ids[super::at(connector.group)]);
            connectors.insert(id, group);
            groups[&group].connectors.insert(id);
        }
        Self { applications, connectors, groups }
    }

    /// All entries are looked at before the first moves.
    fn assign(&mut self, assignments: impl ExactSizeIterator<Item = (Uuid, Uuid)>) -> Answer {
        let mut seen = HashSet::with_capacity(assignments.len());
        let (mut found, mut refused) = (Vec::with_capacity(assignments.len()), Vec::new());
        for (index, (id, to)) in (0_u32..).zip(assignments) {
            assert!(seen.insert(id), "named twice");
            match self.applications.get_full(&id) {
                Some((place, _, application)) if application.group.is_some() && self.groups.contains_key(&to) => {
                    found.push((place, to));
                }
                _ => refused.push(index),
            }
        }
        if !refused.is_empty() {
            return Err(refused);
        }
        Ok(found.into_iter().map(|(place, to)| u32::from(self.move_one(place, to))).sum())
    }

    fn move_one(&mut self, place: usize, to: Uuid) -> bool {
        let (id, application) = self.applications.get_index_mut(place).unwrap();
        let moves = application.group != Some(to);
        if moves && let Some(from) = application.group.replace(to) {
            self.groups[&from].applications.swap_remove(id);
            self.groups[&to].applications.insert(*id);
        }
        moves
    }

    fn move_group(&mut self, from: Uuid, to: Uuid) -> u32 {
        if from == to {
            return 0;
        }
        let leaving = core::mem::take(&mut self.groups[&from].applications);
        for id in &leaving {
            self.applications[id].group = Some(to);
        }
        let moved = u32::try_from(leaving.len()).unwrap();
        let target = &mut self.groups[&to].applications;
        if target.is_empty() {
            *target = leaving;
        } else {
            target.extend(leaving);
        }
        moved
    }

    fn move_named(&mut self, prefix: &str, to: Uuid) -> u32 {
        let is_named = |application: &Application| {
            let start = application.display_name.as_bytes().get(..prefix.len());
            start.is_some_and(|start| start.eq_ignore_ascii_case(prefix.as_bytes())) && application.group.is_some()
        };
        let places: Vec<usize> =
            (0..self.applications.len()).filter(|place| is_named(&self.applications[*place])).collect();
        places.into_iter().map(|place| u32::from(self.move_one(place, to))).sum()
    }

    fn move_groups(&mut self, to: Uuid, is_selected: impl Fn(&Group) -> bool) -> u32 {
        let selected = self.groups.iter().filter(|(_, group)| is_selected(group));
        let selected: Vec<Uuid> = selected.map(|(id, _)| *id).collect();
        selected.into_iter().map(|from| self.move_group(from, to)).sum()
    }

    fn move_connectors(&mut self, connectors: &[Uuid], to: Uuid) -> Answer {
        let mut seen = HashSet::with_capacity(connectors.len());
        let mut refused = Vec::new();
        for (index, id) in (0_u32..).zip(connectors) {
            assert!(seen.insert(*id), "named twice");
            if !self.connectors.contains_key(id) {
                refused.push(index);
            }
        }
        if !refused.is_empty() {
            return Err(refused);
        }
        let mut moved = 0;
        for id in connectors {
            let from = core::mem::replace(&mut self.connectors[id], to);
            if from != to {
                self.groups[&from].connectors.swap_remove(id);
                self.groups[&to].connectors.insert(*id);
                moved += 1;
            }
        }
        Ok(moved)
    }

    /// How many connectors serve each application, in creation order.
    pub fn served(&self) -> impl Iterator<Item = usize> + '_ {
        let groups = self.applications.values().map(|application| application.group);
        groups.map(|group| group.map_or(0, |group| self.groups[&group].connectors.len()))
    }

    pub fn in_group(&self, group: Uuid) -> usize {
        self.groups[&group].applications.len()
    }

    /// A connector serves nobody any more.
    pub fn lose(&mut self, connector: Uuid) {
        let group = self.connectors[&connector];
        self.groups[&group].connectors.swap_remove(&connector);
    }

    pub fn lose_region(&mut self, region: &str) {
        let lost = self.groups.values_mut().filter(|group| group.region == region);
        lost.for_each(|group| group.connectors.clear());
    }

    /// Every group's applications, in creation order.
    pub fn by_group(&self) -> Vec<Vec<Uuid>> {
        let mut lists: Vec<Vec<Uuid>> =
            self.groups.values().map(|group| Vec::with_capacity(group.applications.len())).collect();
        for (id, application) in &self.applications {
            if let Some(group) = application.group.and_then(|group| self.groups.get_index_of(&group)) {
                lists[group].push(*id);
            }
        }
        lists
    }

    /// A page of a group's applications, in creation order.
    pub fn page(&self, group: Uuid, after: Option<Uuid>, limit: usize) -> impl Iterator<Item = Uuid> + '_ {
        let start = after.map_or(0, |after| self.applications.get_index_of(&after).unwrap() + 1);
        let behind = self.applications.as_slice()[start..].iter();
        behind.filter(move |(_, application)| application.group == Some(group)).map(|(id, _)| *id).take(limit)
    }
}

impl Engine for Careful {
    type Prepared = ByKey<Uuid>;

    fn prepare(&self, data: &Data, work: &Work) -> ByKey<Uuid> {
        work.by_key(|thing| Uuid::from_u128(data.guid(thing)))
    }

    fn apply(&mut self, work: &ByKey<Uuid>) -> Answer {
        match work {
            ByKey::Group { from, to } => Ok(self.move_group(*from, *to)),
            ByKey::List { applications, to } => self.assign(applications.iter().map(|id| (*id, *to))),
            ByKey::Assign { assignments } => self.assign(assignments.iter().copied()),
            ByKey::Region { region, to } => Ok(self.move_groups(*to, |group| group.region == *region)),
            ByKey::Named { prefix, to } => Ok(self.move_named(prefix, *to)),
            ByKey::All { to } => Ok(self.move_groups(*to, |_| true)),
            ByKey::Connectors { connectors, to } => self.move_connectors(connectors, *to),
        }
    }

    fn assignment(&self, data: &Data) -> Vec<u32> {
        let numbers = data.group_numbers();
        self.applications.values().map(|application| numbers[&application.group.unwrap().as_u128()]).collect()
    }

    fn membership(&self, data: &Data) -> Vec<u32> {
        let numbers = data.group_numbers();
        self.connectors.values().map(|group| numbers[&group.as_u128()]).collect()
    }
}
