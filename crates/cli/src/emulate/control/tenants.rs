//! A tenant a test: copies of a tenant that was made once, under ids of their own.

use connector_groups::{DirectoryCommand, TenantId, command::DeleteTenant};
use hyper::{Response, StatusCode};
use serde::{Deserialize, Serialize};

use super::state::NO_SNAPSHOT;
use crate::emulate::{
    emulator::Emulator,
    held::held,
    http::answer::{empty, error, json, not_kept, parsed},
    shared::{change::Change, world::Visible},
};

/// So many at once: with a store each copy is written whole, and all of them in one transaction.
const COUNT_MAX: usize = 100_000;

/// Which tenant is copied, how often, and under which id.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, expecting = "an object")]
struct Asked {
    /// The directory as it stands where there is none.
    snapshot: Option<String>,
    /// The only tenant of that where there is none.
    from: Option<TenantId>,
    id: Option<TenantId>,
    count: Option<usize>,
}

#[derive(Serialize)]
struct Made {
    id: Option<TenantId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ids: Option<Vec<TenantId>>,
}

pub(crate) fn make(emulator: &Emulator, body: &[u8]) -> Response<Vec<u8>> {
    let asked: Asked = match parsed(body) {
        Ok(asked) => asked,
        Err(wrong) => return error(StatusCode::BAD_REQUEST, &wrong),
    };
    let count = asked.count.unwrap_or(1);
    if count == 0 || count > COUNT_MAX || (asked.id.is_some() && count > 1) {
        return error(StatusCode::BAD_REQUEST, "count is 1 to 100000, and 1 where there is an id");
    }
    let (pattern, ids) = {
        let mut world = held(&emulator.shared.world);
        let directory = match &asked.snapshot {
            None => Some(world.directory.clone()),
            Some(name) => world.snapshots.get(name).map(|snapshot| snapshot.directory.clone()),
        };
        let Some(directory) = directory else { return error(StatusCode::NOT_FOUND, NO_SNAPSHOT) };
        let pattern = match asked.from {
            Some(id) => directory.tenant(id),
            None if directory.tenants_count() == 1 => directory.tenants().next(),
            None => return error(StatusCode::BAD_REQUEST, "there is not one tenant, so that `from` has to name it"),
        };
        let Some(pattern) = pattern.cloned() else { return error(StatusCode::NOT_FOUND, "there is no such tenant") };
        // Ids are drawn here, as the world is not held while a write is decided.
        let ids: Vec<TenantId> = match asked.id {
            Some(id) => vec![id],
            None => (0..count).map(|_| TenantId::from_u128(world.next_request_id())).collect(),
        };
        (pattern, ids)
    };
    let result = emulator.shared.write(Visible::AtOnce, |directory| {
        let mut copied = Vec::new();
        for id in &ids {
            if let Err(refusal) = directory.copy_tenant(&pattern, *id) {
                // The copies made so far are on a snapshot that nobody keeps.
                return (Err(refusal), Vec::new());
            }
            copied.extend(directory.tenant(*id).cloned().map(Change::Tenant));
        }
        (Ok(()), copied)
    });
    match result {
        Ok(Ok(())) => {
            let id = ids.first().copied();
            json(StatusCode::CREATED, &Made { id, ids: asked.count.map(|_| ids) })
        }
        Ok(Err(refusal)) => error(StatusCode::CONFLICT, &refusal.to_string()),
        Err(problem) => not_kept(&problem),
    }
}

pub(crate) fn delete(emulator: &Emulator, id: &str) -> Response<Vec<u8>> {
    let Ok(id) = id.parse() else { return error(StatusCode::NOT_FOUND, "there is no such tenant") };
    let command = DirectoryCommand::DeleteTenant(DeleteTenant { id });
    let result = emulator.shared.write(Visible::AtOnce, |directory| match directory.apply(&command) {
        Ok(_) => (Ok(()), vec![Change::Command(serde_json::to_vec(&command).unwrap_or_default().into())]),
        Err(refusal) => (Err(refusal), Vec::new()),
    });
    match result {
        Ok(Ok(())) => empty(),
        Ok(Err(refusal)) => error(StatusCode::NOT_FOUND, &refusal.to_string()),
        Err(problem) => not_kept(&problem),
    }
}
