//! Which file keeps which answer of Graph. `export` writes by this table, the import reads by it, and messages name the
//! request that fetches what is missing.
//!
//! The table for people is in `src/docs/administration.md`; a test holds the two together.

use connector_groups::{ApplicationId, ConnectorGroupId};

/// Where application proxy lives on Graph.
pub(crate) const PROFILE: &str = "onPremisesPublishingProfiles/applicationProxy";

/// One answer of Graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    ConnectorGroups,
    Connectors,
    Members(ConnectorGroupId),
    Assigned(ConnectorGroupId),
    Applications,
    GroupOf(ApplicationId),
    Publishing(ApplicationId),
    Segments(ApplicationId),
    ServicePrincipals,
    Profile,
    Organization,
}

impl Part {
    /// The folder within the export; empty for the export itself.
    pub(crate) const fn folder(self) -> &'static str {
        match self {
            Self::Members(_) => Self::MEMBERS,
            Self::Assigned(_) => Self::ASSIGNED,
            Self::GroupOf(_) => "connectorGroup",
            Self::Publishing(_) => "onPremisesPublishing",
            Self::Segments(_) => "segments",
            Self::ConnectorGroups
            | Self::Connectors
            | Self::Applications
            | Self::ServicePrincipals
            | Self::Profile
            | Self::Organization => "",
        }
    }

    /// The name of the first page's file, without `.json`.
    pub(crate) fn stem(self) -> String {
        match self {
            Self::ConnectorGroups => "connectorGroups".into(),
            Self::Connectors => "connectors".into(),
            Self::Applications => "applications".into(),
            Self::ServicePrincipals => "servicePrincipals".into(),
            Self::Profile => "profile".into(),
            Self::Organization => "organization".into(),
            Self::Members(group) | Self::Assigned(group) => group.to_string(),
            Self::GroupOf(application) | Self::Publishing(application) | Self::Segments(application) => {
                application.to_string()
            }
        }
    }

    /// The folders that files of answers are in.
    pub(crate) const FOLDERS: [&str; 6] =
        ["", Self::MEMBERS, Self::ASSIGNED, "connectorGroup", "onPremisesPublishing", "segments"];
    /// The folder of the members of groups, a list each.
    pub(crate) const MEMBERS: &str = "members";
    /// The folder of the applications of groups, a list each.
    pub(crate) const ASSIGNED: &str = "applications";

    /// What the answer in a file is, by its folder and its name in any case.
    pub(crate) fn of_file(folder: &str, name: &str) -> Option<Self> {
        let stem = name.strip_suffix(".json")?;
        // A page: `connectors.2`.
        let stem =
            stem.rsplit_once('.').filter(|(_, page)| page.parse::<usize>().is_ok()).map_or(stem, |(stem, _)| stem);
        let named = |part: Self| part.stem().eq_ignore_ascii_case(stem).then_some(part);
        match folder {
            Self::MEMBERS => Some(Self::Members(stem.parse().ok()?)),
            Self::ASSIGNED => Some(Self::Assigned(stem.parse().ok()?)),
            "connectorGroup" => Some(Self::GroupOf(stem.parse().ok()?)),
            "onPremisesPublishing" => Some(Self::Publishing(stem.parse().ok()?)),
            "segments" => Some(Self::Segments(stem.parse().ok()?)),
            _ => [
                Self::ConnectorGroups,
                Self::Connectors,
                Self::Applications,
                Self::ServicePrincipals,
                Self::Profile,
                Self::Organization,
            ]
            .into_iter()
            .find_map(named),
        }
    }

    /// The file of a page, counted from 1, within the export.
    pub(crate) fn file(self, page: usize) -> String {
        let name = match page {
            0 | 1 => format!("{}.json", self.stem()),
            page => format!("{}.{page}.json", self.stem()),
        };
        match self.folder() {
            "" => name,
            folder => format!("{folder}/{name}"),
        }
    }

    /// The request that fetches it, below `https://graph.microsoft.com/beta/`.
    pub(crate) fn request(self) -> String {
        match self {
            Self::ConnectorGroups => format!("{PROFILE}/connectorGroups"),
            Self::Connectors => format!("{PROFILE}/connectors"),
            Self::Members(group) => format!("{PROFILE}/connectorGroups/{group}/members"),
            Self::Assigned(group) => format!("{PROFILE}/connectorGroups/{group}/applications"),
            // Without `$select` an application has keys and much else; with these properties a tenant is restored.
            Self::Applications => "applications?$select=id,appId,displayName,identifierUris,tags,web".into(),
            Self::GroupOf(application) => format!("applications/{application}/connectorGroup"),
            Self::Publishing(application) => format!("applications/{application}?$select=id,onPremisesPublishing"),
            Self::Segments(application) => format!(
                "applications/{application}/onPremisesPublishing/segmentsConfiguration/\
                 microsoft.graph.ipSegmentConfiguration/applicationSegments"
            ),
            Self::ServicePrincipals => "servicePrincipals?$select=id,appId,appRoleAssignmentRequired,tags".into(),
            Self::Profile => PROFILE.into(),
            Self::Organization => "organization?$select=id".into(),
        }
    }

    /// How to fetch it, for a message.
    pub(crate) fn advice(self) -> String {
        format!("GET https://graph.microsoft.com/beta/{} and keep the answer as {}", self.request(), self.file(1))
    }

    /// What to say of a file that is an answer about another thing.
    pub(crate) fn of_another(self, id: &str) -> String {
        format!(
            "the answer is about {id}, and the file is named after {}: one of them is wrong; fetch it again: {}",
            self.stem(),
            self.advice()
        )
    }

    /// The folders, one below the other and written in any case, where `EntraExporter` keeps the objects of a list.
    pub(crate) fn exporter_folders(self) -> Option<Vec<String>> {
        let groups = ["OnPremisesPublishingProfiles", "ApplicationProxy", "ConnectorGroups"].map(String::from);
        Some(match self {
            Self::ConnectorGroups => groups.into(),
            Self::Connectors => {
                ["OnPremisesPublishingProfiles", "ApplicationProxy", "Connectors"].map(String::from).into()
            }
            Self::Members(group) => groups.into_iter().chain([group.to_string(), "Members".into()]).collect(),
            Self::Assigned(group) => groups.into_iter().chain([group.to_string(), "Applications".into()]).collect(),
            Self::Applications => vec!["Applications".into()],
            Self::ServicePrincipals => vec!["ServicePrincipals".into()],
            Self::Organization => vec!["Organization".into()],
            Self::GroupOf(_) | Self::Publishing(_) | Self::Segments(_) | Self::Profile => return None,
        })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test stops where it fails")]
mod tests {
    use super::*;

    /// The document has a row for each part, with its file and its request.
    #[test]
    fn the_document_has_this_layout() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../src/docs/administration.md");
        let document = std::fs::read_to_string(path).unwrap();
        let (group, application) = (ConnectorGroupId::default(), ApplicationId::default());
        for (part, placeholder) in [
            (Part::ConnectorGroups, ""),
            (Part::Connectors, ""),
            (Part::Members(group), "GROUP"),
            (Part::Assigned(group), "GROUP"),
            (Part::Applications, ""),
            (Part::GroupOf(application), "APPLICATION"),
            (Part::Publishing(application), "APPLICATION"),
            (Part::Segments(application), "APPLICATION"),
            (Part::ServicePrincipals, ""),
            (Part::Profile, ""),
            (Part::Organization, ""),
        ] {
            let plain = |text: String| text.replace(&group.to_string(), placeholder).replace(PROFILE, "P");
            let row = format!("| `{}` | `{}` |", plain(part.file(1)), plain(part.request()));
            assert!(document.contains(&row), "{row}");
        }
    }
}
