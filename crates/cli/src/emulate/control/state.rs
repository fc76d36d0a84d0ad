//! Control routes of the directory: commands of the replay format, the whole state, snapshots.

use connector_groups::{TenantId, document::DirectoryViolations};
use hyper::{Response, StatusCode};
use serde::Serialize;

use crate::emulate::{
    emulator::Emulator,
    held::held,
    http::answer::{JSON_LINES, done, error, json, not_kept, response},
    shared::{
        change,
        world::{self, Snapshot, Visible},
    },
};

pub(crate) const NO_SNAPSHOT: &str = "there is no such snapshot";
/// Each keeps what the directory has replaced since, so that a test that forgets none would fill the memory.
const SNAPSHOTS_MAX: usize = 1024;
const SNAPSHOT_NAME_BYTES_MAX: usize = 64;

/// The answers to lines of commands, or how many were accepted, refused and no commands.
pub(crate) fn commands(emulator: &Emulator, lines: &[u8], counts_only: bool) -> Response<Vec<u8>> {
    // A test that has set something up wants to see it, whatever lag it plays with afterwards.
    let result = emulator.shared.write(Visible::AtOnce, |directory| {
        let mut answers = Vec::new();
        let (replayed, changes) = change::replay(directory, lines, |number, _, outcome| {
            if !counts_only {
                answers.extend(serde_json::to_vec(&outcome.into_answer(number)).unwrap_or_default());
                answers.push(b'\n');
            }
        });
        ((replayed, answers), changes)
    });
    match result {
        Ok((replayed, _)) if counts_only => json(StatusCode::OK, &replayed),
        Ok((_, answers)) => response(StatusCode::OK, JSON_LINES, answers),
        Err(error) => not_kept(&error),
    }
}

pub(crate) fn replace(emulator: &Emulator, document: &[u8]) -> Response<Vec<u8>> {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Violations {
        violations: Vec<Violation>,
    }
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Violation {
        tenant: TenantId,
        violation: String,
    }
    let hash_seed = held(&emulator.shared.world).hash_seed();
    match world::directory(document, hash_seed) {
        Ok(directory) => done(emulator.shared.replace(directory)),
        Err(Err(wrong)) => error(StatusCode::BAD_REQUEST, &wrong.to_string()),
        Err(Ok(DirectoryViolations { duplicate_tenants, tenants, .. })) => {
            let duplicates = duplicate_tenants
                .into_iter()
                .map(|tenant| Violation { tenant, violation: String::from("an earlier tenant has this id (I4)") });
            let others = tenants.into_iter().flat_map(|tenant| {
                let id = tenant.tenant;
                let violations = tenant.violations.into_iter();
                violations.map(move |violation| Violation { tenant: id, violation: violation.to_string() })
            });
            json(StatusCode::UNPROCESSABLE_ENTITY, &Violations { violations: duplicates.chain(others).collect() })
        }
    }
}

pub(crate) fn snapshots(emulator: &Emulator) -> Response<Vec<u8>> {
    json(StatusCode::OK, &held(&emulator.shared.world).snapshots.keys().collect::<Vec<_>>())
}

/// Keeps the directory under a name, and where that is asked for the faults and their counts too.
pub(crate) fn keep(emulator: &Emulator, name: &str, with_faults: bool) -> Response<Vec<u8>> {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "-_.".contains(letter);
    if name.is_empty() || name.len() > SNAPSHOT_NAME_BYTES_MAX || !name.chars().all(plain) {
        return error(StatusCode::BAD_REQUEST, "a name is 1 to 64 letters, digits, and any of -_.");
    }
    let faults = with_faults.then(|| held(&emulator.records.faults).clone());
    // No write comes between what is kept here and what the store keeps.
    let mut writes = held(&emulator.shared.writes);
    let (directory, is_full) = {
        let world = held(&emulator.shared.world);
        (world.directory.clone(), world.snapshots.len() >= SNAPSHOTS_MAX && !world.snapshots.contains_key(name))
    };
    if is_full {
        return error(StatusCode::CONFLICT, "there are 1024 snapshots: DELETE one");
    }
    let snapshot = Snapshot { directory, faults };
    let kept = emulator.shared.keep(&mut writes, |store| store.keep(name, Some(&snapshot)));
    // On disk first: a snapshot that a test has been told of is there after a restart.
    let former = kept.map(|()| held(&emulator.shared.world).snapshots.insert(name.into(), snapshot));
    // To free a large directory takes its time, which no write and no read has to wait for.
    drop(writes);
    done(former.map(drop))
}

pub(crate) fn forget(emulator: &Emulator, name: &str) -> Response<Vec<u8>> {
    // Snapshots come and go by whoever writes, so that this one is there until the end.
    let mut writes = held(&emulator.shared.writes);
    if !held(&emulator.shared.world).snapshots.contains_key(name) {
        return error(StatusCode::NOT_FOUND, NO_SNAPSHOT);
    }
    let forgotten = emulator.shared.keep(&mut writes, |store| store.keep(name, None));
    // On disk first: where that fails, the answer says that nothing was changed.
    let former = forgotten.map(|()| held(&emulator.shared.world).snapshots.remove(name));
    drop(writes);
    done(former.map(drop))
}

pub(crate) fn restore(emulator: &Emulator, name: &str) -> Response<Vec<u8>> {
    let snapshot = held(&emulator.shared.world).snapshots.get(name).cloned();
    let Some(Snapshot { directory, faults }) = snapshot else { return error(StatusCode::NOT_FOUND, NO_SNAPSHOT) };
    done(emulator.shared.replace(directory).map(|()| {
        // A snapshot without faults leaves those that there are: a test may want one state under many faults.
        if let Some(faults) = faults {
            *held(&emulator.records.faults) = faults;
        }
    }))
}
