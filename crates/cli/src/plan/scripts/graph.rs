//! A plan as requests: one `$batch` after the other, each with no more than Graph takes.

use serde_json::{Map, Value, json};

use super::parts::{New, Part, ROOT, beforehand};
use crate::plan::report::Report;

/// What Graph takes in one `$batch`.
const BATCH_MAX: usize = 20;

/// Requests of one step may be sent together, as their order does not matter; those of the next wait for all of them.
pub(in crate::plan) fn graph(report: &Report) -> Result<Value, String> {
    let new = New::of(report);
    let id = |id| new.name(id).map_or_else(|| format!("{id}"), |name| format!("{{{{{name}}}}}"));
    let mut batches = Vec::new();
    for step in Part::all(report)? {
        for requests in step.requests.chunks(BATCH_MAX) {
            let mut gives = Map::new();
            let mut parts = Vec::new();
            for (number, request) in (1_usize..).zip(requests) {
                let url = format!("/{}", request.path_as(id));
                let mut part = json!({"id": number.to_string(), "method": request.method, "url": url});
                if let (Some(part), Some(body)) = (part.as_object_mut(), request.body_as(ROOT, id)) {
                    part.insert("headers".into(), json!({"Content-Type": "application/json"}));
                    part.insert("body".into(), body);
                }
                if let Some(group) = request.gives {
                    gives.insert(number.to_string(), id(group).into());
                }
                parts.push(part);
            }
            batches.push(json!({"step": step.number, "title": step.title, "requests": parts, "gives": gives}));
        }
    }
    Ok(json!({
        "format": "connector-groups/graph/1",
        "root": ROOT,
        // They stand for ids, in `url` and `@odata.id` only; `gives` says which answer's `id` takes the place of which.
        "placeholders": new.0.values().map(|name| format!("{{{{{name}}}}}")).collect::<Vec<_>>(),
        "beforehand": beforehand(report),
        "batches": batches,
    }))
}
