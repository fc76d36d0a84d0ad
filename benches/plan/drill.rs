//! Drills of 100,000 applications and 1,000 connectors in 300 groups, beside brute force: connectors of a copy fail, and each
//! application is asked how it is served.

use std::hint::black_box;

use connector_groups::{
    Availability, ConnectorId, Tenant,
    drill::{ScheduleOptions, Toll},
    impact::Loss,
    view::{ApplicationView, ConnectorGroupView, ConnectorView},
};
use criterion::Criterion;

const APPLICATIONS: u128 = 100_000;
const CONNECTORS: u128 = 1_000;
const GROUPS: u128 = 300;
/// Brute force takes too long for all pairs: so many are asked, and the figure is for so many.
const PAIRS: usize = 100;

fn brute_force(tenant: &Tenant, after: &Tenant) -> Toll {
    let both = tenant.applications().zip(after.applications());
    let mut toll = Toll::default();
    for (before, after) in both.map(|(before, after)| (before.availability(), after.availability())) {
        match (before, after) {
            (Some(before), Some(Availability::Unavailable)) if before > Availability::Unavailable => toll.cut_off += 1,
            (Some(Availability::HighlyAvailable), Some(Availability::AtRisk)) => toll.without_spare += 1,
            _ => {}
        }
    }
    toll
}

fn failed(tenant: &Tenant, connectors: &[ConnectorId]) -> Toll {
    let mut after = tenant.clone();
    for id in connectors {
        super::tenants::fail(&mut after, *id);
    }
    brute_force(tenant, &after)
}

/// As many losses as there are connectors, groups and regions, by the engine's own question for one loss.
fn by_questions(tenant: &Tenant) -> usize {
    let connectors = tenant.connectors().map(|connector| Loss::Connector(connector.id()));
    let groups = tenant.connector_groups().map(|group| Loss::ConnectorGroup(group.id()));
    let regions = [Loss::Region(tenant.default_region().clone())];
    let all = connectors.chain(groups).chain(regions);
    all.map(|loss| tenant.what_if(&loss).unwrap().become_unavailable().count()).sum()
}

pub(crate) fn run(criterion: &mut Criterion) {
    // Of three groups one has one connector, one has two and one has seven, so that each kind of failure is there.
    let dealt = (0..CONNECTORS).map(|number| {
        number / 10 * 3
            + match number % 10 {
                0 => 0,
                1 | 2 => 1,
                _ => 2,
            }
    });
    let tenant = super::tenants::tenant(APPLICATIONS, GROUPS, dealt);
    let connectors: Vec<_> = tenant.connectors().map(ConnectorView::id).collect();
    let drill = tenant.drill();
    // No figure is worth printing before both have come to the same.
    for failure in drill.connectors.iter().step_by(100) {
        assert_eq!(failure.toll, failed(&tenant, &[failure.connector]));
    }
    for pair in drill.pairs().step_by(49_999) {
        assert_eq!(pair.toll, failed(&tenant, &pair.connectors));
    }
    assert_eq!(drill.pairs().count(), 499_500);
    assert!(!drill.critical_pairs.is_empty() && drill.pairs.cut_off > 0);
    let mut benches = criterion.benchmark_group("drill");
    benches.sample_size(10);
    benches.bench_function("floor: visit all applications", |bench| {
        bench.iter(|| black_box(&tenant).applications().filter_map(ApplicationView::availability).count());
    });
    benches.bench_function("peer: one question a loss", |bench| bench.iter(|| by_questions(black_box(&tenant))));
    benches.bench_function("peer: brute force, 1,000 connectors", |bench| {
        bench.iter(|| connectors.iter().map(|id| failed(black_box(&tenant), &[*id]).cut_off).sum::<u32>());
    });
    benches
        .bench_function("ours: all singles, and pairs in numbers", |bench| bench.iter(|| black_box(&tenant).drill()));
    benches.bench_function("peer: brute force, 100 pairs of 499,500", |bench| {
        let pairs: Vec<_> = connectors.windows(2).take(PAIRS).collect();
        bench.iter(|| pairs.iter().map(|pair| failed(black_box(&tenant), pair).cut_off).sum::<u32>());
    });
    benches.bench_function("ours: 499,500 pairs, each with its count", |bench| {
        bench.iter(|| black_box(&drill).pairs().map(|pair| u64::from(pair.toll.cut_off)).sum::<u64>());
    });
    let options = ScheduleOptions {
        may_be_down: tenant
            .connector_groups()
            .filter(|one| one.active_connectors_count() < 2)
            .map(ConnectorGroupView::id)
            .collect(),
        ..ScheduleOptions::default()
    };
    assert!(tenant.schedule(&options).is_ok());
    benches.bench_function("ours: schedule", |bench| bench.iter(|| black_box(&tenant).schedule(&options).unwrap()));
    benches.finish();
}
