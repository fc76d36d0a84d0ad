//! Large plans: 1,000 groups and 1,000,000 applications, beside one command an application; and how long plans are beside their
//! lower bounds.

use std::{hint::black_box, time::Instant};

use connector_groups::{
    Command, Desired, Plan, Tenant,
    command::AddApplication,
    document::Document,
    plan::{Aim, DesiredGroup, PlanOptions, Things},
};
use criterion::{BenchmarkId, Criterion};

use super::tenants::{group, tenant};

/// Groups from here on are new or temporary.
const NEW: u128 = 1 << 64;

/// Each application goes to the next group, so that as many pairs of groups as there are groups exchange applications.
fn next_group(tenant: &Tenant, groups: u128, step: impl Fn(usize) -> u128) -> Desired {
    let mut lists = vec![Vec::new(); usize::try_from(groups).unwrap()];
    for (number, application) in tenant.applications().enumerate() {
        let at = application.connector_group().unwrap().id().as_u128();
        let to = (at + step(number)) % groups;
        if to != at {
            lists.get_mut(usize::try_from(to).unwrap()).unwrap().push(application.id().to_string().into());
        }
    }
    let of = |(number, list)| DesiredGroup {
        id: Some(group(number)),
        applications: Things::These(list),
        ..DesiredGroup::default()
    };
    Desired { connector_groups: (0..).zip(lists).map(of).collect(), absent: Vec::new() }
}

/// Each group but the default one changes its region.
fn regions(groups: u128) -> Desired {
    let of = |number| DesiredGroup { id: Some(group(number)), region: Some("nam".into()), ..DesiredGroup::default() };
    Desired { connector_groups: (1..groups).map(of).collect(), absent: Vec::new() }
}

/// Each group takes the name of the next one, in circles of so many.
fn names(groups: u128, circle: u128) -> Desired {
    let of = |number: u128| {
        let (first, place) = (number / circle * circle, number % circle);
        let next = first + (place + 1) % circle.min(groups - first);
        let name = format!("Group {next}");
        DesiredGroup { id: Some(group(number)), name: Some(name.into()), ..DesiredGroup::default() }
    };
    Desired { connector_groups: (0..groups).map(of).collect(), absent: Vec::new() }
}

/// Each group but the default one goes on, with all that is in it, in a new group of another region.
fn successors(tenant: &Tenant, groups: u128) -> Desired {
    let of = |number: u128| {
        let now = tenant.connector_group(group(number)).unwrap();
        DesiredGroup {
            name: Some(format!("New {number}").into()),
            region: Some("nam".into()),
            connectors: Things::These(now.members().map(|one| one.id().to_string().into()).collect()),
            applications: Things::Selected(connector_groups::plan::Selected::In(now.name().as_str().into())),
            ..DesiredGroup::default()
        }
    };
    let absent = (1..groups).map(|number| format!("Group {number}").into()).collect();
    Desired { connector_groups: (1..groups).map(of).collect(), absent }
}

fn planned(tenant: &Tenant, desired: &Desired, aim: Aim) -> Plan {
    let new_ids = (0..).map(|number| group(NEW + number));
    tenant.plan(desired, PlanOptions { aim, ..PlanOptions::default() }, new_ids).unwrap()
}

fn one_command_each(tenant: &Tenant, desired: &Desired) -> Tenant {
    let mut after = tenant.clone();
    for wanted in &desired.connector_groups {
        let Things::These(applications) = &wanted.applications else { continue };
        for application in applications {
            let application = application.parse().unwrap();
            let command: Command = AddApplication { application, connector_group: wanted.id.unwrap() }.into();
            after.apply(&command).unwrap();
        }
    }
    after
}

fn with_unique_names(tenant: &Tenant) -> Tenant {
    let mut document = Document::from(tenant);
    document.rules.unique_names = true;
    document.try_into().unwrap()
}

/// The lengths, which criterion does not print, each with one time.
fn lengths(groups: u128, applications: u128) {
    let tenant = with_unique_names(&tenant(applications, groups, (0..groups * 2).map(|number| number / 2)));
    println!("{groups} groups, {applications} applications: steps, at least, seconds");
    for aim in [Aim::FewestSteps, Aim::KeepAvailable] {
        for (name, desired) in [
            ("all regions", regions(groups)),
            ("all names, in pairs", names(groups, 2)),
            ("all names, one circle", names(groups, groups)),
            ("all in new groups", successors(&tenant, groups)),
        ] {
            let start = Instant::now();
            let plan = planned(&tenant, &desired, aim);
            let (steps, at_least, seconds) = (plan.steps.len(), plan.at_least, start.elapsed().as_secs_f64());
            let why = plan.gave_up.map(|why| why.to_string()).unwrap_or_default();
            println!("  {aim:?}, {name}: {steps}, {at_least}, {seconds:.2}, {} outages; {why}", plan.outages.len());
        }
    }
}

pub(crate) fn run(criterion: &mut Criterion) {
    lengths(300, 100_000);
    lengths(1_000, 1_000_000);
    let mut benches = criterion.benchmark_group("large plan");
    benches.sample_size(10);
    for (groups, applications) in [(300, 100_000), (1_000, 1_000_000)] {
        let tenant = tenant(applications, groups, (0..groups * 2).map(|number| number / 2));
        let name = format!("{groups} groups, {applications} applications");
        let one = next_group(&tenant, groups, |_| 1);
        let all = next_group(&tenant, groups, |number| u128::try_from(number).unwrap() * 7 % groups);
        // No figure is worth printing before both have come to the same.
        for desired in [&one, &all] {
            let mut after = tenant.clone();
            for step in planned(&tenant, desired, Aim::FewestSteps).steps {
                after.apply(&step).unwrap();
            }
            assert_eq!(after, one_command_each(&tenant, desired));
        }
        for (kind, desired) in [("to the next group", &one), ("from all groups to all", &all)] {
            benches.bench_function(BenchmarkId::new(format!("peer: one command each, {kind}"), &name), |bench| {
                bench.iter(|| one_command_each(black_box(&tenant), desired));
            });
            benches.bench_function(BenchmarkId::new(format!("ours: {kind}"), &name), |bench| {
                bench.iter(|| planned(black_box(&tenant), desired, Aim::FewestSteps));
            });
        }
        for aim in [Aim::FewestSteps, Aim::KeepAvailable] {
            let desired = regions(groups);
            benches.bench_function(BenchmarkId::new(format!("ours: all regions, {aim:?}"), &name), |bench| {
                bench.iter(|| planned(black_box(&tenant), &desired, aim));
            });
        }
    }
    benches.finish();
}
