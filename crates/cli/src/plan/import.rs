//! A tenant document out of what Graph's list calls answer, each answer kept in a file as it came:
//!
//! ```text
//! FOLDER/
//!   connectorGroups.json              GET P/connectorGroups
//!   connectors.json                   GET P/connectors
//!   members/GROUP.json                GET P/connectorGroups/GROUP/members
//!   applications/GROUP.json           GET P/connectorGroups/GROUP/applications
//!   connectorGroup/APPLICATION.json   GET /applications/APPLICATION/connectorGroup, where the former is not to be had
//!   applications.json                 GET /applications?$select=id,appId,displayName, for those that are in no list
//!   onPremisesPublishing/APPLICATION.json   GET /applications/APPLICATION?$select=id,onPremisesPublishing
//!   organization.json                 GET /organization?$select=id
//!   tenant.json                       yours: {"id": …, "defaultRegion": …, "now": …, "rules": {…}}, each if you like
//! ```
//!
//! `P` is `https://graph.microsoft.com/beta/onPremisesPublishingProfiles/applicationProxy`; `GROUP` and `APPLICATION` are
//! object ids. Only the first file must be there. What has several pages has several files, `connectors.json`,
//! `connectors.2.json` and so on, and is refused while its last page names another.
//!
//! ```sh
//! P=https://graph.microsoft.com/beta/onPremisesPublishingProfiles/applicationProxy
//! mkdir -p members applications
//! az rest --url "$P/connectorGroups" > connectorGroups.json
//! az rest --url "$P/connectors" > connectors.json
//! az rest --url "https://graph.microsoft.com/beta/organization?\$select=id" > organization.json
//! for group in $(jq -r '.value[] | select(.connectorGroupType == "applicationProxy") | .id' connectorGroups.json); do
//!     curl -s -H "Authorization: Bearer $TOKEN" "$P/connectorGroups/$group/members" > "members/$group.json"
//!     curl -s -H "Authorization: Bearer $TOKEN" "$P/connectorGroups/$group/applications" > "applications/$group.json"
//! done
//! ```
//!
//! (`curl`, as some tenants answer an empty group with 404, which `az rest` does not keep; `az account get-access-token
//! --resource-type ms-graph` has the token. The permission is `Directory.Read.All`.)
//!
//! `@odata.*` is passed over, and so is every property that the model does not have. A `…_NotFound` in the place of a list is an
//! empty one; any other error is told. Groups of other types are taken over as they are. What Graph does not say is filled in:
//! a connector in no list is in the default group (R-13b), an inactive one is so since `now`, the default region is that of the
//! default group (R-32).

extern crate alloc;

use alloc::collections::{BTreeMap, BTreeSet};
use std::{
    fs,
    path::{Path, PathBuf},
    time::{SystemTime, UNIX_EPOCH},
};

use connector_groups::{
    AppId, ApplicationId, ConnectorGroupId, ConnectorId, Rules, Tenant, TenantId, Timestamp,
    document::{ApplicationDocument, ConnectorDocument, ConnectorGroupDocument, Document},
    model::{ConnectorGroupType, ConnectorStatus, OnPremisesPublishing},
};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Map, Value};

use crate::{input, state::json};

/// An answer of Graph: a page of a list, one thing, or an error.
#[derive(Deserialize)]
struct Answer {
    value: Option<Vec<Value>>,
    error: Option<GraphError>,
    #[serde(rename = "@odata.nextLink")]
    next: Option<String>,
}

#[derive(Deserialize)]
struct GraphError {
    code: String,
    #[serde(default)]
    message: String,
}

impl GraphError {
    /// What stands for an empty list (and a group that has none).
    fn is_not_found(&self) -> bool {
        let code = self.code.to_ascii_lowercase();
        code.ends_with("notfound") || code == "404"
    }

