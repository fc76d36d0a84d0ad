//! The control routes of what is kept beside the directory: faults, the journal, expectations, and tenants of a test's own.

use hyper::{Method, Request, Response, StatusCode, Uri};
use serde_json::json;
use tokio::task::block_in_place;

use super::{
    clock::Setting,
    control::{JSON_LINES, empty, error, json, query},
    host,
    journal::{self, Expectation, Filter},
    service::{Emulator, response},
    tenants,
    writes::held,
};

/// The answer to a request for a route below the prefix of control routes.
pub(crate) fn answer(emulator: &Emulator, request: &Request<Vec<u8>>, names: &[&str]) -> Response<Vec<u8>> {
    let (method, records) = (request.method(), &emulator.records);
    match *names {
        ["faults"] if method == Method::GET => json(StatusCode::OK, &*held(&records.faults)),
        ["faults"] if method == Method::POST => match held(&records.faults).add(request.body()) {
            Ok(()) => empty(),
            Err(wrong) => error(StatusCode::BAD_REQUEST, &wrong),
        },
        ["faults"] if method == Method::DELETE => {
            *held(&records.faults) = super::faults::Faults::default();
            empty()
        }
        ["faults", name] if method == Method::DELETE => {
            if held(&records.faults).remove(name) {
                empty()
            } else {
                error(StatusCode::NOT_FOUND, "there is no such fault")
            }
        }
        ["journal"] if method == Method::GET => block_in_place(|| calls(emulator, request)),
        ["journal"] if method == Method::DELETE => {
            block_in_place(|| {
                // The lines of the replay and the calls begin anew at the same moment: no write is in one of them only.
                let mut writes = held(&records.writes);
                let directory = held(&emulator.world).directory.clone();
                writes.start_from(&directory);
                held(&records.journal).clear();
            });
            empty()
        }
        ["journal", "start"] if method == Method::GET => block_in_place(|| {
            let start = held(&records.writes).start();
            json(StatusCode::OK, &start)
        }),
        ["clock"] if method == Method::GET => json(StatusCode::OK, &emulator.clock.shown()),
        ["clock"] if method == Method::POST => clock(emulator, request.body()),
        ["expect"] if method == Method::POST => expect(emulator, request.body()),
        ["tenants"] if method == Method::POST => tenants::make(emulator, request.body()),
        ["tenants", id] if method == Method::DELETE => tenants::delete(emulator, id),
        ["faults" | "journal" | "expect" | "tenants" | "clock"] | ["faults" | "tenants", _] | ["journal", "start"] => {
            error(StatusCode::METHOD_NOT_ALLOWED, "not by this method")
        }
        _ => error(StatusCode::NOT_FOUND, "there is no such control route"),
    }
}

/// The calls that the query asks for; with `format=har` as an HTTP archive, with `format=replay` the commands that changed
/// the directory.
fn calls(emulator: &Emulator, request: &Request<Vec<u8>>) -> Response<Vec<u8>> {
    let filter = match filter(request.uri()) {
        Ok(filter) => filter,
        Err(wrong) => return error(StatusCode::BAD_REQUEST, &wrong),
    };
    let format = query(request.uri(), "format");
    if format.as_deref() == Some("replay") {
        return response(StatusCode::OK, JSON_LINES, held(&emulator.records.writes).lines(filter.tenant));
    }
    // The journal is let go before it is written out, as every request waits for it at its end.
    let journal = held(&emulator.records.journal);
    let (calls, (count, first)) = (journal.calls(&filter), journal.extent());
    drop(journal);
    match format.as_deref() {
        None | Some("json") => {
            let calls: Vec<_> = calls.iter().map(|call| &**call).collect();
            json(StatusCode::OK, &json!({"count": count, "oldestKept": first, "calls": calls}))
        }
        Some("har") => json(StatusCode::OK, &journal::har(&calls, &host::root(request, &emulator.graph))),
        Some(_) => error(StatusCode::BAD_REQUEST, "format is json, har or replay"),
    }
}

fn filter(uri: &Uri) -> Result<Filter, String> {
    let number = |name: &str| query(uri, name).map(|text| text.parse().map_err(|_| format!("{name} is a number")));
    let tenant = query(uri, "tenant").map(|text| text.parse().map_err(|_| String::from("tenant is an id")));
    let status = number("status").transpose()?;
    Ok(Filter {
        method: query(uri, "method"),
        route: query(uri, "route"),
        tenant: tenant.transpose()?,
        client: query(uri, "client"),
        application: query(uri, "application"),
        status: status.map(|status: u64| u16::try_from(status).unwrap_or(u16::MAX)),
        fault: query(uri, "fault"),
        refused: query(uri, "refused"),
        since: number("since").transpose()?,
    })
}

/// Sets the clock, and tells what it shows; 409 where it cannot be set so.
fn clock(emulator: &Emulator, body: &[u8]) -> Response<Vec<u8>> {
    let setting: Setting = match serde_json::from_slice(body) {
        Ok(setting) => setting,
        Err(wrong) => return error(StatusCode::BAD_REQUEST, &wrong.to_string()),
    };
    match emulator.clock.set(&setting) {
        Ok(()) => json(StatusCode::OK, &emulator.clock.shown()),
        Err(wrong) => error(StatusCode::CONFLICT, &wrong),
    }
}

/// 200 where the expectation is met, 417 with what is wrong where it is not.
fn expect(emulator: &Emulator, body: &[u8]) -> Response<Vec<u8>> {
    let journal = held(&emulator.records.journal);
    if !journal.is_kept() {
        return error(StatusCode::CONFLICT, "there is no journal: start without --journal 0");
    }
    let outcome = serde_json::from_slice::<Expectation>(body).and_then(|expectation| expectation.check(&journal));
    match outcome {
        Ok(outcome) if outcome.met => json(StatusCode::OK, &outcome),
        Ok(outcome) => json(StatusCode::EXPECTATION_FAILED, &outcome),
        Err(wrong) => error(StatusCode::BAD_REQUEST, &wrong.to_string()),
    }
}
