//! A persistent map that holds the records: a snapshot costs nothing, and every look-up and write costs more.

use std::{collections::HashSet, sync::Arc};

use foldhash::fast::FixedState;
use im::{GenericHashMap, shared_ptr::DefaultSharedPtr};

use super::{Answer, ByKey, Data, Engine, Work, at};

type Map<V> = GenericHashMap<u128, V, FixedState, DefaultSharedPtr>;

#[derive(Clone)]
pub struct Persistent {
    applications: Map<Application>,
    groups: Map<Group>,
}

#[derive(Clone)]
struct Application {
    group: Option<u128>,
    texts: Arc<Texts>,
}

/// What a move does not touch, so that a copy of a node does not copy it.
struct Texts {
    #[allow(dead_code, reason = "held, as the engine holds it")]
    app_id: u128,
    display_name: String,
}

#[derive(Clone)]
struct Group {
    region: &'static str,
}

impl Persistent {
    pub fn new(data: &Data) -> Self {
        let application = |application: &super::Application| {
            let texts = Texts { app_id: application.app_id, display_name: application.name.clone() };
            let group = Some(data.groups[at(application.group)].id);
            (application.id, Application { group, texts: Arc::new(texts) })
        };
        Self {
            applications: data.applications.iter().map(application).collect(),
            groups: data.groups.iter().map(|group| (group.id, Group { region: group.region })).collect(),
        }
    }

    fn assign(&mut self, assignments: impl ExactSizeIterator<Item = (u128, u128)> + Clone) -> Answer {
        let mut seen = HashSet::with_capacity_and_hasher(assignments.len(), FixedState::default());
        let mut refused = Vec::new();
        for (index, (id, to)) in (0_u32..).zip(assignments.clone()) {
            assert!(seen.insert(id), "named twice");
            let is_published = self.applications.get(&id).is_some_and(|application| application.group.is_some());
            if !is_published || !self.groups.contains_key(&to) {
                refused.push(index);
            }
        }
        if !refused.is_empty() {
            return Err(refused);
        }
        let mut moved = 0;
        for (id, to) in assignments {
            let application = self.applications.get_mut(&id).unwrap();
            moved += u32::from(application.group.replace(to) != Some(to));
        }
        Ok(moved)
    }

    fn move_all(&mut self, to: u128, is_selected: impl Fn(&Application) -> bool) -> u32 {
        let mut moved = 0;
        for (_, application) in self.applications.iter_mut() {
            if application.group != Some(to) && is_selected(application) {
                application.group = Some(to);
                moved += 1;
            }
        }
        moved
    }
}

impl Engine for Persistent {
    type Prepared = ByKey<u128>;

    fn prepare(&self, data: &Data, work: &Work) -> ByKey<u128> {
        work.by_key(|thing| data.guid(thing))
    }

    fn apply(&mut self, work: &ByKey<u128>) -> Answer {
        match work {
            ByKey::Group { from, to } => Ok(self.move_all(*to, |application| application.group == Some(*from))),
            ByKey::List { applications, to } => self.assign(applications.iter().map(|id| (*id, *to))),
            ByKey::Assign { assignments } => self.assign(assignments.iter().copied()),
            ByKey::Region { region, to } => {
                let groups = self.groups.clone();
                let is_there = |group: u128| groups.get(&group).is_some_and(|group| group.region == *region);
                Ok(self.move_all(*to, |application| application.group.is_some_and(is_there)))
            }
            ByKey::Named { prefix, to } => Ok(self.move_all(*to, |application| {
                let start = application.texts.display_name.as_bytes().get(..prefix.len());
                start.is_some_and(|start| start.eq_ignore_ascii_case(prefix.as_bytes())) && application.group.is_some()
            })),
            ByKey::All { to } => Ok(self.move_all(*to, |application| application.group.is_some())),
            ByKey::Connectors { .. } => unimplemented!("it has no connectors"),
        }
    }

    fn assignment(&self, data: &Data) -> Vec<u32> {
        let numbers = data.group_numbers();
        let group = |id: u128| self.applications[&id].group.unwrap();
        data.applications.iter().map(|application| numbers[&group(application.id)]).collect()
    }
}