    fn told(&self, path: &Path) -> String {
        format!("{}: the answer is an error, {}: {}", path.display(), self.code, self.message)
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Group {
    id: ConnectorGroupId,
    name: String,
    connector_group_type: ConnectorGroupType,
    #[serde(default)]
    is_default: bool,
    region: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Connector {
    id: ConnectorId,
    #[serde(default)]
    machine_name: String,
    #[serde(default)]
    external_ip: Option<String>,
    status: ConnectorStatus,
    #[serde(default)]
    version: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Application {
    id: ApplicationId,
    app_id: AppId,
    display_name: Option<String>,
    on_premises_publishing: Option<Map<String, Value>>,
}

#[derive(Deserialize)]
struct Reference {
    id: ConnectorGroupId,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Published {
    on_premises_publishing: Option<Map<String, Value>>,
}

/// What only somebody who knows the tenant can say.
#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
struct Known {
    id: Option<TenantId>,
    default_region: Option<String>,
    now: Option<Timestamp>,
    rules: Rules,
}

pub(crate) fn tenant(folder: &Path) -> Result<Tenant, String> {
    let known: Known = one(&folder.join("tenant.json"))?.unwrap_or_default();
    let groups: Vec<Group> = list(folder, "connectorGroups")?
        .ok_or_else(|| format!("{} is not there", folder.join("connectorGroups.json").display()))?;
    let default = groups.iter().find(|group| group.is_default);
    let default = default.ok_or_else(|| {
        format!("{}: isDefault: no connector group is the default", folder.join("connectorGroups.json").display())
    })?;
    let region = default.region.clone().or(known.default_region.clone()).unwrap_or_else(|| String::from("nam"));
    let now = known.now.map_or_else(now, Ok)?;
    let (connectors, applications) = (connectors(folder, &groups, default.id, now)?, applications(folder, &groups)?);
    let default_region = known.default_region.unwrap_or_else(|| region.clone());
    let document = Document {
        id: known.id.map_or_else(|| organization(folder), Ok)?,
        default_region: default_region.into(),
        now,
        rules: known.rules,
        connector_groups: groups.into_iter().map(|group| of_group(group, &region)).collect(),
        connectors,
        applications,
    };
    Tenant::try_from(document).map_err(|violations| format!("{}: {violations}", folder.display()))
}

fn of_group(group: Group, region: &str) -> ConnectorGroupDocument {
    let Group { id, name, connector_group_type, is_default, region: own } = group;
    let region = own.unwrap_or_else(|| region.into()).into();
    ConnectorGroupDocument { id, name: name.into(), connector_group_type, is_default, region }
}

fn now() -> Result<Timestamp, String> {
    let since =
        SystemTime::now().duration_since(UNIX_EPOCH).ok().and_then(|since| i64::try_from(since.as_micros()).ok());
    since
        .and_then(Timestamp::from_unix_microseconds)
        .ok_or_else(|| String::from("what the time is, tenant.json must say"))
}

fn organization(folder: &Path) -> Result<TenantId, String> {
    #[derive(Deserialize)]
    struct Organization {
        id: TenantId,
    }
    let all: Option<Vec<Organization>> = list(folder, "organization")?;
    Ok(all.and_then(|all| Some(all.first()?.id)).unwrap_or_default())
}

/// The groups whose lists matter: others have no members that are connectors.
fn own(groups: &[Group]) -> impl Iterator<Item = ConnectorGroupId> {
    let ours = groups.iter().filter(|group| group.connector_group_type == ConnectorGroupType::ApplicationProxy);
    ours.map(|group| group.id)
}

fn connectors(
    folder: &Path,
    groups: &[Group],
    default: ConnectorGroupId,
    now: Timestamp,
) -> Result<Vec<ConnectorDocument>, String> {
    let mut all: Vec<Connector> = list(folder, "connectors")?.unwrap_or_default();
    let mut places = BTreeMap::new();
    let members = folder.join("members");
    for group in own(groups) {
        let here: Vec<Connector> = list(&members, &group.to_string())?.unwrap_or_default();
        for connector in here {
            if let Some(other) = places.insert(connector.id, group).filter(|other| *other != group) {
                let id = connector.id;
                return Err(format!("{}: connector {id} is a member of {other} and of {group}", members.display()));
            }
            if all.iter().all(|other| other.id != connector.id) {
                all.push(connector);
            }
        }
    }
    let document = |connector: Connector| ConnectorDocument {
        id: connector.id,
        machine_name: connector.machine_name.into(),
        external_ip: connector.external_ip.unwrap_or_default().into(),
        status: connector.status,
        inactive_since: (connector.status == ConnectorStatus::Inactive).then_some(now),
        version: connector.version.unwrap_or_default().into(),
        member_of: places.get(&connector.id).copied().unwrap_or(default),
    };
    Ok(all.into_iter().map(document).collect())
}

fn applications(folder: &Path, groups: &[Group]) -> Result<Vec<ApplicationDocument>, String> {
    let mut all: Vec<Application> = list(folder, "applications")?.unwrap_or_default();
    let mut known: BTreeSet<_> = all.iter().map(|application| application.id).collect();
    let mut places = BTreeMap::new();
    let lists = folder.join("applications");
    for group in own(groups) {
        let here: Vec<Application> = list(&lists, &group.to_string())?.unwrap_or_default();
        for application in here {
            if let Some(other) = places.insert(application.id, group).filter(|other| *other != group) {
                let id = application.id;
                return Err(format!("{}: application {id} is assigned to {other} and to {group}", lists.display()));
            }
            if known.insert(application.id) {
                all.push(application);
            }
        }
    }
    let mut documents = Vec::new();
    for application in all {
        let id = application.id;
        let place = match places.get(&id) {
            Some(place) => Some(*place),
            None => one::<Reference>(&folder.join(format!("connectorGroup/{id}.json")))?.map(|group| group.id),
        };
        let path = folder.join(format!("onPremisesPublishing/{id}.json"));
        let given = match application.on_premises_publishing {
            Some(given) => Some(given),
            None => one::<Published>(&path)?.and_then(|answer| answer.on_premises_publishing),
        };
        documents.push(ApplicationDocument {
            id,
            app_id: application.app_id,
            display_name: application.display_name.unwrap_or_default().into(),
            on_premises_publishing: place
                .map(|_| publishing(&path, given.unwrap_or_default()))
                .transpose()?
                .map(Box::new),
            connector_group: place,
        });
    }
    Ok(documents)
}

/// The properties that the model has, over their defaults.
fn publishing(path: &Path, given: Map<String, Value>) -> Result<OnPremisesPublishing, String> {
    let defaults = serde_json::to_value(OnPremisesPublishing::default()).map_err(|error| error.to_string())?;
    let Value::Object(mut properties) = defaults else { return Ok(OnPremisesPublishing::default()) };
    for (name, value) in given {
        if let Some(property) = properties.get_mut(&name).filter(|_| !value.is_null()) {
            *property = without_annotations(value);
        }
    }
    json(path, &Value::Object(properties).to_string())
}

fn without_annotations(value: Value) -> Value {
    match value {
        Value::Object(properties) => {
            let plain = properties.into_iter().filter(|(name, _)| !name.contains("@odata"));
            Value::Object(plain.map(|(name, value)| (name, without_annotations(value))).collect())
        }
        Value::Array(list) => Value::Array(list.into_iter().map(without_annotations).collect()),
        other => other,
    }
}

/// One thing; `None` where there is no such file, or it says that there is no such thing.
fn one<T: DeserializeOwned>(path: &Path) -> Result<Option<T>, String> {
    if !path.exists() {
        return Ok(None);
    }
    let text = input::text(path)?;
    match json::<Value>(path, &text)?.get("error") {
        None => json(path, &text).map(Some),
        Some(error) => {
            let error =
                GraphError::deserialize(error).map_err(|error| format!("{}: error: {error}", path.display()))?;
            if error.is_not_found() { Ok(None) } else { Err(error.told(path)) }
        }
    }
}

/// All pages of a list; `None` where there is no such file.
fn list<T: DeserializeOwned>(folder: &Path, name: &str) -> Result<Option<Vec<T>>, String> {
    let pages = pages(folder, name)?;
    let mut all = Vec::new();
    for (number, path) in pages.iter().enumerate() {
        let answer: Answer = json(path, &input::text(path)?)?;
        match (answer.value, answer.error) {
            (Some(page), _) => {
                for (place, value) in page.into_iter().enumerate() {
                    let item = serde_path_to_error::deserialize(value).map_err(|error| {
                        let field = error.path().to_string();
                        let field = if field == "." { field.replace('.', "") } else { format!(".{field}") };
                        format!("{}: value[{place}]{field}: {}", path.display(), error.inner())
                    });
                    all.push(item?);
                }
            }
            (None, Some(error)) if error.is_not_found() => {}
            (None, Some(error)) => return Err(error.told(path)),
            (None, None) => return Err(format!("{}: value: there is none, so that this is no list", path.display())),
        }
        if let Some(next) = answer.next.filter(|_| number.saturating_add(1) == pages.len()) {
            let page = pages.len().saturating_add(1);
            return Err(format!(
                "{}: @odata.nextLink: there is another page; get {next} as {name}.{page}.json",
                path.display()
            ));
        }
    }
    Ok((!pages.is_empty()).then_some(all))
}

/// `NAME.json`, then `NAME.2.json` and so on.
fn pages(folder: &Path, name: &str) -> Result<Vec<PathBuf>, String> {
    let mut pages = Vec::new();
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(format!("cannot read {}: {error}", folder.display())),
    };
    for entry in entries {
        let path = entry.map_err(|error| format!("cannot read {}: {error}", folder.display()))?.path();
        let file = path.file_name().map(|file| file.to_string_lossy().into_owned()).unwrap_or_default();
        let number = file.strip_prefix(name).and_then(|rest| rest.strip_suffix(".json"));
        let number = number.and_then(|rest| match rest {
            "" => Some(1_u32),
            rest => rest.strip_prefix('.')?.parse().ok(),
        });
        pages.extend(number.map(|number| (number, path)));
    }
    pages.sort();
    Ok(pages.into_iter().map(|(_, path)| path).collect())
}
