//! Links: `{"@odata.id": "…"}` and `?@id=…`. Host and version do not count; the last two segments do.

use alloc::{format, string::String};

use super::{
    call::{Call, decoded},
    error::{Code, Error, shortened},
    json::object,
    query::Query,
    route::{Key, part},
};

/// The key in the body's link, which must lead to this collection.
pub(super) fn of_body(call: &Call<'_>, collections: &[&str]) -> Result<Key, Error> {
    let mut members = object(call.json()?)?;
    let name = members.keys().find(|name| name.eq_ignore_ascii_case("@odata.id")).cloned();
    let link = name.and_then(|name| members.remove(&name));
    members.retain(|name, _| !name.starts_with("@odata."));
    if let Some(name) = members.keys().next() {
        return Err(Error::invalid_property(name));
    }
    let link = link.as_ref().and_then(|link| link.as_str());
    key(link.ok_or_else(|| invalid("The body has no '@odata.id' that is a string."))?, collections)
}

/// The key in the link of the query's `@id`, which must lead to this collection.
pub(super) fn of_query(call: &Call<'_>, collections: &[&str]) -> Result<Key, Error> {
    let query = Query::read(call, &["@id"])?;
    let link = query
        .get("@id")
        .ok_or_else(|| invalid("The relation to remove is named neither in the path nor by the query option '@id'."))?;
    key(link, collections)
}

/// The key in one link, which must lead to one of these collections.
pub(super) fn key(link: &str, collections: &[&str]) -> Result<Key, Error> {
    let wrong = || invalid(&format!("'{}' is not a link to one of {}.", shortened(link, 256), collections.join(", ")));
    let end = link.bytes().position(|byte| matches!(byte, b'?' | b'#'));
    let path = end.and_then(|end| link.get(..end)).unwrap_or(link);
    let mut segments = path.rsplit('/').filter(|segment| !segment.is_empty()).map(decoded);
    let (name, key) = part(segments.next().ok_or_else(wrong)??).map_err(|_| wrong())?;
    let (name, key) = match key {
        Some(key) => (name, key),
        None => (segments.next().ok_or_else(wrong)??, Key::Id(name.into_owned())),
    };
    if collections.iter().any(|collection| name.eq_ignore_ascii_case(collection)) { Ok(key) } else { Err(wrong()) }
}

fn invalid(text: &str) -> Error {
    Error::new(Code::InvalidReference, text)
}

/// The id in a link, where only ids count.
pub(super) fn id(key: &Key) -> Result<String, Error> {
    match key {
        Key::Id(id) => Ok(id.clone()),
        Key::AppId(text) | Key::UniqueName(text) => Err(invalid(&format!("'{}' is no id.", shortened(text, 64)))),
    }
}
