//! Control routes of what is kept beside the directory: faults, the journal, expectations, the clock.

use hyper::{Request, Response, StatusCode, Uri};
use serde_json::{Value, json};

use crate::emulate::{
    calls::journal::{self, Expectation, Filter},
    clock::Setting,
    emulator::Emulator,
    faults::Faults,
    held::held,
    http::{
        answer::{JSON_LINES, empty, error, json, names, parsed, query, read, response},
        host,
    },
};

pub(crate) fn add_faults(emulator: &Emulator, rules: &[u8]) -> Response<Vec<u8>> {
    match held(&emulator.records.faults).add(rules) {
        Ok(()) => empty(),
        Err(wrong) => error(StatusCode::BAD_REQUEST, &wrong),
    }
}

pub(crate) fn remove_faults(emulator: &Emulator) -> Response<Vec<u8>> {
    *held(&emulator.records.faults) = Faults::default();
    empty()
}

pub(crate) fn remove_fault(emulator: &Emulator, name: &str) -> Response<Vec<u8>> {
    if held(&emulator.records.faults).remove(name) {
        empty()
    } else {
        error(StatusCode::NOT_FOUND, "there is no such fault")
    }
}

/// Forgets the calls and the commands that a replay has.
pub(crate) fn clear(emulator: &Emulator) -> Response<Vec<u8>> {
    // The lines of the replay and the calls begin anew at the same moment: no write is in one of them only.
    let mut writes = held(&emulator.shared.writes);
    writes.start_from(&emulator.shared.directory());
    held(&emulator.records.journal).clear();
    empty()
}

/// The directory that the commands of a replay start from.
pub(crate) fn start(emulator: &Emulator) -> Response<Vec<u8>> {
    let start = held(&emulator.shared.writes).start();
    json(StatusCode::OK, &start)
}

/// The calls that the query asks for; with `format=har` as an HTTP archive, with `format=replay` the commands that changed
/// the directory.
pub(crate) fn calls(emulator: &Emulator, request: &Request<Vec<u8>>) -> Response<Vec<u8>> {
    let filter = match filter(request.uri()) {
        Ok(filter) => filter,
        Err(wrong) => return error(StatusCode::BAD_REQUEST, &wrong),
    };
    let format = query(request.uri(), "format");
    if format.as_deref() == Some("replay") {
        return response(StatusCode::OK, JSON_LINES, held(&emulator.shared.writes).lines(filter.tenant));
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

/// The filter of a query, by the names that an expectation has as JSON. One that is passed over would let a test pass on calls
/// that it does not mean.
fn filter(uri: &Uri) -> Result<Filter, String> {
    let names = names(uri)?.into_iter().filter(|name| *name != "format");
    let value = |name| {
        let text = query(uri, name).unwrap_or_default();
        let number = if ["status", "since"].contains(&name) { text.parse().ok() } else { None };
        number.map_or_else(|| Value::String(text), |number: u64| number.into())
    };
    let asked = Value::Object(names.map(|name| (name.into(), value(name))).collect());
    read(asked).map_err(|wrong| format!("{wrong}; `format` says how calls are written"))
}

/// Sets the clock, and tells what it shows; 409 where it cannot be set so.
pub(crate) fn set_clock(emulator: &Emulator, body: &[u8]) -> Response<Vec<u8>> {
    let setting: Setting = match parsed(body) {
        Ok(setting) => setting,
        Err(wrong) => return error(StatusCode::BAD_REQUEST, &wrong),
    };
    match emulator.shared.clock.set(&setting) {
        Ok(()) => json(StatusCode::OK, &emulator.shared.clock.shown()),
        Err(wrong) => error(StatusCode::CONFLICT, &wrong),
    }
}

/// 200 where the expectation is met, 417 with what is wrong where it is not: a status that this route has for nothing else.
pub(crate) fn expect(emulator: &Emulator, body: &[u8]) -> Response<Vec<u8>> {
    let journal = held(&emulator.records.journal);
    if !journal.is_kept() {
        return error(StatusCode::CONFLICT, "there is no journal: start without --journal 0");
    }
    let outcome = parsed::<Expectation>(body).and_then(|expectation| expectation.check(&journal));
    match outcome {
        Ok(outcome) if outcome.met => json(StatusCode::OK, &outcome),
        Ok(outcome) => json(StatusCode::EXPECTATION_FAILED, &outcome),
        Err(wrong) => error(StatusCode::BAD_REQUEST, &wrong),
    }
}
