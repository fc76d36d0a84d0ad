//! Hazards: consequences that the engine allows and the documentation warns of.

use alloc::{
    collections::{BTreeMap, BTreeSet},
    format,
    string::{String, ToString},
    vec::Vec,
};
use core::fmt;

use serde::{Deserialize, Serialize};

use super::{Availability, Flow, Impact};
use crate::{
    count::count,
    ids::{ApplicationId, ConnectorGroupId},
    model::{region::Region, url::is_wildcard},
    state::{ApplicationView, State},
};

/// A consequence that the engine allows and the sources warn of, and that does not exist before the change.
/// Ordered by severity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "hazard", rename_all = "camelCase", rename_all_fields = "camelCase")]
#[non_exhaustive]
pub enum Hazard {
    /// Applications would be in a group without active connectors, and are served now or not published yet: their users
    /// would get a gateway time-out (R-28).
    NoActiveConnector {
        /// Where nothing would serve them.
        connector_group: ConnectorGroupId,
        /// How many would be cut off there that are served now or not published yet.
        applications: u32,
    },
    /// Applications would be in a group with one active connector, and have more now or are not published yet (R-63).
    OneActiveConnector {
        /// Where one connector would serve them alone.
        connector_group: ConnectorGroupId,
        /// How many would be there that are served by more now or not published yet.
        applications: u32,
    },
    /// An application with a wildcard URL would be served from another region: until the DNS record of its external URL
    /// points to that region's endpoint, it is not reached (R-35).
    WildcardRegion {
        /// Whose external URL stands for many hosts.
        application: ApplicationId,
        /// The group that it would be in.
        connector_group: ConnectorGroupId,
        /// The region that its record would have to point to.
        region: Region,
    },
    /// Applications would come to rest in the default group, where every new connector begins to serve them at once (R-66).
    DefaultInUse {
        /// How many would come there, from elsewhere or newly published.
        applications: u32,
    },
}

impl Hazard {
    /// The number of its rule in the rules document.
    #[must_use]
    pub const fn rule(&self) -> &'static str {
        match self {
            Self::NoActiveConnector { .. } => "R-28",
            Self::OneActiveConnector { .. } => "R-63",
            Self::WildcardRegion { .. } => "R-35",
            Self::DefaultInUse { .. } => "R-66",
        }
    }

    /// The hazard as a sentence, in which things are called as the caller calls them. `Display` calls them by id.
    ///
    /// ```
    /// # use connector_groups::{ConnectorGroupId, Hazard};
    /// let hazard = Hazard::NoActiveConnector { connector_group: ConnectorGroupId::from_u128(1), applications: 2 };
    /// let text = hazard.text(|_| "\"Lyon\"".into(), |id| id.to_string(), |region| region.to_string());
    /// assert_eq!(text, "2 applications in \"Lyon\", which has no active connector");
    /// ```
    #[must_use]
    pub fn text(
        &self,
        group: impl Fn(ConnectorGroupId) -> String,
        application: impl Fn(ApplicationId) -> String,
        region: impl Fn(&Region) -> String,
    ) -> String {
        match self {
            Self::NoActiveConnector { connector_group, applications } => {
                let applications = count(*applications, "application");
                format!("{applications} in {}, which has no active connector", group(*connector_group))
            }
            Self::OneActiveConnector { connector_group, applications } => {
                let applications = count(*applications, "application");
                format!("{applications} in {}, which has one active connector", group(*connector_group))
            }
            Self::WildcardRegion { application: id, connector_group, region: at } => format!(
                "{} has a wildcard URL, whose DNS record must point to region {} of {}",
                application(*id),
                region(at),
                group(*connector_group)
            ),
            Self::DefaultInUse { applications } => {
                let verb = if *applications == 1 { "comes" } else { "come" };
                format!("{} {verb} to rest in the default connector group", count(*applications, "application"))
            }
        }
    }
}

impl fmt::Display for Hazard {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let group = |id| format!("connector group {id}");
        let text = self.text(group, |id| format!("application {id}"), Region::to_string);
        write!(formatter, "{text} ({})", self.rule())
    }
}

impl Impact {
    /// The hazards of the change, the worst first: only those that did not exist before.
    ///
    /// Cost: one visit to each flow and to each named application, and if a whole group changes its region,
    /// one to each application with a wildcard URL.
    #[must_use]
    pub fn hazards(&self) -> Vec<Hazard> {
        let no_active = self.newly(Availability::Unavailable);
        let one_active = self.newly(Availability::AtRisk);
        let no_active = no_active
            .map(|(connector_group, applications)| Hazard::NoActiveConnector { connector_group, applications });
        let one_active = one_active
            .map(|(connector_group, applications)| Hazard::OneActiveConnector { connector_group, applications });
        let at_rest = self.flows().filter(|flow| flow.comes_to_rest_in_default()).map(Flow::applications_count);
        let applications = at_rest.fold(0, u32::saturating_add);
        let in_default = (applications > 0).then_some(Hazard::DefaultInUse { applications });
        no_active.chain(one_active).chain(self.wildcard_regions()).chain(in_default).collect()
    }

    /// The groups whose applications get this availability and had a better one, or were not published, in
    /// creation order; each with the number of such applications.
    fn newly(&self, availability: Availability) -> impl Iterator<Item = (ConnectorGroupId, u32)> + use<> {
        // Flows into one group are added up: the hazard is of the group, wherever its applications come
        // from.
        let mut groups = BTreeMap::new();
        for flow in self.flows() {
            let is_worse = flow.before().is_none_or(|before| before > availability);
            if let Some(to) = flow.to().filter(|to| is_worse && to.availability() == availability) {
                let entry = groups.entry(to.creation_order()).or_insert((to.id(), 0_u32));
                entry.1 = entry.1.saturating_add(flow.applications_count());
            }
        }
        groups.into_values()
    }

    fn wildcard_regions(&self) -> impl Iterator<Item = Hazard> {
        // Only wildcard applications are visited, not all applications of the groups that cross. Named ones
        // are checked in any case.
        let crossing = self.flows().filter(|flow| flow.record.is_folded && flow.crosses_regions());
        let crossing: BTreeSet<_> = crossing.filter_map(|flow| flow.record.from).collect();
        let crosses = move |application: &ApplicationView<'_>| {
            application.connector_group().is_some_and(|group| crossing.contains(&group.id()))
        };
        self.with_named(self.before.wildcard_applications().filter(crosses).collect()).filter_map(|id| {
            let (connector_group, after) = endpoint(&self.after, id)?;
            // Without a former endpoint, the tenant's default region is the one to compare with, so a first
            // publication in that region is no hazard.
            let before = endpoint(&self.before, id).map_or(self.before.default_region(), |(_, region)| region);
            let region = after.clone();
            (before != after).then_some(Hazard::WildcardRegion { application: id, connector_group, region })
        })
    }
}

/// The group and region that serve a wildcard application; `None` for any other application.
fn endpoint(state: &State, id: ApplicationId) -> Option<(ConnectorGroupId, &Region)> {
    let application = state.application(id)?;
    application.external_url().filter(|url| is_wildcard(url))?;
    let group = ApplicationView::connector_group(application)?;
    Some((group.id(), group.region()))
}
