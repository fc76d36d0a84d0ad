//! Segments of applications of Private Access: how they are found, and what is done to them.

use alloc::{string::ToString, sync::Arc, vec::Vec};

use http::{Method, StatusCode};
use serde_json::{Map, Value};

use super::{
    engine::{Writer, enabled},
    entity::{Entity, Segment},
    error::{Code, Error},
    find,
    json::{Members, read_only, unchanged},
    open::Open,
    options::Profile,
    query::Query,
    reply::Reply,
    route::{Key, List},
    schema::IP_SEGMENT,
    shown::Shown,
};
use crate::{
    Tenant,
    command::{AddApplicationSegment, RemoveApplicationSegment, UpdateApplicationSegment},
};

/// A segment of an application, or of any where none is named.
pub(super) fn of<'a>(tenant: &'a Tenant, application: Option<&Key>, id: &str) -> Result<Segment<'a>, Error> {
    let owner = application.map(|key| find::application(tenant, key)).transpose()?;
    let found = id.parse().ok().and_then(|id| tenant.application_segment(id));
    // Below another application the segment is not there: ids are unique in the tenant, paths are not free.
    let found = found.filter(|(application, _)| owner.is_none_or(|owner| owner.id() == application.id()));
    let absent = || Error::new(Code::ApplicationSegmentNotFound, "The application segment is not found.");
    let (application, segment) = found.ok_or_else(absent)?;
    Ok(Segment { application, segment })
}

/// The types of destinations, by what their host is.
const OF_ADDRESSES: &[&str] = &["ip", "ipAddress", "ipRange", "ipRangeCidr"];
const OF_NAMES: &[&str] = &["fqdn", "dnsSuffix"];

/// What a body says of a segment.
struct Given {
    host: Option<Arc<str>>,
    kind: Option<Arc<str>>,
    protocol: Option<Arc<str>>,
    ports: Option<Vec<Arc<str>>>,
}

fn given(members: &mut Members, profile: Profile) -> Result<Given, Error> {
    let kind = members.nullable_text("destinationType")?;
    let kind = kind
        .map(|kind| {
            let mut known = OF_ADDRESSES.iter().chain(OF_NAMES).filter(|known| {
                // The schema says `ipAddress`; the service was seen to refuse that, and to take `ip`.
                profile == Profile::Documented || **known != "ipAddress"
            });
            known
                .find(|known| known.eq_ignore_ascii_case(&kind))
                .copied()
                .ok_or_else(|| Error::new(Code::InvalidSegment, "The property 'destinationType' has no such member."))
        })
        .transpose()?;
    let ports = match members.take("ports") {
        None | Some(Value::Null) => None,
        // Whoever reads a body by its type has found texts only.
        Some(ports) => Some(ports.as_array().into_iter().flatten().filter_map(Value::as_str).map(Arc::from).collect()),
    };
    Ok(Given {
        host: members.nullable_text("destinationHost")?.map(Into::into),
        kind: kind.map(Into::into),
        protocol: members.nullable_text("protocol")?.map(Into::into),
        ports,
    })
}

/// A host that is none is told by the kind of thing that it should have been, as was seen.
fn told(result: Result<(), Error>, kind: &str) -> Result<(), Error> {
    let is_of_addresses = OF_ADDRESSES.iter().any(|known| known.eq_ignore_ascii_case(kind));
    result.map_err(|error| match error.code {
        Code::InvalidDestination if is_of_addresses => Error { code: Code::InvalidDestinationAddress, ..error },
        _ => error,
    })
}

/// `POST …/applicationSegments`.
pub(super) fn create(writer: &mut Writer<'_, '_>, key: &Key) -> Result<Reply, Error> {
    let (call, version) = (writer.call, writer.version);
    Query::none(call)?;
    let tenant = writer.tenant()?;
    enabled(tenant, call)?;
    let application = find::application(tenant, key)?.id();
    let mut members = call.members(&IP_SEGMENT)?;
    read_only(&mut members, &["id"])?;
    let Given { host, kind, protocol, ports } = given(&mut members, call.options.profile)?;
    let missing = |name: &str| Error::new(Code::InvalidSegment, &alloc::format!("The property '{name}' is missing."));
    let destination_host = host.ok_or_else(|| missing("destinationHost"))?;
    let destination_type = kind.ok_or_else(|| missing("destinationType"))?;
    let none = Map::new();
    let properties = Open { members, schema: &IP_SEGMENT, version, kept: &none, shown: &none }.changes(Map::new())?;
    let id = writer.session.next_segment_id();
    let kind = destination_type.clone();
    let command =
        AddApplicationSegment { id, application, destination_host, destination_type, protocol, ports, properties };
    told(writer.apply(command.into()), &kind)?;
    let segment = of(writer.tenant()?, None, &id.to_string())?;
    let body = Shown::one(segment, &List::Segments(key.clone()).path(), writer.view());
    let status = match call.options.profile {
        Profile::Live => StatusCode::OK,
        Profile::Documented => StatusCode::CREATED,
    };
    Ok(Reply::json(status, body.written()))
}

/// `PATCH` or `DELETE` of one.
pub(super) fn change(writer: &mut Writer<'_, '_>, key: &Key, id: &Key) -> Result<Reply, Error> {
    let (call, version) = (writer.call, writer.version);
    Query::none(call)?;
    let found = of(writer.tenant()?, Some(key), id.as_str())?;
    let id = found.segment.id;
    if call.method != Method::PATCH {
        writer.apply(RemoveApplicationSegment { id }.into())?;
        return Ok(Reply::no_content());
    }
    let mut members = call.members(&IP_SEGMENT)?;
    unchanged(&mut members, "id", &id.to_string())?;
    let Given { host: destination_host, kind: destination_type, protocol, ports } =
        given(&mut members, call.options.profile)?;
    let kept = found.kept();
    let properties = Open { members, schema: &IP_SEGMENT, version, kept: &kept, shown: &kept }.changes(Map::new())?;
    let kind = destination_type.clone().unwrap_or_else(|| found.segment.destination_type.clone());
    let command = UpdateApplicationSegment { id, destination_host, destination_type, protocol, ports, properties };
    told(writer.apply(command.into()), &kind)?;
    Ok(Reply::no_content())
}
