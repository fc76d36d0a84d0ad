//! A lower bound of the number of steps: the heuristic of the search.
//!
//! The bound never exceeds the true number (it is admissible), which A* needs to find a shortest plan. It counts one command
//! for each group that has to be created, deleted or changed (no command does that for two groups), one for each group that
//! connectors have to enter (a command has one target), and one or two for all applications together. These three kinds of
//! commands have none in common, so that the sum counts no command twice.

use alloc::collections::BTreeSet;

use super::{
    goal::Fate,
    group::{is_pending, update},
    small::{application_at, connector_at},
    task::Task,
};
use crate::tenant::Tenant;

/// A lower bound of the steps from this state to the goal; 0 exactly if the goal is reached.
pub(super) fn at_least(task: &Task, tenant: &Tenant) -> usize {
    let mut steps = 0_usize;
    let mut pending = BTreeSet::new();
    for group in &task.groups {
        let exists = tenant.connector_group(group.id).is_some();
        let differs = match group.fate {
            Some(Fate::Comes) if !exists => true,
            // A temporary group (`None`) has to be deleted like any other group that goes.
            Some(Fate::Goes) | None => exists,
            Some(_) => update(tenant, group).is_some(),
        };
        steps = steps.saturating_add(usize::from(differs));
        if is_pending(tenant, group) {
            pending.insert(group.id);
        }
    }
    // One command for each target. Connectors whose own group is to change its region must leave it and return, so
    // that their own group is a target as well.
    let mut targets = BTreeSet::new();
    let mut must_leave = false;
    for (class, members) in task.connectors.iter().enumerate() {
        let at = connector_at(tenant, class);
        let returns = at == Some(members.to) && pending.contains(&members.to);
        if at != Some(members.to) || returns {
            targets.insert(members.to);
        }
        // Unlike a move away from another group, this needs two commands: out, and in again after the change.
        must_leave |= returns;
    }
    // If this is the only target, the command by which they leave has another one, which is not counted yet. With two or more
    // targets they might leave with a command that is counted, and adding one could exceed the true number.
    let away = usize::from(must_leave && targets.len() == 1);
    // One command can assign all applications. But a region changes only while its group is empty: if applications
    // leave such a group and others (or the same) enter it, one command comes before the change and another one after it.
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
