//! A way in stages where the way at once cuts somebody off.
//!
//! The planner searches well while little is to be done and is greedy otherwise. Much of a restoration falls apart into parts
//! that do not need each other: regions, and moves. Each part alone is small, and a longer way that cuts nobody off is better.

use connector_groups::{
    ConnectorGroupId, Desired, Plan, Tenant,
    plan::{DesiredGroup, PlanOptions, Things, Unreachable},
};

/// Ids for groups that the planner needs on the way.
pub(super) fn new_ids() -> impl Iterator<Item = ConnectorGroupId> {
    (1..).map(|number| ConnectorGroupId::from_u128(0x4000_8000_0000_0000_0000 | number))
}

/// The best way of those that are tried: fewest applications cut off, then fewest steps.
pub(super) fn plan(tenant: &Tenant, desired: &Desired, options: PlanOptions) -> Result<Plan, Unreachable> {
    let at_once = tenant.plan(desired, options, new_ids());
    if at_once.as_ref().is_ok_and(|plan| plan.outages.is_empty() || plan.best) {
        return at_once;
    }
    let at_least = at_once.as_ref().map_or(0, |plan| plan.at_least);
    let others = stages(tenant, desired).into_iter().filter_map(|stages| in_stages(tenant, &stages, options));
    let best = others.chain(at_once.as_ref().ok().cloned()).min_by_key(|plan| (cost(plan), plan.steps.len()));
    match best {
        Some(mut plan) => {
            // Of a way in stages it is not known how good it is.
            plan.best = at_once.is_ok_and(|one| one == plan && one.best);
            plan.at_least = at_least;
            Ok(plan)
        }
        None => at_once,
    }
}

/// How many applications are cut off, each for as many steps as it is.
pub(super) fn cost(plan: &Plan) -> usize {
    let length = |outage: &connector_groups::plan::Outage| {
        outage.until.unwrap_or(plan.steps.len()).saturating_sub(outage.step).saturating_mul(outage.applications.len())
    };
    plan.outages.iter().map(length).fold(0, usize::saturating_add)
}

/// Ways to part a desired state. The last stage is always the whole.
pub(super) fn stages(tenant: &Tenant, desired: &Desired) -> Vec<Vec<Desired>> {
    let is_region_new = |group: &DesiredGroup| {
        let present = group.id.and_then(|id| tenant.connector_group(id)).map(|group| group.region().as_str());
        present.is_some() && present != group.region.as_deref()
    };
    // Of groups that are there and in use, regions alone, one after the other.
    let one_region =
        |group: &DesiredGroup| DesiredGroup { id: group.id, region: group.region.clone(), ..DesiredGroup::default() };
    let regions: Vec<Desired> = desired
        .connector_groups
        .iter()
        .filter(|group| is_region_new(group))
        .map(|group| Desired { connector_groups: vec![one_region(group)], absent: Vec::new() })
        .collect();
    // Everything but those regions.
    let mut moves = desired.clone();
    for group in moves.connector_groups.iter_mut().filter(|group| is_region_new(group)) {
        group.region = None;
    }
    // One group after the other gets what it should have; all are there before.
    let empty = |group: &DesiredGroup| DesiredGroup {
        connectors: Things::default(),
        applications: Things::default(),
        ..group.clone()
    };
    let groups = Desired { connector_groups: moves.connector_groups.iter().map(empty).collect(), absent: Vec::new() };
    let by_group = moves.connector_groups.iter().map(|group| Desired {
        connector_groups: vec![DesiredGroup { name: None, ..group.clone() }],
        absent: Vec::new(),
    });
    let by_group: Vec<Desired> = [groups].into_iter().chain(by_group).collect();
    let whole = || [desired.clone()];
    let joined = |parts: &[&[Desired]]| -> Vec<Desired> { parts.concat().into_iter().chain(whole()).collect() };
    vec![
        joined(&[&regions]),
        joined(&[core::slice::from_ref(&moves)]),
        joined(&[core::slice::from_ref(&moves), &regions]),
        joined(&[&by_group, &regions]),
        joined(&[&regions, &by_group]),
    ]
}

/// The stages one after the other, as one plan.
pub(super) fn in_stages(tenant: &Tenant, stages: &[Desired], options: PlanOptions) -> Option<Plan> {
    let (mut now, mut all) = (tenant.clone(), None::<Plan>);
    for stage in stages {
        let mut plan = now.plan(stage, options, new_ids()).ok()?;
        for step in &plan.steps {
            now.apply(step).ok()?;
        }
        let Some(all) = &mut all else {
            all = Some(plan);
            continue;
        };
        let first = all.steps.len();
        for outage in &mut plan.outages {
            outage.step = outage.step.saturating_add(first);
            outage.until = outage.until.map(|until| until.saturating_add(first));
        }
        all.outages.extend(plan.outages);
        all.steps.extend(plan.steps);
    }
    all
}
