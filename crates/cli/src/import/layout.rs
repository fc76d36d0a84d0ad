//! Which file keeps which answer of Graph. `export` writes by this table, the import reads by it, and messages name the
//! request that fetches what is missing.
//!
//! | file | request, below `https://graph.microsoft.com/beta/` |
//! |---|---|
//! | `connectorGroups.json` | `P/connectorGroups` |
//! | `connectors.json` | `P/connectors` |
//! | `members/GROUP.json` | `P/connectorGroups/GROUP/members` |
//! | `applications/GROUP.json` | `P/connectorGroups/GROUP/applications` |
//! | `applications.json` | `applications?$select=id,appId,displayName` |
//! | `connectorGroup/APPLICATION.json` | `applications/APPLICATION/connectorGroup` |
//! | `onPremisesPublishing/APPLICATION.json` | `applications/APPLICATION?$select=id,onPremisesPublishing` |
//! | `segments/APPLICATION.json` | the IP segments of a Private Access application |
//! | `organization.json` | `organization?$select=id` |
//!
//! `P` is `onPremisesPublishingProfiles/applicationProxy`; `GROUP` and `APPLICATION` are object ids. Further pages of a list
//! are `connectors.2.json` and so on.
//!
//! A folder that `EntraExporter` wrote is read too. It keeps each object in a file and a folder of its own
//! (`ConnectorGroups/ID/ID.json`), and what belongs to a group in folders beside that file.

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
    Organization,
}

impl Part {
    /// The folder within the export; empty for the export itself.
    pub(crate) const fn folder(self) -> &'static str {
        match self {
            Self::Members(_) => "members",
            Self::Assigned(_) => "applications",
            Self::GroupOf(_) => "connectorGroup",
            Self::Publishing(_) => "onPremisesPublishing",
            Self::Segments(_) => "segments",
            Self::ConnectorGroups | Self::Connectors | Self::Applications | Self::Organization => "",
        }
    }

    /// The name of the first page's file, without `.json`.
    pub(crate) fn stem(self) -> String {
        match self {
            Self::ConnectorGroups => "connectorGroups".into(),
            Self::Connectors => "connectors".into(),
            Self::Applications => "applications".into(),
            Self::Organization => "organization".into(),
            Self::Members(group) | Self::Assigned(group) => group.to_string(),
            Self::GroupOf(application) | Self::Publishing(application) | Self::Segments(application) => {
                application.to_string()
            }
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
            Self::Applications => "applications?$select=id,appId,displayName".into(),
            Self::GroupOf(application) => format!("applications/{application}/connectorGroup"),
            Self::Publishing(application) => format!("applications/{application}?$select=id,onPremisesPublishing"),
            Self::Segments(application) => format!(
                "applications/{application}/onPremisesPublishing/segmentsConfiguration/\
                 microsoft.graph.ipSegmentConfiguration/applicationSegments"
            ),
            Self::Organization => "organization?$select=id".into(),
        }
    }

    /// How to fetch it, for a message.
    pub(crate) fn advice(self) -> String {
        format!("GET https://graph.microsoft.com/beta/{} and keep the answer as {}", self.request(), self.file(1))
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
            Self::Organization => vec!["Organization".into()],
            Self::GroupOf(_) | Self::Publishing(_) | Self::Segments(_) => return None,
        })
    }
}
