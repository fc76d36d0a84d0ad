//! How many steps there must be at least: the heuristic of the search.
//!
//! It never says more than the true number, so that A* with it finds a shortest plan: it counts a command for each group that
//! is to come, go or change (no command does so for two), one for each target of connectors (a command has one target), and
//! one or two for all applications. No command is counted twice, as these kinds have none in common.

use alloc::collections::BTreeSet;

use super::{
    goal::Fate,
    group::{is_pending, update},
    small::{application_at, connector_at},
    task::Task,
};
use crate::tenant::Tenant;

/// The fewest steps from here, whatever they are: what is left, each counted once.
pub(super) fn at_least(task: &Task, tenant: &Tenant) -> usize {
    let mut steps = 0_usize;
    let mut pending = BTreeSet::new();
    for group in &task.groups {
        let exists = tenant.connector_group(group.id).is_some();
        let differs = match group.fate {
            Some(Fate::Comes) if !exists => true,
            Some(Fate::Goes) | None => exists,
            Some(_) => update(tenant, group).is_some(),
        };
        steps = steps.saturating_add(usize::from(differs));
        if is_pending(tenant, group) {
            pending.insert(group.id);
        }
    }
    // One command a target; what stays where the region is to change must leave and come back.
    let mut targets = BTreeSet::new();
    let mut must_leave = false;
    for (class, members) in task.connectors.iter().enumerate() {
        let at = connector_at(tenant, class);
        let returns = at == Some(members.to) && pending.contains(&members.to);
        if at != Some(members.to) || returns {
            targets.insert(members.to);
        }
        must_leave |= returns;
    }
    let away = usize::from(must_leave && targets.len() == 1);
    // One command for all, but two where some leave a group whose region is to change and some come to it.
    let (mut leave, mut come, mut any) = (BTreeSet::new(), BTreeSet::new(), false);
    for (class, members) in task.applications.iter().enumerate() {
        let at = application_at(tenant, class);
        any |= at != Some(members.to);
        leave.extend(at.filter(|at| pending.contains(at)));
        come.extend(Some(members.to).filter(|to| pending.contains(to)));
    }
    let applications = if leave.is_disjoint(&come) { usize::from(any) } else { 2 };
    [targets.len(), away, applications].into_iter().fold(steps, usize::saturating_add)
}
