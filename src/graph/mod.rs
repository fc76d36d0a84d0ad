//! Microsoft Graph on the wire: an HTTP request and a [`Directory`] to an HTTP response (feature `graph`).
//!
//! [`respond`] is a function and nothing more: no socket, no clock, no randomness. The caller brings the request, the time
//! and an id for the request; equal input gives equal output, and the same directory afterwards. Whatever changes goes
//! through [`Directory::apply`], so that every rule is the engine's.
//!
//! * The bearer token is the id of a tenant; [`Options::anonymous`] serves requests that have none.
//! * [`Options::profile`] chooses between what the live service was seen to answer and what its pages document.
//! * [`Quirks`] are answers that were seen now and then; all are off by default.
//! * Every error and where it comes from stands in the table of [`Code`].

mod application;
mod batch;
mod call;
mod caller;
mod dispatch;
mod engine;
mod entity;
mod error;
mod find;
mod front;
mod group;
mod json;
mod kept;
mod lists;
mod metadata;
mod open;
mod operations;
mod options;
mod organization;
mod outcome;
mod permission;
mod principal;
mod principal_changes;
mod profile;
mod query;
mod reader;
mod reference;
mod reply;
mod route;
mod schema;
mod segment;
mod session;
mod shown;
mod source;
mod template;
mod version;
mod writer;

use http::{Request, Response};

use crate::Directory;

pub use call::client_request_id;
pub use caller::Caller;
pub use error::Code;
pub use operations::{Operation, operations};
pub use options::{Context, Options, Profile, Quirks};
pub use outcome::{Decision, Outcome};
pub use permission::least_permission;

/// The response to a request, whatever it is, and the events that it has caused. A request that is refused changes nothing
/// and causes no event.
#[must_use = "the events are what a log of the directory needs"]
pub fn respond<B: AsRef<[u8]>>(
    directory: &mut Directory,
    request: &Request<B>,
    context: &Context,
    options: &Options,
) -> Outcome {
    front::respond(directory, &call::Incoming::new(request), context, options)
}

/// The response to a request that only reads (GET), for servers that share a directory; `None` for any other, which
/// needs [`respond`]. Where there is one, it is the one that `respond` gives.
#[must_use]
pub fn read<B: AsRef<[u8]>>(
    directory: &Directory,
    request: &Request<B>,
    context: &Context,
    options: &Options,
) -> Option<Response<alloc::vec::Vec<u8>>> {
    front::read(directory, &call::Incoming::new(request), context, options)
}
