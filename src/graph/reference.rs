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
pub(super) fn of_body(call: &Call<'_>, collection: &str) -> Result<Key, Error> {
    let mut members = object(call.json()?)?;
    let name = members.keys().find(|name| name.eq_ignore_ascii_case("@odata.id")).cloned();
    let link = name.and_then(|name| members.remove(&name));
    members.retain(|name, _| !name.starts_with("@odata."));
    if let Some(name) = members.keys().next() {
        return Err(Error::invalid_property(name));
    }
    let link = link.as_ref().and_then(|link| link.as_str());
    key(link.ok_or_else(|| invalid("The body has no '@odata.id' that is a string."))?, collection)
}

/// The key in the link of the query's `@id`, which must lead to this collection.
pub(super) fn of_query(call: &Call<'_>, collection: &str) -> Result<Key, Error> {
    let query = Query::read(call, &["@id"])?;
    let link = query
        .get("@id")
        .ok_or_else(|| invalid("The relation to remove is named neither in the path nor by the query option '@id'."))?;
    key(link, collection)
}

fn key(link: &str, collection: &str) -> Result<Key, Error> {
    let wrong = || invalid(&format!("'{}' is not a link to one of {collection}.", shortened(link, 256)));
    let path = link.split(['?', '#']).next().unwrap_or_default();
    let mut segments = path.rsplit('/').filter(|segment| !segment.is_empty()).map(decoded);
    let (name, key) = part(&segments.next().ok_or_else(wrong)??).map_err(|_| wrong())?;
    let (name, key) = match key {
        Some(key) => (name, key),
        None => (segments.next().ok_or_else(wrong)??, Key::Id(name)),
    };
    if name.eq_ignore_ascii_case(collection) { Ok(key) } else { Err(wrong()) }
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
