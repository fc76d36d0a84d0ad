//! What the backup script in Microsoft's guide to operating Private Access writes: `ConnectorGroups_yyyyMMdd.json` and
//! `AppSegments_NAME_yyyyMMdd.json`.
//!
//! The groups are there without members and without assignments, and applications by client id and name with their segments
//! alone. So what can come back from it is names and regions of groups, and segments.

extern crate alloc;

use alloc::collections::BTreeMap;
use std::{
    fs,
    path::{Path, PathBuf},
};

use connector_groups::{
    AppId,
    model::{ApplicationProperties, ProfileProperties},
};

use super::content::{Application, Content, Group, Kind, Lack};
use crate::import::{Findings, Folder, Node, Problem, segments};

/// The files of one kind by their dates, the newest last.
type ByDate = BTreeMap<String, Vec<PathBuf>>;

/// Whether the folder holds such files.
pub(crate) fn is_one(folder: &Path) -> bool {
    files(folder).is_ok_and(|(groups, segments)| !groups.is_empty() || !segments.is_empty())
}

fn files(folder: &Path) -> std::io::Result<(ByDate, ByDate)> {
    let (mut groups, mut segments) = (ByDate::new(), ByDate::new());
    // In lower case: PowerShell's file systems do not tell cases apart, and people rename files.
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().map(|name| name.to_string_lossy().to_ascii_lowercase()).unwrap_or_default();
        // An application may have underscores in its name; the date stands behind the last one.
        let Some((start, date)) = name.strip_suffix(".json").and_then(|stem| stem.rsplit_once('_')) else { continue };
        if date.len() != 8 || !date.bytes().all(|byte| byte.is_ascii_digit()) {
            continue;
        }
        if start == "connectorgroups" {
            groups.entry(date.into()).or_default().push(path);
        } else if start.starts_with("appsegments_") {
            segments.entry(date.into()).or_default().push(path);
        }
    }
    Ok((groups, segments))
}

/// The newest backup of the folder.
pub(crate) fn read(folder: &Path) -> Result<Content, Problem> {
    let shown = || folder.display().to_string();
    let (groups, segments) =
        files(folder).map_err(|error| Problem::of_file(shown(), format!("cannot be read: {error}")))?;
    let Some((date, newest)) = groups.last_key_value() else {
        return Err(Problem::of_file(shown(), "there are segments here, and no ConnectorGroups_yyyyMMdd.json"));
    };
    // A run writes the groups first: newer segments without them are of a run whose groups are elsewhere.
    if let Some((later, files)) = segments.last_key_value().filter(|(later, _)| *later > date) {
        let file = files.first().map(|file| file.display().to_string()).unwrap_or_default();
        let message = format!(
            "is newer than the last groups, of {date}: add ConnectorGroups_{later}.json of the same run, or take this file away"
        );
        return Err(Problem::of_file(file, message));
    }
    let mut findings = crate::import::Findings::default();
    let mut content = Content {
        kind: Kind::MicrosoftScript,
        tenant: None,
        // Names tell the day only, so that its first moment stands for it.
        taken: format!("{}-{}-{}T00:00:00Z", part(date, 0, 4), part(date, 4, 6), part(date, 6, 8)).parse().ok(),
        profile: ProfileProperties::default(),
        knows_profile: false,
        groups: Vec::new(),
        connectors: Vec::new(),
        applications: Vec::new(),
        knows_unpublished: false,
        lacks: Vec::new(),
    };
    let mut has_lists = false;
    for path in newest {
        for node in Folder::read(path)?.items_or_one()? {
            let group = crate::import::Group::read(node, &mut Findings::default())?;
            // The script asks for all groups, those of the service among them.
            if !group.is_ours() {
                continue;
            }
            let Some(region) = group.region else {
                return Err(group.node.problem("the property `region` is missing"));
            };
            has_lists |= [&group.members, &group.applications].into_iter().flatten().any(|list| !list.is_empty());
            content.groups.push(Group {
                id: group.id,
                name: group.name,
                // As the engine spells regions. It does not read them here, as there is no tenant to hold them.
                region: region.trim().to_lowercase(),
                is_default: group.is_default,
            });
        }
    }
    if !content.groups.iter().any(|group| group.is_default) {
        let file = newest.first().map(|file| file.display().to_string()).unwrap_or_default();
        return Err(Problem::of_file(
            file,
            "isDefault: no connector group is the default (R-1); the answer was not whole",
        ));
    }
    // A group's file and the segments of one run have one date.
    for path in segments.get(date).into_iter().flatten() {
        let node = Folder::read(path)?;
        // The script's own names of properties, which are not Graph's.
        let members = node.members()?;
        let app_id: AppId = members.required("AppId")?.parsed()?;
        let list = members.get("Segments").map(Node::items_or_one).transpose()?.unwrap_or_default();
        let told = segments::read(&app_id.to_string(), &list, &mut findings)?;
        // What is set aside has its finding, and findings become a lack below.
        let held = told.into_iter().filter_map(|told| match told {
            segments::Told::Held(segment, _) => Some(segment),
            segments::Told::Beside(_) => None,
        });
        content.applications.push(Application {
            id: None,
            app_id,
            name: members.get("AppName").map(Node::text).transpose()?.unwrap_or_default(),
            // The script takes those with the tag of Private Access, which come with their publishing.
            is_published: true,
            publishing: None,
            place: None,
            segments: Some(held.collect()),
            properties: ApplicationProperties::default(),
            service_principal: None,
        });
    }
    let older: Vec<&String> = groups.keys().chain(segments.keys()).filter(|other| *other != date).collect();
    content.lacks = lacks(older.len(), has_lists);
    let broken = findings.iter().map(|finding| finding.message.clone()).collect::<Vec<_>>();
    if !broken.is_empty() {
        content.lacks.push(Lack {
            what: "segments that break a rule".into(),
            why: broken.join("; "),
            how: "restore them by hand".into(),
            things: Vec::new(),
        });
    }
    Ok(content)
}

fn part(date: &str, from: usize, to: usize) -> &str {
    date.get(from..to).unwrap_or_default()
}

/// What the script never writes, whatever the tenant, or what is not read of it.
fn lacks(older: usize, has_lists: bool) -> Vec<Lack> {
    let lack = |what: &str, why: &str| Lack {
        what: what.into(),
        why: why.into(),
        how: "`connector-groups backup --graph` fetches it".into(),
        things: Vec::new(),
    };
    // Somebody may have made the script ask for more.
    let (members, applications) = if has_lists {
        ("`Members` is not read from files of the script", "`Applications` is not read either")
    } else {
        (
            "the script asks for groups without $expand, so that `Members` is null",
            "`Applications` is null for the same reason",
        )
    };
    let mut lacks = vec![
        lack("the members of connector groups", members),
        lack("the applications of connector groups", applications),
        lack("connectors", "the script does not ask for them"),
        lack("publishing: URLs, sign-on, type", "the script does not ask for it"),
        lack("object ids of applications", "it writes AppName and AppId"),
        lack(
            "applications without the tag `IsAccessibleViaZTNAClient`: all of application proxy, and Quick Access without it",
            "the script selects service principals by that tag",
        ),
        lack(
            "groups, applications and segments behind the first page",
            "it calls without -All and reads `value` of one answer",
        ),
        lack(
            "properties of applications, service principals and the publishing profile",
            "the script does not write them",
        ),
    ];
    if older > 0 {
        lacks.push(lack("files of other dates than the newest", "a backup is one run"));
    }
    lacks
}
