//! What tests do behind Graph's back: commands of the replay format, the whole state, snapshots.

use std::{io, sync::Mutex};

use connector_groups::{TenantId, document::DirectoryViolations};
use hyper::{Method, Request, Response, StatusCode, Uri};
use percent_encoding::percent_decode_str;
use serde::Serialize;
use tokio::task::block_in_place;

use super::{
    control_records,
    service::{self, Emulator, response},
    world::{self, Snapshot, World},
    writes::{Visible, held},
};

pub(crate) const PREFIX: &str = "/_control/";
/// A document of a million things fits.
pub(crate) const BODY_BYTES_MAX: usize = 1 << 30;
const JSON: &str = "application/json";
pub(crate) const JSON_LINES: &str = "application/jsonl";
pub(crate) const NO_SNAPSHOT: &str = "there is no such snapshot";
const SNAPSHOTS_MAX: usize = 1024;
const SNAPSHOT_NAME_BYTES_MAX: usize = 64;

/// The answer to a request below [`PREFIX`]. What takes its time for a whole directory leaves other connections to others.
pub(crate) fn answer(emulator: &Emulator, request: &Request<Vec<u8>>) -> Response<Vec<u8>> {
    if request.body().len() > BODY_BYTES_MAX {
        return error(StatusCode::PAYLOAD_TOO_LARGE, "the body is too long");
    }
    let route = request.uri().path().strip_prefix(PREFIX).unwrap_or_default();
    let names: Vec<&str> = route.split('/').collect();
    let method = request.method();
    match *names {
        ["commands"] if method == Method::POST => commands(emulator, request),
        ["state"] if method == Method::GET => block_in_place(|| state(&emulator.world)),
        ["state"] if method == Method::PUT => block_in_place(|| replace(emulator, request.body())),
        ["snapshots"] if method == Method::GET => {
            json(StatusCode::OK, &service::lock(&emulator.world).snapshots.keys().collect::<Vec<_>>())
        }
        ["snapshots", name] if method == Method::POST => keep(emulator, request, name),
        ["snapshots", name, "restore"] if method == Method::POST => restore(emulator, name),
        ["snapshots", name] if method == Method::DELETE => forget(emulator, name),
        ["commands" | "state" | "snapshots"] | ["snapshots", _] | ["snapshots", _, "restore"] => {
            error(StatusCode::METHOD_NOT_ALLOWED, "not by this method")
        }
        _ => control_records::answer(emulator, request, &names),
    }
}

/// The answers to lines of commands, or with `?answers=count` how many were accepted, refused and no commands.
fn commands(emulator: &Emulator, request: &Request<Vec<u8>>) -> Response<Vec<u8>> {
    let counts_only = query(request.uri(), "answers").as_deref() == Some("count");
    // A test that has set something up wants to see it, whatever lag it plays with afterwards.
    let result = emulator.write(Visible::AtOnce, |directory| {
        let mut answers = Vec::new();
        let (replayed, changes) = world::replay(directory, request.body(), |number, _, outcome| {
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

fn state(world: &Mutex<World>) -> Response<Vec<u8>> {
    let directory = service::lock(world).directory.clone();
    json(StatusCode::OK, &directory)
}

fn replace(emulator: &Emulator, document: &[u8]) -> Response<Vec<u8>> {
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
    let hash_seed = service::lock(&emulator.world).hash_seed();
    match world::directory(document, hash_seed) {
        Ok(directory) => done(emulator.replace(directory)),
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

/// Keeps the directory under a name, with `?faults=true` the faults and their counts too.
fn keep(emulator: &Emulator, request: &Request<Vec<u8>>, name: &str) -> Response<Vec<u8>> {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "-_.".contains(letter);
    if name.is_empty() || name.len() > SNAPSHOT_NAME_BYTES_MAX || !name.chars().all(plain) {
        return error(StatusCode::BAD_REQUEST, "a name is 1 to 64 letters, digits, and any of -_.");
    }
    let with_faults = query(request.uri(), "faults").as_deref() == Some("true");
    let faults = with_faults.then(|| held(&emulator.records.faults).clone());
    block_in_place(|| {
        // No write comes between what is kept here and what the store keeps.
        let mut writes = held(&emulator.records.writes);
        let (directory, is_full) = {
            let world = service::lock(&emulator.world);
            (world.directory.clone(), world.snapshots.len() >= SNAPSHOTS_MAX && !world.snapshots.contains_key(name))
        };
        if is_full {
            return error(StatusCode::CONFLICT, "there are 1024 snapshots: DELETE one");
        }
        let snapshot = Snapshot { directory, faults };
        let kept = writes.store().map_or(Ok(()), |store| store.keep(name, Some(&snapshot)));
        done(kept.map(|()| {
            service::lock(&emulator.world).snapshots.insert(name.into(), snapshot);
        }))
    })
}

fn forget(emulator: &Emulator, name: &str) -> Response<Vec<u8>> {
    block_in_place(|| {
        let mut writes = held(&emulator.records.writes);
        if service::lock(&emulator.world).snapshots.remove(name).is_none() {
            return error(StatusCode::NOT_FOUND, NO_SNAPSHOT);
        }
        done(writes.store().map_or(Ok(()), |store| store.keep(name, None)))
    })
}

fn restore(emulator: &Emulator, name: &str) -> Response<Vec<u8>> {
    let snapshot = service::lock(&emulator.world).snapshots.get(name).cloned();
    let Some(Snapshot { directory, faults }) = snapshot else { return error(StatusCode::NOT_FOUND, NO_SNAPSHOT) };
    done(emulator.replace(directory).map(|()| {
        // A snapshot without faults leaves those that there are: a test may want one state under many faults.
        if let Some(faults) = faults {
            *held(&emulator.records.faults) = faults;
        }
    }))
}

/// The value of a query option, with its escapes read.
pub(crate) fn query(uri: &Uri, name: &str) -> Option<String> {
    let pairs = uri.query().unwrap_or_default().split('&').map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    let value = pairs.into_iter().find(|(key, _)| *key == name)?.1;
    Some(percent_decode_str(value).decode_utf8_lossy().into_owned())
}

/// What a change that may fail to be kept is answered with.
pub(crate) fn done(result: io::Result<()>) -> Response<Vec<u8>> {
    result.map_or_else(|error| not_kept(&error), |()| empty())
}

/// The store does not take what a request has changed, so that nothing has changed.
pub(crate) fn not_kept(problem: &io::Error) -> Response<Vec<u8>> {
    error(StatusCode::INTERNAL_SERVER_ERROR, &format!("nothing was changed, as it cannot be kept: {problem}"))
}

pub(crate) fn empty() -> Response<Vec<u8>> {
    response(StatusCode::NO_CONTENT, JSON, Vec::new())
}

pub(crate) fn json(status: StatusCode, value: &impl Serialize) -> Response<Vec<u8>> {
    response(status, JSON, serde_json::to_vec(value).unwrap_or_default())
}

pub(crate) fn error(status: StatusCode, message: &str) -> Response<Vec<u8>> {
    #[derive(Serialize)]
    struct Error<'a> {
        error: &'a str,
    }
    json(status, &Error { error: message })
}
