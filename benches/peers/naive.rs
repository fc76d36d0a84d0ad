//! How test doubles and mocks are written: a map by id as text, each record whole, groups known by name in each record.

use std::collections::{HashMap, HashSet};

use super::{Answer, ByKey, Data, Engine, Thing, Work, at};

#[derive(Clone)]
pub struct Naive {
    applications: HashMap<String, Application>,
    groups: HashMap<String, Group>,
}

#[derive(Clone)]
#[allow(dead_code, reason = "held, as the engine holds them")]
struct Application {
    id: String,
    app_id: String,
    display_name: String,
    connector_group: Option<String>,
}

#[derive(Clone)]
struct Group {
    region: String,
}

pub fn text(guid: u128) -> String {
    uuid::Uuid::from_u128(guid).hyphenated().to_string()
}

impl Naive {
    pub fn new(data: &Data) -> Self {
        let ids: Vec<String> = data.groups.iter().map(|group| text(group.id)).collect();
        let regions = data.groups.iter().map(|group| Group { region: group.region.into() });
        let groups = ids.iter().cloned().zip(regions).collect();
        let application = |application: &super::Application| {
            let id = text(application.id);
            let connector_group = Some(ids[at(application.group)].clone());
            let (app_id, display_name) = (text(application.app_id), application.name.clone());
            (id.clone(), Application { id, app_id, display_name, connector_group })
        };
        let applications = data.applications.iter().map(application).collect();
        Self { applications, groups }
    }

    fn assign<'a>(&mut self, assignments: impl ExactSizeIterator<Item = (&'a String, &'a String)> + Clone) -> Answer {
        let mut seen = HashSet::with_capacity(assignments.len());
        let mut refused = Vec::new();
        for (index, (id, to)) in (0_u32..).zip(assignments.clone()) {
            assert!(seen.insert(id), "named twice");
            let application = self.applications.get(id);
            let is_published = application.is_some_and(|application| application.connector_group.is_some());
            if !is_published || !self.groups.contains_key(to) {
                refused.push(index);
            }
        }
        if !refused.is_empty() {
            return Err(refused);
        }
        let mut moved = 0;
        for (id, to) in assignments {
            moved += self.applications.get_mut(id).unwrap().goes(to);
        }
        Ok(moved)
    }

    fn move_all(&mut self, to: &String, is_selected: impl Fn(&Application, &HashMap<String, Group>) -> bool) -> u32 {
        let selected = self.applications.values_mut().filter(|application| is_selected(application, &self.groups));
        selected.map(|application| application.goes(to)).sum()
    }
}

impl Application {
    fn goes(&mut self, to: &String) -> u32 {
        let moves = self.connector_group.as_ref() != Some(to);
        if moves {
            self.connector_group = Some(to.clone());
        }
        u32::from(moves)
    }
}

impl Engine for Naive {
    type Prepared = ByKey<String>;

    fn prepare(&self, data: &Data, work: &Work) -> ByKey<String> {
        work.by_key(|thing: Thing| text(data.guid(thing)))
    }

    fn apply(&mut self, work: &ByKey<String>) -> Answer {
        match work {
            ByKey::Group { from, to } => {
                Ok(self.move_all(to, |application, _| application.connector_group.as_ref() == Some(from)))
            }
            ByKey::List { applications, to } => self.assign(applications.iter().map(|id| (id, to))),
            ByKey::Assign { assignments } => self.assign(assignments.iter().map(|(id, to)| (id, to))),
            ByKey::Region { region, to } => Ok(self.move_all(to, |application, groups| {
                application.connector_group.as_ref().is_some_and(|group| groups[group].region == *region)
            })),
            ByKey::Named { prefix, to } => Ok(self.move_all(to, |application, _| {
                let start = application.display_name.as_bytes().get(..prefix.len());
                start.is_some_and(|start| start.eq_ignore_ascii_case(prefix.as_bytes()))
                    && application.connector_group.is_some()
            })),
            ByKey::All { to } => Ok(self.move_all(to, |application, _| application.connector_group.is_some())),
            ByKey::Connectors { .. } => unimplemented!("it has no connectors"),
        }
    }

    fn assignment(&self, data: &Data) -> Vec<u32> {
        let numbers: HashMap<String, u32> = data.groups.iter().map(|group| text(group.id)).zip(0..).collect();
        let group = |id| self.applications[&text(id)].connector_group.as_ref().unwrap();
        data.applications.iter().map(|application| numbers[group(application.id)]).collect()
    }
}
