//! The cases of each section under criterion.

use core::cell::RefCell;

use criterion::{BenchmarkId, Criterion, SamplingMode, Throughput};

use super::{SECTIONS, Section, world::World};

/// A million takes peers so long that `compare` measures them there, and does so once.
const SIZES: [u32; 3] = [1_000, 10_000, 100_000];

/// Measures each section at each size that criterion's own arguments let through. A case is checked once somebody in it is
/// about to be measured.
pub fn main() {
    let mut criterion = Criterion::default()
        .configure_from_args()
        .warm_up_time(core::time::Duration::from_millis(100))
        .measurement_time(core::time::Duration::from_millis(500));
    for applications in SIZES {
        let world = World::new(applications);
        for section in SECTIONS.iter().filter(|section| applications <= section.applications_max) {
            measure(&mut criterion, section, &world, applications);
        }
    }
    criterion.final_summary();
}

fn measure(criterion: &mut Criterion, section: &Section, world: &World, applications: u32) {
    (section.cases)(world, &mut |case| {
        let mut group = criterion.benchmark_group(format!("{}/{}", section.name, case.name));
        group.throughput(Throughput::Elements(u64::from(case.things)));
        group.sampling_mode(SamplingMode::Flat).sample_size(10);
        let names: Vec<&str> = case.contenders.iter().map(|contender| contender.name).collect();
        let case = RefCell::new((case, false));
        for (number, contender) in names.into_iter().enumerate() {
            group.bench_function(BenchmarkId::new(contender, applications), |bencher| {
                let (case, is_checked) = &mut *case.borrow_mut();
                if !core::mem::replace(is_checked, true) {
                    case.check();
                }
                let work = &mut case.contenders[number].work;
                bencher.iter_custom(|times| work.run(u32::try_from(times).unwrap_or(u32::MAX)));
            });
        }
    });
}
