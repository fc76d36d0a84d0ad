//! Bulk commands and selections, naively.

use connector_groups::{command::Assignment, ids::AnyId, refusal::RefusedEntry, *};

use super::{Answer, Oracle, lower_region};

impl Oracle {
    pub(super) fn reassign(&mut self, selection: &Selection<ApplicationId>, to: ConnectorGroupId) -> Answer {
        let fields = fields_of(selection)?;
        self.writable(to)?;
        if let Selection::In(group) = selection {
            self.group(*group)?;
        }
        let ids: Vec<ApplicationId> = match selection {
            Selection::Ids(ids) => ids.clone(),
            _ => (self.document.applications.iter())
                .filter(|application| {
                    application
                        .connector_group
                        .is_some_and(|group| self.means(selection, fields.as_deref(), group, &application.display_name))
                })
                .map(|application| application.id)
                .collect(),
        };
        let refused = ids.iter().map(|id| self.published(*id)).collect::<Vec<_>>();
        all_or_none(refused)?;
        Ok(self.move_applications(&ids, to))
    }

    pub(super) fn move_selected(&mut self, selection: &Selection<ConnectorId>, to: ConnectorGroupId) -> Answer {
        let fields = fields_of(selection)?;
        let target = self.writable(to)?;
        if let Selection::In(group) = selection {
            self.group(*group)?;
        }
        let ids: Vec<ConnectorId> = match selection {
            Selection::Ids(ids) => ids.clone(),
            _ => (self.document.connectors.iter())
                .filter(|connector| {
                    self.means(selection, fields.as_deref(), connector.member_of, &connector.machine_name)
                })
                .map(|connector| connector.id)
                .collect(),
        };
        let refused = ids.iter().map(|id| self.may_leave(*id, &target)).collect::<Vec<_>>();
        all_or_none(refused)?;
        Ok(self.move_connectors(&ids, to))
    }

    pub(super) fn assign(&mut self, assignments: &[Assignment]) -> Answer {
        fields_of(&Selection::Ids(assignments.iter().map(|assignment| assignment.application).collect()))?;
        let each = |assignment: &Assignment| self.assignable(assignment.application, assignment.connector_group);
        all_or_none(assignments.iter().map(each).collect())?;
        let mut events = Vec::new();
        for group in self.document.connector_groups.clone() {
            let here = assignments.iter().filter(|assignment| assignment.connector_group == group.id);
            let ids: Vec<_> = here.map(|assignment| assignment.application).collect();
            events.extend(self.move_applications(&ids, group.id));
        }
        Ok(events)
    }

    fn means<Id>(&self, selection: &Selection<Id>, region: Option<&str>, group: ConnectorGroupId, name: &str) -> bool {
        match selection {
            Selection::Ids(_) => false,
            Selection::In(id) => *id == group,
            Selection::All => true,
            Selection::InRegion(_) => self.group(group).is_ok_and(|group| Some(&*group.region) == region),
            Selection::Named(prefix) => name.to_ascii_lowercase().starts_with(&prefix.to_ascii_lowercase()),
            other => unreachable!("the oracle does not know the selection {}", other.name()),
        }
    }
}

/// The region that a selection names, in lower case; an id that it names twice is refused.
fn fields_of<Id: Copy + Eq + Into<AnyId>>(selection: &Selection<Id>) -> Result<Option<String>, Refusal> {
    match selection {
        Selection::InRegion(region) => lower_region(region).map(Some),
        Selection::Ids(ids) => {
            let repeated = (0..ids.len()).find(|index| ids[..*index].contains(&ids[*index]));
            repeated.map_or(Ok(None), |index| Err(Refusal::DuplicateReference { id: ids[index].into() }))
        }
        _ => Ok(None),
    }
}

fn all_or_none(entries: Vec<Result<(), Refusal>>) -> Result<(), Refusal> {
    let refused = (0..).zip(entries).filter_map(|(index, entry)| Some(RefusedEntry { index, reason: entry.err()? }));
    let refused: Vec<_> = refused.collect();
    if refused.is_empty() { Ok(()) } else { Err(Refusal::Bulk { refused }) }
}
