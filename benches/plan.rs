//! Planning in tenants of 1,000 to 1,000,000 applications, beside what a script does: one command an application.
//!
//! ```text
//! cargo bench --bench plan [-- --quick] [FILTER]
//! ```
//!
//! *floor: visit* passes over all applications once. *peer: one command each* emits an `addApplication` for each application
//! that is not where it should be and runs them on a snapshot, as a plan is run before it is given away. *ours: plan* reads
//! the desired state, makes the plan and runs it on a snapshot; *ours: region* is the whole choreography of R-36.
//!
//! `drill` is about failures of all connectors, groups and regions, and of all pairs of connectors; `large plan` about plans for
//! 1,000 groups and 1,000,000 applications, whose lengths and lower bounds are printed first.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    clippy::std_instead_of_alloc,
    clippy::std_instead_of_core,
    reason = "a bench stops where it fails, and has std"
)]

#[path = "plan/drill.rs"]
mod drill;
#[path = "plan/large.rs"]
mod large;
#[path = "plan/tenants.rs"]
mod tenants;

use std::hint::black_box;

use connector_groups::{
    Command, Desired, Tenant,
    command::AddApplication,
    plan::{DesiredGroup, PlanOptions, Selected, Things},
};
use criterion::{BenchmarkId, Criterion};
use tenants::{group, tenant};

const GROUPS: u128 = 16;

/// All applications of one group go to another: by a selection.
fn whole_group() -> Desired {
    let applications = Things::Selected(Selected::In("Group 1".into()));
    let group = DesiredGroup { name: Some("Group 2".into()), applications, ..DesiredGroup::default() };
    Desired { connector_groups: vec![group], absent: Vec::new() }
}

/// Half of all applications, each named by its id, go to the other groups in turn.
fn by_ids(tenant: &Tenant) -> Desired {
    let mut groups: Vec<DesiredGroup> =
        (2..GROUPS).map(|number| DesiredGroup { id: Some(group(number)), ..DesiredGroup::default() }).collect();
    let mut lists = vec![Vec::new(); groups.len()];
    let count = lists.len();
    for (number, application) in tenant.connector_group(group(1)).unwrap().applications().enumerate() {
        lists.get_mut(number % count).unwrap().push(application.id().to_string().into());
    }
    for (group, list) in groups.iter_mut().zip(lists) {
        group.applications = Things::These(list);
    }
    Desired { connector_groups: groups, absent: Vec::new() }
}

fn region() -> Desired {
    let group = DesiredGroup { name: Some("Group 1".into()), region: Some("nam".into()), ..DesiredGroup::default() };
    Desired { connector_groups: vec![group], absent: Vec::new() }
}

fn one_command_each(tenant: &Tenant) -> Tenant {
    let mut after = tenant.clone();
    let applications = tenant.connector_group(group(1)).unwrap().applications();
    let commands: Vec<Command> = applications
        .map(|application| AddApplication { application: application.id(), connector_group: group(2) }.into())
        .collect();
    for command in &commands {
        after.apply(command).unwrap();
    }
    after
}

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    drill::run(&mut criterion);
    large::run(&mut criterion);
    let mut benches = criterion.benchmark_group("plan");
    benches.sample_size(10);
    for applications in [1_000_u128, 10_000, 100_000, 1_000_000] {
        let tenant = tenant(applications, GROUPS, (0..GROUPS * 2).map(|number| number / 2));
        let new_ids = || [group(1 << 64)];
        let (whole, ids, region) = (whole_group(), by_ids(&tenant), region());
        let plan = |desired| tenant.plan(desired, PlanOptions::default(), new_ids()).unwrap();
        // No figure is worth printing before both have come to the same.
        let mut after = tenant.clone();
        for step in plan(&whole).steps {
            after.apply(&step).unwrap();
        }
        assert_eq!((plan(&whole).steps.len(), after), (1, one_command_each(&tenant)));
        assert_eq!((plan(&ids).steps.len(), plan(&region).steps.len()), (1, 7));
        benches.bench_function(BenchmarkId::new("floor: visit", applications), |bench| {
            bench.iter(|| black_box(&tenant).applications().filter(|one| one.connector_group().is_some()).count());
        });
        benches.bench_function(BenchmarkId::new("peer: one command each", applications), |bench| {
            bench.iter(|| one_command_each(black_box(&tenant)));
        });
        for (name, desired) in
            [("ours: plan, a group", &whole), ("ours: plan, by ids", &ids), ("ours: plan, a region", &region)]
        {
            benches
                .bench_function(BenchmarkId::new(name, applications), |bench| bench.iter(|| plan(black_box(desired))));
        }
    }
    benches.finish();
    criterion.final_summary();
}
