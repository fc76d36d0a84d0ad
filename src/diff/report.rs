//! A diff to read: one line a difference, `+` added, `-` removed, `~` changed. Texts are quoted and escaped.

use alloc::{collections::BTreeMap, format, string::String, vec::Vec};
use core::fmt;

use super::{Diff, Difference};
use crate::{
    ids::{ApplicationSegmentId, ConnectorGroupId},
    model::{
        Properties,
        application::Application,
        connector::{Connector, ConnectorStatus},
        group::ConnectorGroup,
        segment::ApplicationSegment,
    },
    tenant::Tenant,
};

impl fmt::Display for Diff {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(Difference::Changed { from, to }) = &self.tenant {
            let mut changes = Changes::default();
            // Names as in the JSON, so that a reader of the report can search the document for them.
            changes.of("id", &from.id, &to.id);
            changes.of("defaultRegion", &from.default_region, &to.default_region);
            changes.of("now", &from.now, &to.now);
            changes.of("uniqueNames", &from.rules.unique_names, &to.rules.unique_names);
            let (moves, to_moves) = (from.rules.regional_connector_moves, to.rules.regional_connector_moves);
            changes.of("regionalConnectorMoves", &moves, &to_moves);
            changes.of_properties(&from.on_premises_publishing_profile, &to.on_premises_publishing_profile);
            writeln!(formatter, "~ tenant {}: {changes}", from.id)?;
        }
        self.connector_groups.iter().try_for_each(|difference| connector_group(formatter, difference))?;
        self.connectors.iter().try_for_each(|difference| self.connector(formatter, difference))?;
        self.applications.iter().try_for_each(|difference| self.application(formatter, difference))
    }
}

/// The properties that changed, each with both values.
#[derive(Default)]
struct Changes(Vec<String>);

impl Changes {
    fn of<T: PartialEq + fmt::Debug>(&mut self, name: &str, from: &T, to: &T) {
        if from != to {
            self.0.push(format!("{name} {from:?} → {to:?}"));
        }
    }

    /// Open properties by name alone: their values may be long.
    fn of_properties<K>(&mut self, from: &Properties<K>, to: &Properties<K>) {
        self.0.extend(from.changes_to(to).names().map(|name| format!("{name:?} changed")));
    }

    fn of_attachments(&mut self, from: &Application, to: &Application) {
        self.of_properties(&from.properties, &to.properties);
        match (&from.service_principal, &to.service_principal) {
            (None, Some(_)) => self.0.push("service principal added".into()),
            (Some(_), None) => self.0.push("service principal removed".into()),
            (Some(from), Some(to)) if from != to => self.0.push("service principal changed".into()),
            (Some(_), Some(_)) | (None, None) => {}
        }
        let by_id = |application| -> BTreeMap<ApplicationSegmentId, &ApplicationSegment> {
            segments(application).iter().map(|segment| (segment.id, segment)).collect()
        };
        let (were, are) = (by_id(from), by_id(to));
        for segment in segments(from).iter().filter(|segment| !are.contains_key(&segment.id)) {
            self.0.push(format!("segment {:?} removed", segment.destination_host));
        }
        for segment in segments(to) {
            match were.get(&segment.id) {
                None => self.0.push(format!("segment {:?} added", segment.destination_host)),
                Some(former) if *former != segment => {
                    self.0.push(format!("segment {:?} changed", segment.destination_host));
                }
                Some(_) => {}
            }
        }
    }
}

impl fmt::Display for Changes {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0.join(", "))
    }
}

/// A group's name in this state, quoted; its id if it does not exist there.
fn name(tenant: &Tenant, id: ConnectorGroupId) -> String {
    tenant.connector_group(id).map_or_else(|| format!("{id}"), |group| format!("{:?}", group.name().as_str()))
}

const fn status(status: ConnectorStatus) -> &'static str {
    match status {
        ConnectorStatus::Active => "active",
        ConnectorStatus::Inactive => "inactive",
    }
}

fn connector_group(formatter: &mut fmt::Formatter<'_>, difference: &Difference<ConnectorGroup>) -> fmt::Result {
    let title = |group: &ConnectorGroup| format!("connector group {:?} {}", group.name.as_str(), group.id);
    match difference {
        Difference::Added(group) => {
            let connector_group_type = group.connector_group_type.as_str();
            writeln!(formatter, "+ {}: {connector_group_type:?}, region {:?}", title(group), group.region)
        }
        Difference::Removed(group) => writeln!(formatter, "- {}", title(group)),
        Difference::Changed { from, to } => {
            let mut changes = Changes::default();
            changes.of("name", &from.name.as_str(), &to.name.as_str());
            changes.of("region", &from.region, &to.region);
            let types = (from.connector_group_type.as_str(), to.connector_group_type.as_str());
            changes.of("connectorGroupType", &types.0, &types.1);
            changes.of("isDefault", &from.is_default, &to.is_default);
            writeln!(formatter, "~ {}: {changes}", title(from))
        }
    }
}

