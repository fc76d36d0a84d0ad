//! The control routes: what tests do behind Graph's back.

mod records;
mod state;
mod tenants;

use hyper::{Method, Request, Response, StatusCode};

use crate::{
    emulate::{
        emulator::Emulator,
        held::held,
        http::answer::{error, json, option},
    },
    input,
};

pub(crate) const PREFIX: &str = "/_control/";
/// A document of a million things fits.
pub(crate) const BODY_BYTES_MAX: usize = 1 << 30;

/// The answer to a request below [`PREFIX`]. What takes its time for a whole directory leaves other connections to others.
pub(crate) fn answer(emulator: &Emulator, request: &Request<Vec<u8>>) -> Response<Vec<u8>> {
    if request.body().len() > BODY_BYTES_MAX {
        return error(StatusCode::PAYLOAD_TOO_LARGE, "the body is too long");
    }
    let route = request.uri().path().strip_prefix(PREFIX).unwrap_or_default();
    let names: Vec<&str> = route.split('/').collect();
    // A file of Windows may be sent as it is.
    let (method, body) = (request.method(), input::without_mark(request.body()));
    // The journal has many, and looks at them itself.
    let (answers, faults) = (("answers", &["all", "count"][..]), ("faults", &["true", "false"][..]));
    let value = match *names {
        ["journal"] => Ok(None),
        ["commands"] => option(request.uri(), Some(answers)),
        ["snapshots", _] if method == Method::POST => option(request.uri(), Some(faults)),
        _ => option(request.uri(), None),
    };
    let value = match value {
        Ok(value) => value,
        Err(wrong) => return error(StatusCode::BAD_REQUEST, &wrong),
    };
    let value = value.as_deref();
    match *names {
        ["commands"] if method == Method::POST => state::commands(emulator, body, value == Some("count")),
        ["state"] if method == Method::GET => json(StatusCode::OK, &emulator.shared.directory()),
        ["state"] if method == Method::PUT => state::replace(emulator, body),
        ["snapshots"] if method == Method::GET => state::snapshots(emulator),
        ["snapshots", name] if method == Method::POST => state::keep(emulator, name, value == Some("true")),
        ["snapshots", name, "restore"] if method == Method::POST => state::restore(emulator, name),
        ["snapshots", name] if method == Method::DELETE => state::forget(emulator, name),
        ["tenants"] if method == Method::POST => tenants::make(emulator, body),
        ["tenants", id] if method == Method::DELETE => tenants::delete(emulator, id),
        ["faults"] if method == Method::GET => json(StatusCode::OK, &*held(&emulator.records.faults)),
        ["faults"] if method == Method::POST => records::add_faults(emulator, body),
        ["faults"] if method == Method::DELETE => records::remove_faults(emulator),
        ["faults", name] if method == Method::DELETE => records::remove_fault(emulator, name),
        ["journal"] if method == Method::GET => records::calls(emulator, request),
        ["journal"] if method == Method::DELETE => records::clear(emulator),
        ["journal", "start"] if method == Method::GET => records::start(emulator),
        ["expect"] if method == Method::POST => records::expect(emulator, body),
        ["clock"] if method == Method::GET => json(StatusCode::OK, &emulator.shared.clock.shown()),
        ["clock"] if method == Method::POST => records::set_clock(emulator, body),
        // The routes above by another method: 405 tells that only the method is wrong.
        ["commands" | "state" | "snapshots" | "tenants" | "faults" | "journal" | "expect" | "clock"]
        | ["snapshots" | "tenants" | "faults", _]
        | ["snapshots", _, "restore"]
        | ["journal", "start"] => error(StatusCode::METHOD_NOT_ALLOWED, "not by this method"),
        _ => error(StatusCode::NOT_FOUND, "there is no such control route"),
    }
}
