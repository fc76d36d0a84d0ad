//! What a backup holds, wherever it comes from, and what it does not hold.

extern crate alloc;

use alloc::collections::BTreeSet;

use connector_groups::{
    AppId, ApplicationId, ConnectorGroupId, ConnectorId, TenantId, Timestamp,
    model::{ApplicationProperties, ApplicationSegment, OnPremisesPublishing, ProfileProperties, ServicePrincipal},
};
use serde::Serialize;

use crate::{
    import::{Imported, Untold, layout::Part},
    words::count,
};

/// Where a backup comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Kind {
    /// A folder that `backup` wrote.
    Backup,
    /// Answers of Graph, as `export` and the scripts of the documentation keep them.
    Export,
    /// The folder of `EntraExporter`.
    EntraExporter,
    /// What the script in Microsoft's operations guide writes.
    MicrosoftScript,
    /// A tenant document, a directory or a replay.
    Document,
}

/// Something that a backup does not hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Lack {
    pub(crate) what: String,
    pub(crate) why: String,
    /// The request that would get it, or what is left to do by hand.
    pub(crate) how: String,
    /// The ids of what it is about, or what changed; the first hundred.
    pub(crate) things: Vec<String>,
}

/// A group of type `applicationProxy`; the service's own are not an administrator's to restore.
#[derive(Debug, Clone)]
pub(crate) struct Group {
    pub(crate) id: ConnectorGroupId,
    pub(crate) name: String,
    pub(crate) region: String,
    pub(crate) is_default: bool,
}

#[derive(Debug, Clone)]
pub(crate) struct Connector {
    pub(crate) id: ConnectorId,
    pub(crate) machine_name: String,
    pub(crate) external_ip: String,
    /// Its group; `None` where the backup does not tell it.
    pub(crate) place: Option<ConnectorGroupId>,
}

#[derive(Debug, Clone)]
pub(crate) struct Application {
    /// `None` where the backup knows it by its client id alone.
    pub(crate) id: Option<ApplicationId>,
    pub(crate) app_id: AppId,
    pub(crate) name: String,
    pub(crate) is_published: bool,
    /// `None` where it is not published, or the backup does not tell how.
    pub(crate) publishing: Option<Box<OnPremisesPublishing>>,
    /// Its group; `None` where it is not published, or the backup does not tell it.
    pub(crate) place: Option<ConnectorGroupId>,
    /// `None` where the backup does not tell them.
    pub(crate) segments: Option<Vec<ApplicationSegment>>,
    pub(crate) properties: ApplicationProperties,
    pub(crate) service_principal: Option<ServicePrincipal>,
}

/// A tenant as a backup knows it. What it does not know is `None`, and stands among the lacks.
#[derive(Debug, Clone)]
pub(crate) struct Content {
    pub(crate) kind: Kind,
    pub(crate) tenant: Option<TenantId>,
    /// When it was fetched, where that is told.
    pub(crate) taken: Option<Timestamp>,
    pub(crate) profile: ProfileProperties,
    pub(crate) knows_profile: bool,
    pub(crate) groups: Vec<Group>,
    pub(crate) connectors: Vec<Connector>,
    pub(crate) applications: Vec<Application>,
    /// Whether those that are not published here were not published, and all of these are here. Where a group's list is missing,
    /// they may have been in it.
    pub(crate) knows_unpublished: bool,
    pub(crate) lacks: Vec<Lack>,
}

/// What no backup over Graph holds, for the manifest.
pub(crate) const NEVER: [&str; 5] = [
    "secrets, keys and certificates of applications: Graph does not answer them",
    "who is assigned to an application, and its Conditional Access policies: other parts of Graph",
    "private keys of custom domains' certificates: upload them again",
    "the connectors themselves: an agent registers where it is installed",
    "DNS records",
];

const THINGS_MAX: usize = 100;

/// Why a backup is of no one moment, and what to do about it.
const DRIFT: &str = "the tenant changed while it was fetched, so that a thing may be in two lists or in none";
const AGAIN: &str = "take it again, with more --readings or while nobody changes the tenant";

impl Content {
    /// The content of a tenant, as far as it is known.
    pub(crate) fn of(kind: Kind, imported: &Imported) -> Self {
        let (tenant, untold) = (&imported.tenant, &imported.untold);
        // The service makes groups of other types by itself, and lets nobody change them.
        let ours = tenant.connector_groups().filter(|group| group.is_application_proxy());
        let groups = ours.map(|group| Group {
            id: group.id(),
            name: group.name().as_str().into(),
            region: group.region().as_str().into(),
            is_default: group.is_default(),
        });
        let connectors = tenant.connectors().map(|connector| Connector {
            id: connector.id(),
            machine_name: connector.machine_name().to_string(),
            external_ip: connector.external_ip().to_string(),
            place: (!untold.connectors.contains(&connector.id())).then(|| connector.connector_group().id()),
        });
        let applications = tenant.applications().map(|view| {
            let id = view.id();
            let application = view.to_application();
            let publication = application.publication;
            // A tenant cannot hold a published application without publishing and a group. What no file tells of them was
            // filled in by the import, and is taken out again here.
            let is_unknown = imported.unknown_publishing.contains(&id);
            let place = publication.as_ref().map(|publication| publication.connector_group);
            // Where the publishing is unknown the tenant holds a stand-in for it, and nothing of that is worth restoring.
            let are_segments_told = publication.is_some() && !imported.unknown_segments.contains(&id) && !is_unknown;
            let (publishing, segments) = publication
                .map(|publication| (publication.on_premises_publishing, publication.application_segments))
                .unzip();
            Application {
                id: Some(id),
                app_id: application.app_id,
                name: application.display_name.to_string(),
                is_published: place.is_some(),
                publishing: publishing.filter(|_| !is_unknown),
                place: place.filter(|_| !untold.applications.contains(&id)),
                segments: segments.filter(|_| are_segments_told),
                properties: application.properties,
                service_principal: application.service_principal,
            }
        });
        Self {
            kind,
            // The nil id stands for a tenant of which no file tells the id.
            tenant: (tenant.id() != TenantId::default()).then(|| tenant.id()),
            // Answers of Graph have no time of their own, but a document has its tenant's.
            taken: imported.fetched.or_else(|| (kind == Kind::Document).then(|| tenant.now())),
            profile: tenant.on_premises_publishing_profile().clone(),
            knows_profile: !untold.no_profile,
            groups: groups.collect(),
            connectors: connectors.collect(),
            applications: applications.collect(),
            knows_unpublished: untold.assigned.is_empty() && !untold.no_applications,
            lacks: lacks(kind, imported),
        }
    }
}