impl Diff {
    fn connector(&self, formatter: &mut fmt::Formatter<'_>, difference: &Difference<Connector>) -> fmt::Result {
        let title = |connector: &Connector| format!("connector {:?} {}", connector.machine_name, connector.id);
        match difference {
            Difference::Added(connector) => {
                let (group, status) = (name(&self.to, connector.member_of), status(connector.presence.status()));
                writeln!(formatter, "+ {}: {status}, in {group}", title(connector))
            }
            Difference::Removed(connector) => writeln!(formatter, "- {}", title(connector)),
            Difference::Changed { from, to } => {
                let mut changes = Changes::default();
                if from.member_of != to.member_of {
                    let names = (name(&self.from, from.member_of), name(&self.to, to.member_of));
                    changes.0.push(format!("moved {} → {}", names.0, names.1));
                }
                changes.of("status", &status(from.presence.status()), &status(to.presence.status()));
                // If only one of them is inactive, the status above already says so.
                let since = (from.presence.inactive_since(), to.presence.inactive_since());
                if let (Some(from), Some(to)) = since {
                    changes.of("inactiveSince", &from, &to);
                }
                changes.of("machineName", &from.machine_name, &to.machine_name);
                changes.of("externalIp", &from.external_ip, &to.external_ip);
                changes.of("version", &from.version, &to.version);
                writeln!(formatter, "~ {}: {changes}", title(from))
            }
        }
    }

    fn application(&self, formatter: &mut fmt::Formatter<'_>, difference: &Difference<Application>) -> fmt::Result {
        let title =
            |application: &Application| format!("application {:?} {}", application.display_name, application.id);
        match difference {
            Difference::Added(application) => match &application.publication {
                Some(publication) => {
                    writeln!(formatter, "+ {}: in {}", title(application), name(&self.to, publication.connector_group))
                }
                None => writeln!(formatter, "+ {}: not published", title(application)),
            },
            Difference::Removed(application) => writeln!(formatter, "- {}", title(application)),
            Difference::Changed { from, to } => {
                let mut changes = Changes::default();
                changes.of("displayName", &from.display_name, &to.display_name);
                changes.of("appId", &from.app_id, &to.app_id);
                match (&from.publication, &to.publication) {
                    (Some(was), Some(is)) => {
                        if was.connector_group != is.connector_group {
                            let names = (name(&self.from, was.connector_group), name(&self.to, is.connector_group));
                            changes.0.push(format!("moved {} → {}", names.0, names.1));
                        }
                        // URLs are what a reader looks for, so both values are shown. Other properties may be long JSON: a name is enough.
                        let (was, is) = (&was.on_premises_publishing, &is.on_premises_publishing);
                        changes.of("internalUrl", &was.internal_url, &is.internal_url);
                        changes.of("externalUrl", &was.external_url, &is.external_url);
                        let others = was.changes_to(is);
                        let others = others.changed().filter(|name| name != "internalUrl" && name != "externalUrl");
                        changes.0.extend(others.map(|name| format!("{name} changed")));
                        // `changes_to` lists what a command can change. This property is set by the system only and needs a look of its own.
                        let certificates = "verifiedCustomDomainCertificatesMetadata";
                        if was.verified_custom_domain_certificates_metadata
                            != is.verified_custom_domain_certificates_metadata
                        {
                            changes.0.push(format!("{certificates} changed"));
                        }
                    }
                    (Some(was), None) => {
                        changes.0.push(format!("unpublished from {}", name(&self.from, was.connector_group)));
                    }
                    (None, Some(is)) => {
                        changes.0.push(format!("published into {}", name(&self.to, is.connector_group)));
                    }
                    (None, None) => {}
                }
                changes.of_attachments(from, to);
                if changes.0.is_empty() {
                    changes.0.push("order of segments changed".into());
                }
                writeln!(formatter, "~ {}: {changes}", title(from))
            }
        }
    }
}

fn segments(application: &Application) -> &[ApplicationSegment] {
    application.publication.as_ref().map(|publication| publication.application_segments.as_slice()).unwrap_or_default()
}
