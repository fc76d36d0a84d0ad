//! A tenant as it is now: who is where, by the lists of all groups, read whole; and the settings that a plan changes.

extern crate alloc;

use alloc::collections::{BTreeMap, BTreeSet};
use core::time::Duration;

use connector_groups::ApplicationId;
use serde_json::{Map, Value};

use super::{
    patience::{LONGEST, Patience},
    service::{Answer, Exchange, Plain, Read, all, region},
};
use crate::{
    export::client::new_page,
    import::layout::{PROFILE, Part},
    work::{Connector, Difference, Place, Places, Settings},
};

/// So long a difference must last to be told.
const LASTING: Duration = Duration::from_secs(7);

/// What is otherwise than it should be, as each of several looks shows it: a single one may have gone to a replica that lags.
/// Of settings, those that are `expected` are looked at.
///
/// # Errors
/// What cannot be read, and why.
pub(crate) fn differences(
    service: &mut dyn Exchange,
    patience: &Patience,
    expected: &Settings,
    differences: impl Fn(&Places, &Settings) -> Vec<Difference>,
) -> Result<Vec<Difference>, String> {
    let look = |service: &mut dyn Exchange| -> Result<Vec<Difference>, String> {
        Ok(differences(&places(service, patience)?, &settings(service, patience, expected)?))
    };
    let mut lasting = look(service)?;
    let mut waited = Duration::ZERO;
    // Many looks in a short time: where one replica of three lags, four of them would go to it once in eighty times.
    while !lasting.is_empty() && waited < LASTING.min(patience.settle) {
        service.wait(patience.pause, "something is not as expected");
        waited = waited.saturating_add(patience.pause);
        let now: BTreeSet<Difference> = look(service)?.into_iter().collect();
        lasting.retain(|one| now.contains(one));
    }
    Ok(lasting)
}

/// Reads of each application the settings that are expected of it.
///
/// # Errors
/// What cannot be read, and why.
pub(crate) fn settings(
    service: &mut dyn Exchange,
    patience: &Patience,
    expected: &Settings,
) -> Result<Settings, String> {
    let path = |(id, members): (&ApplicationId, &Map<String, Value>)| {
        Read::Application(*id, members.keys().cloned().collect()).path()
    };
    let paths = expected.0.iter().map(path).collect();
    let found = answers(service, patience, Shape::Object, paths)?;
    let there = expected.0.keys().zip(found).filter_map(|(id, found)| match found.into_iter().next() {
        Some(Value::Object(members)) => Some((*id, members)),
        _ => None,
    });
    Ok(Settings(there.collect()))
}

