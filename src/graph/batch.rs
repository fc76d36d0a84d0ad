//! `$batch`: up to 20 requests in one, answered in their order, each by itself.

use alloc::{
    borrow::Cow,
    collections::BTreeMap,
    format,
    string::{String, ToString},
    vec::Vec,
};

use http::{HeaderName, Method, StatusCode};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use serde_json::{Map, Value, json};

use super::{
    call::{Call, is_eventual, is_repeated},
    dispatch::{one, routed},
    engine::Writer,
    error::{Code, Error, shortened},
    json::Members,
    query::Query,
    reply::{Body, Reply, written},
    route::{self, Target},
    schema::{BATCH, BATCH_REQUEST},
    session::Session,
};
use crate::Directory;

/// More are refused, as Graph does.
const REQUESTS_MAX: usize = 20;

/// What a URL cannot have in its path, and JSON can: encoded, so that links made of the path are URLs too.
const NOT_OF_A_PATH: &AsciiSet = &CONTROLS.add(b' ').add(b'"').add(b'<').add(b'>').add(b'\\').add(b'^').add(b'`');

/// A request of a batch.
struct Item {
    id: String,
    method: Method,
    url: String,
    headers: Map<String, Value>,
    body: Option<Value>,
    depends_on: Vec<String>,
}

/// Answers a batch: every request has its response, whatever becomes of the others.
pub(super) fn answer(directory: &mut Directory, call: &Call<'_>, session: &mut Session<'_>) -> Result<Reply, Error> {
    Query::none(call)?;
    let items = items(call)?;
    let (version, _) = route::target(&call.path, Some(call.tenant))?;
    let mut statuses: BTreeMap<&str, StatusCode> = BTreeMap::new();
    let mut responses = Vec::new();
    for item in &items {
        // Graph runs what depends on a request only where that one succeeded. An earlier one was answered, as `items`
        // has refused any that is not earlier.
        let failed =
            item.depends_on.iter().find(|id| statuses.get(id.as_str()).is_none_or(|status| !status.is_success()));
        let result = match failed {
            Some(id) => Err(Error::new(Code::FailedDependency, &format!("The request '{id}' has failed."))),
            None => answer_item(directory, call, item, version.as_str(), session),
        };
        let own = header(&item.headers, "client-request-id").filter(|id| is_repeated(id));
        let mut reply = session.reply(result, own);
        let name = HeaderName::from_static("client-request-id");
        reply.headers.extend(own.map(|id| (name, id.into())));
        // Each has its response, whatever becomes of the others: a batch is no transaction.
        statuses.insert(&item.id, reply.status);
        responses.push(response(&item.id, reply));
    }
    Ok(Reply::ok(written(&json!({"responses": responses}))))
}

fn answer_item(
    directory: &mut Directory,
    call: &Call<'_>,
    item: &Item,
    version: &str,
    session: &mut Session<'_>,
) -> Result<Reply, Error> {
    let (path, query) = item.url.split_once('?').unwrap_or((&item.url, ""));
    // Python's SDK sends whole URLs; as in links, the host does not count.
    let behind_scheme = path.strip_prefix("https://").or_else(|| path.strip_prefix("http://"));
    let path = behind_scheme.map_or(path, |rest| rest.split_once('/').map_or("", |(_, path)| path));
    let relative = path.trim_start_matches('/');
    let relative = utf8_percent_encode(relative, NOT_OF_A_PATH).to_string();
    let named = relative.split('/').next().unwrap_or_default();
    // The URLs of a batch are relative to its version; SDKs that send whole ones repeat it.
    let is_versioned = ["beta", "v1.0"].iter().any(|known| known.eq_ignore_ascii_case(named));
    let path = if is_versioned { format!("/{relative}") } else { format!("/{version}/{relative}") };
    let header = |name: &str| header(&item.headers, name);
    let body = match &item.body {
        None => Vec::new(),
        Some(body) => written(body),
    };
    let prefers = |preference| header("prefer").is_some_and(|value| value.contains(preference));
    let inner = Call {
        options: call.options,
        tenant: call.tenant,
        root: Cow::Borrowed(&call.root),
        method: item.method.clone(),
        path: path.into(),
        query: query.into(),
        media_type: header("content-type").map(Cow::Borrowed),
        includes_unknown_members: prefers("include-unknown-enum-members"),
        creates_missing: prefers("create-if-missing"),
        is_eventual: header("consistencylevel").is_some_and(|level| is_eventual(level.as_bytes())),
        body: body.into(),
    };
    // As for a request by itself: read as GET, answered without the body.
    let is_head = item.method == Method::HEAD;
    let inner = Call { method: if is_head { Method::GET } else { inner.method }, ..inner };
    let reply = match routed(&inner, route::target(&inner.path, Some(inner.tenant)))? {
        (_, Target::Batch) => Err(invalid("A batch within a batch.")),
        (_, Target::Metadata) => Err(Error::segment("$metadata")),
        (version, target) => one(&mut Writer { directory, call: &inner, version, session }, &target),
    }?;
    Ok(if is_head { Reply { body: Body::Empty, ..reply } } else { reply })
}

