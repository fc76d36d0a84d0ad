//! What is fetched, and in which order: lists, then what belongs to each group, then publishing, then the lists again.

extern crate alloc;

use alloc::collections::{BTreeMap, BTreeSet};
use std::{
    path::Path,
    time::{SystemTime, UNIX_EPOCH},
};

use connector_groups::{ApplicationId, ConnectorGroupId, Timestamp};
use indicatif::ProgressBar;
use serde_json::{Value, json};

use super::client::{Answer, Client, new_page};
use crate::{import::layout::Part, words::count};

/// Pages of one list; a list that never ends is a fault of the server.
const PAGES_MAX: usize = 100_000;

/// What an export has fetched and is to write.
pub(crate) struct Fetched {
    /// The files, by their paths in the folder.
    pub(crate) files: BTreeMap<String, String>,
    /// What differed between the last two readings.
    pub(super) drift: Vec<String>,
    groups: usize,
    connectors: usize,
    applications: usize,
}

impl Fetched {
    pub(super) fn summary(&self, out: &Path) -> String {
        format!(
            "{}: {}, {}, {}",
            out.display(),
            count(self.groups, "connector group"),
            count(self.connectors, "connector"),
            count(self.applications, "published application")
        )
    }
}

/// The lists of one reading: everything that says who is where.
#[derive(Default)]
struct Lists {
    files: BTreeMap<String, String>,
    /// The ids of each list in order of its file.
    ids: BTreeMap<String, BTreeSet<String>>,
    assigned: BTreeSet<ApplicationId>,
}

/// Fetches the tenant. The lists are read again until two readings agree, at most `readings` times.
pub(super) fn tenant(client: &Client, readings: u32, bar: &ProgressBar) -> Result<Fetched, String> {
    let mut files = BTreeMap::new();
    // Who may not read the organization may still export: the import says that the tenant's id is not told.
    let organization = client.get(&Part::Organization.request())?;
    if organization.status == 200 {
        files.insert(Part::Organization.file(1), organization.text);
    }
    // Nor is everything said about the profile by every service.
    let profile = client.get(&Part::Profile.request())?;
    if profile.status == 200 {
        files.insert(Part::Profile.file(1), profile.text);
    }
    // Once: nobody's place depends on these two, and in most tenants they have more pages than all others together.
    let mut applications = Lists::default();
    list(client, Part::Applications, &mut applications)?;
    list(client, Part::ServicePrincipals, &mut applications)?;
    let mut lists = places(client, bar)?;
    let mut publishing = BTreeMap::new();
    let mut drift = Vec::new();
    for _ in 0..readings.max(1) {
        of_applications(client, &lists.assigned, &mut publishing, bar)?;
        let again = places(client, bar)?;
        // Graph has no snapshots. Two readings that agree are the nearest thing: whatever moved in between shows in one
        // of them.
        drift = differences(&lists.ids, &again.ids);
        lists = again;
        if drift.is_empty() {
            break;
        }
    }
    // Applications that came in between the last two readings.
    of_applications(client, &lists.assigned, &mut publishing, bar)?;
    // What left its group since the first reading is no part of the tenant that the last reading shows.
    publishing.retain(|(id, _), _| lists.assigned.contains(id));
    let count = |part: Part| lists.ids.get(&part.file(1)).map_or(0, BTreeSet::len);
    let (groups, connectors) = (count(Part::ConnectorGroups), count(Part::Connectors));
    let published = lists.assigned.len();
    files.insert("export.json".into(), format!("{:#}\n", json!({"fetched": now(), "drift": drift})));
    files.extend(applications.files);
    files.extend(lists.files);
    files.extend(publishing.into_iter().map(|((_, file), text)| (file, text)));
    Ok(Fetched { files, drift, groups, connectors, applications: published })
}

fn now() -> Option<Timestamp> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).ok()?;
    Timestamp::from_unix_microseconds(i64::try_from(since.as_micros()).ok()?)
}

/// All pages of one list, each alone, as there is nothing else to ask for.
fn list(client: &Client, part: Part, lists: &mut Lists) -> Result<(), String> {
    let mut request = part.request();
    let mut read = BTreeSet::from([request.clone()]);
    for page in 1..=PAGES_MAX {
        let answer = client.get(&request)?;
        if answer.status != 200 {
            return Err(answer.told(&request));
        }
        let next = keep(part, page, answer, lists)?;
        match next {
            Some(link) => {
                let next = client.below_base(&link)?;
                new_page(&mut read, &request, &next)?;
                request = next;
            }
            None => return Ok(()),
        }
    }
    Err(format!("GET {}: more than {PAGES_MAX} pages", part.request()))
}

/// Keeps a page and its ids, and tells the link to the next.
fn keep(part: Part, page: usize, answer: Answer, lists: &mut Lists) -> Result<Option<String>, String> {
    let value: Value = serde_json::from_str(&answer.text)
        .map_err(|error| format!("GET {}: the answer is no JSON: {error}", part.request()))?;
    // In lower case, as two answers may spell one id in two ways, which is no change.
    let ids = lists.ids.entry(part.file(1)).or_default();
    if let Some(items) = value.get("value").and_then(Value::as_array) {
        ids.extend(items.iter().filter_map(|item| item.get("id")?.as_str()).map(str::to_ascii_lowercase));
    }
    if let Part::Assigned(_) = part {
        lists.assigned.extend(ids.iter().filter_map(|id| id.parse::<ApplicationId>().ok()));
    }
    lists.files.insert(part.file(page), answer.text);
    Ok(value.get("@odata.nextLink").and_then(Value::as_str).map(String::from))
}

