//! What the requests are about: the tenant of the seed.

use connector_groups::{Directory, Tenant};

const PROFILE: &str = "/beta/onPremisesPublishingProfiles/applicationProxy";

pub(crate) struct Fixture {
    pub(crate) tenant: String,
    groups: Vec<String>,
    connectors: Vec<String>,
    applications: Vec<String>,
}

impl Fixture {
    /// `None` for a directory without tenants.
    pub(crate) fn new(directory: &Directory) -> Option<Self> {
        let tenant: &Tenant = directory.tenants().next()?;
        let groups = tenant.connector_groups().filter(|group| group.is_application_proxy());
        let applications = tenant.applications().filter(|application| application.is_published());
        Some(Self {
            tenant: tenant.id().to_string(),
            groups: groups.map(|group| group.id().to_string()).collect(),
            connectors: tenant.connectors().map(|connector| connector.id().to_string()).collect(),
            applications: applications.map(|application| application.id().to_string()).collect(),
        })
    }

    pub(crate) fn group(&self, number: u64) -> String {
        format!("{PROFILE}/connectorGroups/{}", picked(&self.groups, number))
    }

    pub(crate) fn connector(&self, number: u64) -> String {
        format!("{PROFILE}/connectors/{}", picked(&self.connectors, number))
    }

    pub(crate) fn application(&self, number: u64) -> String {
        format!("/beta/applications/{}", picked(&self.applications, number))
    }

    pub(crate) fn groups(&self) -> &[String] {
        &self.groups
    }

    pub(crate) fn applications(&self) -> &[String] {
        &self.applications
    }
}

fn picked(ids: &[String], number: u64) -> &str {
    let count = u64::try_from(ids.len()).unwrap_or(u64::MAX).max(1);
    let place = number.checked_rem(count).and_then(|place| usize::try_from(place).ok());
    place.and_then(|place| ids.get(place)).map_or("", String::as_str)
}
