//! Bytes for each application, counted by the allocator: ours and the peers; and bytes for each of many small tenants. What
//! an allocator adds to each request, and its holes, are not counted. `SQLite` asks another allocator, so that it is asked for
//! its pages.
//!
//! ```text
//! cargo bench --bench memory [-- [--json] N...]
//! ```

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::std_instead_of_alloc,
    clippy::std_instead_of_core,
    reason = "a bench stops where it fails, and has std"
)]

use connector_groups::{
    Directory, TenantId,
    document::{DirectoryDocument, Document},
};
use connector_groups_benches::peers::{
    Data, at,
    careful::Careful,
    naive::Naive,
    ours::{Ours, document},
    persistent::Persistent,
    sqlite::{Keys, Sqlite},
};
use peak_alloc::PeakAlloc;
use serde_json::json;

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

/// What is held once the thing is made.
fn held<T>(make: impl FnOnce() -> T) -> u32 {
    let before = ALLOCATOR.current_usage();
    let thing = make();
    let bytes = ALLOCATOR.current_usage() - before;
    drop(thing);
    u32::try_from(bytes).unwrap()
}

/// Above this size a peer takes more memory than there is.
const PEERS_MAX: u32 = 1_000_000;

/// Small tenants, as many as a provider of services may have.
const TENANTS: u32 = 20_000;
const APPLICATIONS: u32 = 50;
const GROUPS: u32 = 3;
const CONNECTORS: u32 = 6;

/// Each of the small tenants; only its own id is another one.
fn small_tenant() -> Document {
    let mut data = Data::new(APPLICATIONS);
    data.groups.truncate(at(GROUPS));
    data.connectors.truncate(at(CONNECTORS));
    data.applications.iter_mut().for_each(|application| application.group %= GROUPS);
    data.connectors.iter_mut().for_each(|connector| connector.group %= GROUPS);
    document(&data)
}

/// Bytes of its ids and texts, and of a number for the group that a thing is in.
fn bytes_of_data(document: &Document) -> usize {
    const ID: usize = size_of::<TenantId>();
    const NUMBER: usize = size_of::<u32>();
    let groups = document.connector_groups.iter().map(|group| ID + group.name.len() + group.region.len());
    let connectors = document.connectors.iter().map(|connector| {
        ID + NUMBER + connector.machine_name.len() + connector.external_ip.len() + connector.version.len()
    });
    let applications = document.applications.iter().map(|one| ID + ID + NUMBER + one.display_name.len());
    ID + groups.chain(connectors).chain(applications).sum::<usize>()
}

fn directory() -> Directory {
    let tenants = (0..TENANTS).map(|number| Document { id: TenantId::from_u128(number.into()), ..small_tenant() });
    Directory::try_from(DirectoryDocument { tenants: tenants.collect() }).expect("valid documents")
}

fn main() {
    let (mut json, mut sizes) = (false, Vec::new());
    for argument in std::env::args().skip(1) {
        match argument.as_str() {
            // Cargo says so to every bench.
            "--bench" => {}
            "--json" => json = true,
            size => sizes.push(size.parse().expect("a number of applications")),
        }
    }
    if sizes.is_empty() {
        sizes = vec![1_000, 10_000, 100_000, 1_000_000];
    }
    for applications in sizes {
        for named in [false, true] {
            let data = Data::new(applications);
            let data = if named { data } else { data.without_names() };
            let sqlite = |keys| u32::try_from(Sqlite::new(&data, keys).bytes()).unwrap();
            let mut all = vec![("ours", held(|| Ours::new(&data)))];
            if applications <= PEERS_MAX {
                all.extend([
                    ("careful", held(|| Careful::new(&data))),
                    ("naive", held(|| Naive::new(&data))),
                    ("persistent", held(|| Persistent::new(&data))),
                    ("SQLite, integers", sqlite(Keys::Integers)),
                    ("SQLite, GUID texts", sqlite(Keys::Texts)),
                ]);
            }
            for (contender, bytes) in all {
                let bytes = f64::from(bytes) / f64::from(applications);
                if json {
                    println!(
                        "{}",
                        json!({"contender": contender, "applications": applications, "named": named, "bytes": bytes})
                    );
                } else {
                    let names = if named { "with names" } else { "without names" };
                    println!("{applications:>8} applications {names:>14}: {bytes:>6.1} bytes each, {contender}");
                }
            }
        }
    }
    let (bytes, data) = (f64::from(held(directory)) / f64::from(TENANTS), bytes_of_data(&small_tenant()));
    if json {
        println!("{}", json!({"count": TENANTS, "applications": APPLICATIONS, "bytes": bytes, "data": data}));
    } else {
        println!("{TENANTS} tenants of {APPLICATIONS} applications: {bytes:.0} bytes each, {data} of them data");
    }
}