/// Who is where: groups, connectors, and both lists of each group.
fn places(client: &Client, bar: &ProgressBar) -> Result<Lists, String> {
    let mut lists = Lists::default();
    list(client, Part::ConnectorGroups, &mut lists)?;
    list(client, Part::Connectors, &mut lists)?;
    let groups = ours(&lists)?;
    let mut open: Vec<_> = groups
        .iter()
        .flat_map(|id| [Part::Members(*id), Part::Assigned(*id)])
        .map(|part| (part, 1, part.request()))
        .collect();
    let mut read: BTreeSet<_> = open.iter().map(|(.., request)| request.clone()).collect();
    // Each round asks for one page of each list that has another.
    while !open.is_empty() {
        bar.set_length(u64::try_from(open.len()).unwrap_or_default());
        bar.set_position(0);
        let requests: Vec<_> = open.iter().map(|(.., request)| request.clone()).collect();
        let answers = client.get_all(&requests)?;
        let mut next = Vec::new();
        for ((part, page, request), answer) in open.into_iter().zip(answers) {
            if answer.status != 200 && !is_none(&answer) {
                return Err(answer.told(&request));
            }
            if let Some(link) = keep(part, page, answer, &mut lists)? {
                let link = client.below_base(&link)?;
                new_page(&mut read, &request, &link)?;
                next.push((part, page.saturating_add(1), link));
            }
        }
        open = next;
    }
    Ok(lists)
}

/// Some tenants answer an empty list with an error, which is kept as it is: the import knows its meaning.
fn is_none(answer: &Answer) -> bool {
    answer.status == 404 && answer.code().to_ascii_lowercase().ends_with("_notfound")
}

/// The groups whose lists are asked for: others hold agents of other services.
fn ours(lists: &Lists) -> Result<Vec<ConnectorGroupId>, String> {
    let mut ours = Vec::new();
    let pages = lists.files.iter().filter(|(file, _)| file.starts_with("connectorGroups."));
    for (file, text) in pages {
        let value: Value = serde_json::from_str(text).map_err(|error| format!("{file}: {error}"))?;
        for group in value.get("value").and_then(Value::as_array).into_iter().flatten() {
            let text = |name| group.get(name).and_then(Value::as_str).unwrap_or_default();
            if text("connectorGroupType").eq_ignore_ascii_case("applicationProxy") {
                ours.push(text("id").parse().map_err(|error| format!("{file}: {error}"))?);
            }
        }
    }
    Ok(ours)
}

/// The publishing of applications that are not there yet, and the segments of those of Private Access.
fn of_applications(
    client: &Client,
    assigned: &BTreeSet<ApplicationId>,
    publishing: &mut BTreeMap<(ApplicationId, String), String>,
    bar: &ProgressBar,
) -> Result<(), String> {
    let new = assigned.iter().filter(|id| !publishing.contains_key(&(**id, Part::Publishing(**id).file(1))));
    let new: Vec<_> = new.copied().collect();
    bar.set_length(u64::try_from(new.len()).unwrap_or_default());
    bar.set_position(0);
    let parts = ask(client, new.iter().map(|id| (*id, Part::Publishing(*id))).collect(), publishing)?;
    // In a second round: which applications have segments, only their publishing tells.
    let private = parts.into_iter().filter(|(_, text)| is_private_access(text)).map(|(id, _)| (id, Part::Segments(id)));
    ask(client, private.collect(), publishing)?;
    Ok(())
}

/// Asks for one answer of each application and keeps it.
fn ask(
    client: &Client,
    parts: Vec<(ApplicationId, Part)>,
    kept: &mut BTreeMap<(ApplicationId, String), String>,
) -> Result<Vec<(ApplicationId, String)>, String> {
    let requests: Vec<_> = parts.iter().map(|(_, part)| part.request()).collect();
    let mut answers = Vec::with_capacity(parts.len());
    for ((id, part), answer) in parts.into_iter().zip(client.get_all(&requests)?) {
        // An application that is gone meanwhile is in no list of the next reading.
        // Segments are left out where the service has no route for them; the import says that they are unknown.
        let is_left_out = answer.status == 400 && matches!(part, Part::Segments(_));
        if answer.status != 200 && answer.status != 404 && !is_left_out {
            return Err(answer.told(&part.request()));
        }
        // A 404 of the publishing is kept too: the import knows what each of its codes means.
        if answer.status == 200 || matches!(part, Part::Publishing(_)) {
            kept.insert((id, part.file(1)), answer.text.clone());
        }
        answers.push((id, answer.text));
    }
    Ok(answers)
}

fn is_private_access(text: &str) -> bool {
    let value: Value = serde_json::from_str(text).unwrap_or_default();
    let kind = value.pointer("/onPremisesPublishing/applicationType").and_then(Value::as_str).unwrap_or_default();
    ["nonwebapp", "quickaccessapp"].iter().any(|private| private.eq_ignore_ascii_case(kind))
}

/// Lists that differ, in words.
fn differences(one: &BTreeMap<String, BTreeSet<String>>, two: &BTreeMap<String, BTreeSet<String>>) -> Vec<String> {
    let empty = BTreeSet::new();
    let names: BTreeSet<_> = one.keys().chain(two.keys()).collect();
    let mut differences = Vec::new();
    for name in names {
        let (before, after) = (one.get(name).unwrap_or(&empty), two.get(name).unwrap_or(&empty));
        let told = |verb: &str, ids: Vec<&String>| {
            let shown: Vec<_> = ids.iter().take(3).map(|id| id.as_str()).collect();
            let more = ids.len().saturating_sub(3);
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            (!ids.is_empty()).then(|| format!("{name} {verb} {}{more}", shown.join(", ")))
        };
        differences.extend(told("gained", after.difference(before).collect()));
        differences.extend(told("lost", before.difference(after).collect()));
    }
    differences
}