/// Reads all groups, their members and their applications.
fn places(service: &mut dyn Exchange, patience: &Patience) -> Result<Places, String> {
    let mut lists = |paths| answers(service, patience, Shape::List, paths);
    let groups = lists(vec![format!("{PROFILE}/connectorGroups")])?;
    let mut places = Vec::new();
    for group in groups.iter().flatten() {
        if !text(group, "connectorGroupType").eq_ignore_ascii_case("applicationProxy") {
            continue;
        }
        let id = text(group, "id").parse().map_err(|_| String::from("a connector group has no id"))?;
        let place = Place {
            name: text(group, "name").into(),
            region: region(group),
            connectors: BTreeMap::new(),
            applications: BTreeMap::new(),
        };
        places.push((id, place));
    }
    let of_each = |part: fn(_) -> Part| places.iter().map(|(id, _)| part(*id).request()).collect();
    let (members, assigned) = (of_each(Part::Members), of_each(Part::Assigned));
    let members = lists(members)?;
    let assigned = lists(assigned)?;
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

/// What is asked for.
#[derive(Clone, Copy)]
enum Shape {
    /// With all its pages.
    List,
    /// One thing, as a list of one; of none where there is no such thing.
    Object,
}

/// A page of a list, or why there is none.
enum Page {
    Read(Vec<Value>, Option<String>),
    Later(Option<Duration>, String),
    Failed(String),
}

impl Page {
    fn of(shape: Shape, path: &str, answer: Result<Answer, String>) -> Self {
        let what = format!("GET {path}");
        let answer = match answer {
            Ok(answer) => answer,
            Err(why) => return Self::Later(None, format!("{what}: {why}")),
        };
        let mut value = answer.value();
        let code = value.pointer("/error/code").and_then(Value::as_str).unwrap_or_default();
        match answer.status {
            200 if matches!(shape, Shape::Object) => {
                return if value.is_object() {
                    Self::Read(vec![value], None)
                } else {
                    Self::Failed(format!("{what}: the answer is no object"))
                };
            }
            200 => {}
            404 if matches!(shape, Shape::Object) => return Self::Read(Vec::new(), None),
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

/// What is at each of these paths, asked for again while the service is busy.
fn answers(
    service: &mut dyn Exchange,
    patience: &Patience,
    shape: Shape,
    paths: Vec<String>,
) -> Result<Vec<Vec<Value>>, String> {
    let mut lists: Vec<Vec<Value>> = paths.iter().map(|_| Vec::new()).collect();
    // All that was or is asked for.
    let mut known: BTreeSet<String> = paths.iter().cloned().collect();
    let mut open: Vec<(usize, String)> = paths.into_iter().enumerate().collect();
    let mut unanswered = 0_u32;
    while !open.is_empty() {
        let requests: Vec<_> = open.iter().map(|(_, path)| Plain::get(path.clone())).collect();
        let answers = all(service, &requests)?;
        let (mut next, mut later, mut is_vain) = (Vec::new(), None, true);
        for ((at, path), answer) in open.into_iter().zip(answers) {
            match Page::of(shape, &path, answer) {
                Page::Read(items, link) => {
                    is_vain = false;
                    lists.get_mut(at).map(|list| list.extend(items)).unwrap_or_default();
                    if let Some(link) = link {
                        new_page(&mut known, &path, &link)?;
                        next.push((at, link));
                    }
                }
                Page::Later(pause, why) => {
                    later = later.max(Some((pause, why)));
                    next.push((at, path));
                }
                Page::Failed(why) => return Err(why),
            }
        }
        open = next;
        unanswered = if is_vain { unanswered.saturating_add(1) } else { 0 };
        if let Some((pause, why)) = later {
            if unanswered >= patience.tries {
                return Err(format!("{why}, {unanswered} times in a row"));
            }
            let doubled = patience.pause.saturating_mul(2_u32.saturating_pow(unanswered.min(16)));
            if let Some(pause) = pause.filter(|pause| *pause > LONGEST) {
                return Err(format!("{why}, and asks to wait for {} s", pause.as_secs()));
            }
            service.wait(pause.unwrap_or_else(|| doubled.min(patience.pause_max)), &why);
        }
    }
    Ok(lists)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test stops where it fails")]
mod tests {
    use serde_json::json;

    use super::{super::service::Failure, *};

    /// A service whose list of groups leads to a second page, and from there back.
    struct Round;

    impl Exchange for Round {
        fn exchange(&mut self, _: &str, path: &str, _: Option<&Value>) -> Result<Answer, Failure> {
            let next = if path.ends_with("skip=1") { "" } else { "?skip=1" };
            let text =
                json!({"value": [], "@odata.nextLink": format!("https://graph/beta/{PROFILE}/connectorGroups{next}")});
            Ok(Answer { status: 200, retry_after: None, text: text.to_string() })
        }

        fn wait(&mut self, _: Duration, _: &str) {}

        fn root(&self) -> String {
            "https://graph/beta".into()
        }
    }

    #[test]
    fn a_list_that_leads_back_to_itself_is_refused() {
        let why = places(&mut Round, &Patience::default()).map(|_| ()).unwrap_err();
        assert!(why.contains("which was read already"), "{why}");
    }
}
