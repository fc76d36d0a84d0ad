//! Who is where in a tenant as it is now: the lists of all groups, read whole.

extern crate alloc;

use alloc::collections::BTreeMap;
use core::time::Duration;

use serde_json::Value;

use super::{
    machine::{LONGEST, Settings},
    service::{Answer, Exchange, Plain, all},
};
use crate::{
    import::layout::{PROFILE, Part},
    work::{Connector, Difference, Place, Places},
};

/// So long a difference must last to be told.
const LASTING: Duration = Duration::from_secs(7);

/// What is otherwise than it should be, as each of several looks shows it: a single one may have gone to a replica that lags.
///
/// # Errors
/// A list that cannot be read, and why.
pub(crate) fn differences(
    service: &mut dyn Exchange,
    settings: &Settings,
    differences: impl Fn(&Places) -> Vec<Difference>,
) -> Result<Vec<Difference>, String> {
    let mut lasting = differences(&places(service, settings)?);
    let (mut waited, mut pause) = (Duration::ZERO, settings.pause);
    while !lasting.is_empty() && waited < LASTING.min(settings.settle) {
        service.wait(pause, "something is not as expected");
        (waited, pause) = (waited.saturating_add(pause), pause.saturating_mul(2));
        let now = differences(&places(service, settings)?);
        lasting.retain(|one| now.contains(one));
    }
    Ok(lasting)
}

/// Reads all groups, their members and their applications.
fn places(service: &mut dyn Exchange, settings: &Settings) -> Result<Places, String> {
    let groups = lists(service, settings, vec![format!("{PROFILE}/connectorGroups")])?;
    let mut places = Vec::new();
    for group in groups.iter().flatten() {
        if !text(group, "connectorGroupType").eq_ignore_ascii_case("applicationProxy") {
            continue;
        }
        let id = text(group, "id").parse().map_err(|_| String::from("a connector group has no id"))?;
        let place = Place {
            name: text(group, "name").into(),
            region: text(group, "region").to_ascii_lowercase(),
            connectors: BTreeMap::new(),
            applications: BTreeMap::new(),
        };
        places.push((id, place));
    }
    let of_each = |part: fn(_) -> Part| places.iter().map(|(id, _)| part(*id).request()).collect();
    let (members, assigned) = (of_each(Part::Members), of_each(Part::Assigned));
    let members = lists(service, settings, members)?;
    let assigned = lists(service, settings, assigned)?;
    for ((id, place), (members, assigned)) in places.iter_mut().zip(members.iter().zip(&assigned)) {
        let wrong = |what: &str| format!("{what} of connector group {id} has no id");
        for one in members {
            let id = text(one, "id").parse().map_err(|_| wrong("a connector"))?;
            let is_active = text(one, "status").eq_ignore_ascii_case("active");
            place.connectors.insert(id, Connector { name: text(one, "machineName").into(), is_active });
        }
        for one in assigned {
            let id = text(one, "id").parse().map_err(|_| wrong("an application"))?;
            place.applications.insert(id, text(one, "displayName").into());
        }
    }
    Ok(Places(places.into_iter().collect()))
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// A page of a list, or why there is none.
enum Page {
    Read(Vec<Value>, Option<String>),
    Later(Option<Duration>, String),
    Failed(String),
}

impl Page {
    fn of(path: &str, answer: Result<Answer, String>) -> Self {
        let what = format!("GET {path}");
        let answer = match answer {
            Ok(answer) => answer,
            Err(why) => return Self::Later(None, format!("{what}: {why}")),
        };
        let mut value = answer.value();
        let code = value.pointer("/error/code").and_then(Value::as_str).unwrap_or_default();
        match answer.status {
            200 => {}
            // Some tenants answer an empty list with an error, and a replica that lags does not know a group that another listed.
            404 if code.to_ascii_lowercase().ends_with("group_notfound") => return Self::Read(Vec::new(), None),
            408 | 429 | 500 | 502 | 503 | 504 => return Self::Later(answer.retry_after, answer.told(&what)),
            _ => return Self::Failed(answer.told(&what)),
        }
        let link = value.get("@odata.nextLink").and_then(Value::as_str);
        // Only what is behind the version counts: the token goes nowhere else.
        let next = match link.map(|link| link.split_once("/beta/").ok_or(link)) {
            None => None,
            Some(Ok((_, next))) => Some(next.to_string()),
            Some(Err(link)) => return Self::Failed(format!("{what}: the next page is said to be at {link}")),
        };
        match value.get_mut("value").map(Value::take) {
            Some(Value::Array(items)) => Self::Read(items, next),
            _ => Self::Failed(format!("{what}: the answer is no list")),
        }
    }
}

/// Lists with all their pages, each asked for again while the service is busy.
fn lists(service: &mut dyn Exchange, settings: &Settings, paths: Vec<String>) -> Result<Vec<Vec<Value>>, String> {
    let mut lists: Vec<Vec<Value>> = paths.iter().map(|_| Vec::new()).collect();
    let mut open: Vec<(usize, String)> = paths.into_iter().enumerate().collect();
    let mut unanswered = 0_u32;
    while !open.is_empty() {
        let requests: Vec<_> = open.iter().map(|(_, path)| Plain::get(path.clone())).collect();
        let answers = all(service, &requests)?;
        let (mut next, mut later) = (Vec::new(), None);
        for ((at, path), answer) in open.into_iter().zip(answers) {
            match Page::of(&path, answer) {
                Page::Read(items, link) => {
                    lists.get_mut(at).map(|list| list.extend(items)).unwrap_or_default();
                    next.extend(link.map(|link| (at, link)));
                }
                Page::Later(pause, why) => {
                    later = later.max(Some((pause, why)));
                    next.push((at, path));
                }
                Page::Failed(why) => return Err(why),
            }
        }
        open = next;
        unanswered = if later.is_some() { unanswered.saturating_add(1) } else { 0 };
        if let Some((pause, why)) = later {
            if unanswered >= settings.tries {
                return Err(format!("{why}, {unanswered} times in a row"));
            }
            let doubled = settings.pause.saturating_mul(2_u32.saturating_pow(unanswered.min(16)));
            if let Some(pause) = pause.filter(|pause| *pause > LONGEST) {
                return Err(format!("{why}, and asks to wait for {} s", pause.as_secs()));
            }
            service.wait(pause.unwrap_or_else(|| doubled.min(settings.pause_max)), &why);
        }
    }
    Ok(lists)
}
