//! What tests do behind Graph's back: commands of the replay format, the whole state, snapshots.

use std::sync::Mutex;

use connector_groups::{TenantId, document::DirectoryViolations};
use hyper::{Method, Request, Response, StatusCode};
use serde::Serialize;
use tokio::task::block_in_place;

use super::{
    service::{self, response},
    world::{self, World},
};

pub(crate) const PREFIX: &str = "/_control/";
/// A document of a million things fits.
pub(crate) const BODY_BYTES_MAX: usize = 1 << 30;
const JSON: &str = "application/json";
const JSON_LINES: &str = "application/jsonl";
const SNAPSHOTS_MAX: usize = 1024;
const SNAPSHOT_NAME_BYTES_MAX: usize = 64;

/// The answer to a request below [`PREFIX`]. What takes its time for a whole directory leaves other connections to others.
pub(crate) fn answer(world: &Mutex<World>, request: &Request<Vec<u8>>) -> Response<Vec<u8>> {
    if request.body().len() > BODY_BYTES_MAX {
        return error(StatusCode::PAYLOAD_TOO_LARGE, "the body is too long");
    }
    let route = request.uri().path().strip_prefix(PREFIX).unwrap_or_default();
    let names: Vec<&str> = route.split('/').collect();
    let method = request.method();
    match *names {
        ["commands"] if method == Method::POST => block_in_place(|| commands(world, request.body())),
        ["state"] if method == Method::GET => block_in_place(|| state(world)),
        ["state"] if method == Method::PUT => block_in_place(|| replace(world, request.body())),
        ["snapshots"] if method == Method::GET => {
            json(StatusCode::OK, &service::lock(world).snapshots.keys().collect::<Vec<_>>())
        }
        ["snapshots", name] if method == Method::POST => keep(world, name),
        ["snapshots", name, "restore"] if method == Method::POST => restore(world, name),
        ["snapshots", name] if method == Method::DELETE => match service::lock(world).snapshots.remove(name) {
            None => error(StatusCode::NOT_FOUND, "there is no such snapshot"),
            Some(_) => empty(),
        },
        ["commands" | "state" | "snapshots"] | ["snapshots", _] | ["snapshots", _, "restore"] => {
            error(StatusCode::METHOD_NOT_ALLOWED, "not by this method")
        }
        _ => error(StatusCode::NOT_FOUND, "there is no such control route"),
    }
}

fn commands(world: &Mutex<World>, lines: &[u8]) -> Response<Vec<u8>> {
    let mut answers = Vec::new();
    service::lock(world).replay(lines, |number, _, outcome| {
        answers.extend(serde_json::to_vec(&outcome.into_answer(number)).unwrap_or_default());
        answers.push(b'\n');
    });
    response(StatusCode::OK, JSON_LINES, answers)
}

fn state(world: &Mutex<World>) -> Response<Vec<u8>> {
    let directory = service::lock(world).directory.clone();
    json(StatusCode::OK, &directory)
}

fn replace(world: &Mutex<World>, document: &[u8]) -> Response<Vec<u8>> {
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
    match world::directory(document) {
        Ok(directory) => {
            service::lock(world).replace(directory);
            empty()
        }
        Err(Err(wrong)) => error(StatusCode::BAD_REQUEST, &wrong.to_string()),
        Err(Ok(DirectoryViolations { duplicate_tenants, tenants })) => {
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

fn keep(world: &Mutex<World>, name: &str) -> Response<Vec<u8>> {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "-_.".contains(letter);
    if name.is_empty() || name.len() > SNAPSHOT_NAME_BYTES_MAX || !name.chars().all(plain) {
        return error(StatusCode::BAD_REQUEST, "a name is 1 to 64 letters, digits, and any of -_.");
    }
    let mut world = service::lock(world);
    if world.snapshots.len() >= SNAPSHOTS_MAX && !world.snapshots.contains_key(name) {
        return error(StatusCode::CONFLICT, "there are 1024 snapshots: DELETE one");
    }
    let directory = world.directory.clone();
    world.snapshots.insert(name.into(), directory);
    empty()
}

fn restore(world: &Mutex<World>, name: &str) -> Response<Vec<u8>> {
    let mut world = service::lock(world);
    match world.snapshots.get(name).cloned() {
        None => error(StatusCode::NOT_FOUND, "there is no such snapshot"),
        Some(directory) => {
            world.replace(directory);
            empty()
        }
    }
}

fn empty() -> Response<Vec<u8>> {
    response(StatusCode::NO_CONTENT, JSON, Vec::new())
}

fn json(status: StatusCode, value: &impl Serialize) -> Response<Vec<u8>> {
    response(status, JSON, serde_json::to_vec(value).unwrap_or_default())
}

pub(crate) fn error(status: StatusCode, message: &str) -> Response<Vec<u8>> {
    #[derive(Serialize)]
    struct Error<'a> {
        error: &'a str,
    }
    json(status, &Error { error: message })
}