fn header<'a>(headers: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name))?.1.as_str()
}

fn response(id: &str, reply: Reply) -> Value {
    let mut headers: Map<String, Value> =
        reply.headers.into_iter().map(|(name, value)| (name.to_string(), value.into())).collect();
    let body = match reply.body {
        Body::Empty => None,
        Body::Json(json) => {
            let read = serde_json::from_slice(&json);
            debug_assert!(read.is_ok(), "a reply of ours is no JSON");
            Some(("application/json", read.unwrap_or_default()))
        }
        Body::Text(text) | Body::Xml(text) => Some(("text/plain", Value::String(text))),
    };
    let mut response = Map::new();
    response.insert("id".into(), id.into());
    response.insert("status".into(), reply.status.as_u16().into());
    if let Some((media_type, body)) = body {
        headers.insert("Content-Type".into(), media_type.into());
        response.insert("body".into(), body);
    }
    response.insert("headers".into(), headers.into());
    response.into()
}

/// The requests of a batch, each well-formed, with ids of their own, depending on earlier ones only.
fn items(call: &Call<'_>) -> Result<Vec<Item>, Error> {
    let mut members = call.members(&BATCH)?;
    let Some(Value::Array(requests)) = members.take("requests") else {
        return Err(invalid("The body has no list 'requests'."));
    };
    members.finish()?;
    // Before any is read: a batch that is refused does nothing at all.
    if requests.is_empty() || requests.len() > REQUESTS_MAX {
        return Err(invalid(&format!("A batch has 1 to {REQUESTS_MAX} requests.")));
    }
    let mut items: Vec<Item> = Vec::new();
    for request in requests {
        let mut item = item(request, call)?;
        // Twenty at most, so a list is searched faster than a set is built. Ids are the same in any case.
        let earlier = |id: &str| items.iter().find(|item| item.id.eq_ignore_ascii_case(id));
        if earlier(&item.id).is_some() {
            return Err(invalid(&format!("Two requests have the id '{}'.", shortened(&item.id, 64))));
        }
        for on in &mut item.depends_on {
            let Some(known) = earlier(on) else {
                let (id, on) = (shortened(&item.id, 64), shortened(on, 64));
                return Err(invalid(&format!("The request '{id}' depends on '{on}', which is none before it.")));
            };
            on.clone_from(&known.id);
        }
        items.push(item);
    }
    Ok(items)
}

/// A text, or a number: modules for PowerShell count the requests of a batch. The answer has it as a text.
fn id_of(id: Value) -> Option<String> {
    match id {
        Value::String(id) => Some(id),
        Value::Number(id) => Some(id.to_string()),
        _ => None,
    }
}

fn item(request: Value, call: &Call<'_>) -> Result<Item, Error> {
    let Value::Object(members) = request else { return Err(invalid("A request is not an object.")) };
    let mut members = Members::new(members, &BATCH_REQUEST, call.options.profile)?;
    let text = |members: &mut Members, name: &str| {
        let text = members.text(name)?.filter(|text| !text.is_empty());
        text.ok_or_else(|| invalid(&format!("A request has no '{name}'.")))
    };
    let id = members.take("id").and_then(id_of).filter(|id| !id.is_empty());
    let id = id.ok_or_else(|| invalid("A request has no 'id' that is a text or a number."))?;
    let (method, url) = (text(&mut members, "method")?, text(&mut members, "url")?);
    // In any case: no client means another method by it.
    let method = Method::from_bytes(method.to_ascii_uppercase().as_bytes())
        .map_err(|_| invalid("A request's 'method' is none."))?;
    let headers = match members.take("headers") {
        None | Some(Value::Null) => Map::new(),
        Some(Value::Object(headers)) => headers,
        Some(_) => return Err(invalid("A request's 'headers' are not an object.")),
    };
    let body = members.take("body").filter(|body| !body.is_null());
    if body.is_some() && header(&headers, "content-type").is_none() {
        return Err(invalid("A request has a body and no header 'Content-Type'."));
    }
    // The Python SDK writes the name in its own spelling.
    let depends_on = members.take("dependsOn").or_else(|| members.take("depends_on"));
    let ids = |ids: Vec<Value>| {
        let texts: Option<Vec<_>> = ids.into_iter().map(id_of).collect();
        texts.ok_or_else(|| invalid("A request's 'dependsOn' is not a list of ids."))
    };
    let depends_on = match depends_on {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::Array(list)) => ids(list)?,
        Some(_) => return Err(invalid("A request's 'dependsOn' is not a list of ids.")),
    };
    members.finish()?;
    Ok(Item { id, method, url, headers, body, depends_on })
}

fn invalid(text: &str) -> Error {
    Error::new(Code::InvalidBatch, text)
}