/// What is not known of a tenant.
pub(crate) fn lacks(kind: Kind, imported: &Imported) -> Vec<Lack> {
    let is_exporter = kind == Kind::EntraExporter;
    let untold = &imported.untold;
    let mut lacks = Vec::new();
    let mut lack = |things: Vec<String>, noun: &str, of: &str, why: &str, how: String| {
        if things.is_empty() {
            return;
        }
        // Counted before they are cut: the number is of all, the ids are a sample.
        let what = format!("{of} {}", count(things.len(), noun));
        let things = things.into_iter().take(THINGS_MAX).collect();
        lacks.push(Lack { what, why: why.into(), how, things });
    };
    let list = if is_exporter {
        "EntraExporter leaves no folder for an empty list, and none for one that Graph answered with an error, so that which it was is not known"
    } else {
        "no file tells them"
    };
    let group = "onPremisesPublishingProfiles/applicationProxy/connectorGroups/GROUP";
    // First who is where: without members and assignments, nothing can be put back to its place.
    lack(texts(&untold.members), "connector group", "the members of", list, get(&format!("{group}/members")));
    lack(
        texts(&untold.assigned),
        "connector group",
        "the applications of",
        list,
        get(&format!("{group}/applications")),
    );
    lack(
        texts(&untold.connectors),
        "connector",
        "the group of",
        "they are in no list of members, and lists of members are missing",
        get(&format!("{group}/members")),
    );
    lack(
        texts(&untold.applications),
        "application",
        "the group of",
        "they are published, and no file tells their group",
        // The table of requests knows those of one application. Its id makes way for a word that stands for any.
        get(&Part::GroupOf(ApplicationId::default())
            .request()
            .replace(&ApplicationId::default().to_string(), "APPLICATION")),
    );
    let unnamed = imported.tenant.applications().filter(|view| view.display_name().is_empty());
    lack(
        unnamed.map(|view| view.id().to_string()).collect(),
        "application",
        "the name of",
        "no file tells it",
        get("applications?$select=id,appId,displayName"),
    );
    let publishing = if is_exporter {
        "EntraExporter asks for applications by v1.0, which does not answer onPremisesPublishing"
    } else {
        "it was not fetched"
    };
    let application = "applications/APPLICATION?$select=id,onPremisesPublishing";
    lack(
        texts(&imported.unknown_publishing),
        "application",
        "the publishing (URLs, sign-on, type) of",
        publishing,
        get(application),
    );
    lack(
        texts(&imported.unknown_segments),
        "application of Private Access",
        "the segments of",
        "they were not fetched",
        get(
            "applications/APPLICATION/onPremisesPublishing/segmentsConfiguration/microsoft.graph.ipSegmentConfiguration/applicationSegments",
        ),
    );
    lack(
        imported.segments.keys().map(ToString::to_string).collect(),
        "application",
        "segments that break a rule, of",
        "the engine does not hold them; they are kept beside the tenant",
        String::from("restore them by hand"),
    );
    let cut_off = imported.findings.iter().filter(|finding| finding.rule == "cut-off");
    lack(
        cut_off.map(|finding| format!("{}: {}", finding.place, finding.message)).collect(),
        "property",
        "all of",
        "ConvertTo-Json has cut it off",
        String::from("fetch it again with ConvertTo-Json -Depth 10"),
    );
    lack(untold.drift.clone(), "change", "one moment without", DRIFT, String::from(AGAIN));
    lacks.extend(whole_lists(is_exporter, untold));
    lacks
}

/// Lists that no file tells at all.
fn whole_lists(is_exporter: bool, untold: &Untold) -> impl Iterator<Item = Lack> {
    let lists = [
        (
            untold.no_applications,
            "applications that are not published, and properties of others (identifierUris, tags, web)",
            Part::Applications,
        ),
        (untold.no_principals, "service principals", Part::ServicePrincipals),
        (untold.no_profile, "the publishing profile", Part::Profile),
    ];
    lists.into_iter().filter(|(is_lacking, ..)| *is_lacking).map(move |(_, what, part)| {
        // Of the profile there is no type in EntraExporter, whatever it is told to write.
        let why = if is_exporter && part != Part::Profile {
            "EntraExporter writes them only with -All, or with the type Applications or ServicePrincipals"
        } else if is_exporter {
            "EntraExporter does not ask for it"
        } else {
            "no file tells it"
        };
        Lack { what: what.into(), why: why.into(), how: get(&part.request()), things: Vec::new() }
    })
}

/// How to fetch what is lacking.
fn get(request: &str) -> String {
    format!("GET https://graph.microsoft.com/beta/{request}; `connector-groups backup --graph` fetches it")
}

fn texts<T: ToString>(ids: &BTreeSet<T>) -> Vec<String> {
    ids.iter().map(ToString::to_string).collect()
}
