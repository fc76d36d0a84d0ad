//! Questions to a tenant about availability: the impact of a command or a loss, and the dependents of a
//! connector or a group.

use super::{Dependents, Impact, Loss, Meanwhile};
use crate::{
    command::Command,
    decide::decide,
    ids::{ConnectorGroupId, ConnectorId},
    refusal::Refusal,
    tenant::Tenant,
};

/// Questions about availability. None of them changes the tenant.
impl Tenant {
    /// What `command` would change for availability, without running it (R-60 to R-63, R-66).
    ///
    /// Cost: about that of [`apply`](Self::apply), which does not depend on what the tenant holds; lists are made when they
    /// are read.
    ///
    /// # Errors
    /// The refusal that [`apply`](Self::apply) would give.
    ///
    /// # Example: taking away all connectors of a group
    /// ```
    /// # use connector_groups::{Command, Directory, Selection, command::MoveConnectors};
    /// # let mut directory = Directory::default();
    /// # for line in include_str!("../../examples/contoso.jsonl").lines().filter(|line| !line.is_empty()) {
    /// #     directory.apply(&serde_json::from_str(line).unwrap()).unwrap();
    /// # }
    /// # let tenant = directory.tenants().next().unwrap();
    /// let finance = tenant.connector_groups_by_name("Finance DMZ").next().expect("Contoso has one");
    /// let to_default = tenant.default_connector_group().id();
    /// let command = MoveConnectors { connectors: Selection::In(finance.id()), connector_group: to_default };
    /// let impact = tenant.impact(&Command::from(command))?;
    /// assert!(impact.become_unavailable().eq(finance.applications().map(|application| application.id())));
    /// # Ok::<(), connector_groups::Refusal>(())
    /// ```
    pub fn impact(&self, command: &Command) -> Result<Impact, Refusal> {
        let mut meanwhile = Meanwhile::since(self.state());
        meanwhile.happens(&self.decide(command)?);
        Ok(meanwhile.impact())
    }

    /// What would happen to availability if a connector, or all connectors of a group or of a region, failed (R-62). `None`
    /// where there is no such connector or group; a region without groups loses nothing.
    ///
    /// Cost: one visit to each connector that is lost, and for a region to each group.
    ///
    /// # Example: a region is cut off
    /// ```
    /// # use connector_groups::{Command, Directory, Hazard, Region, impact::Loss};
    /// # let mut directory = Directory::default();
    /// # for line in include_str!("../../examples/contoso.jsonl").lines().filter(|line| !line.is_empty()) {
    /// #     directory.apply(&serde_json::from_str(line).unwrap()).unwrap();
    /// # }
    /// # let tenant = directory.tenants().next().unwrap();
    /// let india = Loss::Region(Region::new("ind").expect("a region"));
    /// let impact = tenant.what_if(&india).expect("a region is no id");
    /// let pune = tenant.connector_groups_by_name("Pune Development").next().expect("Contoso has one");
    /// let hazard = Hazard::NoActiveConnector { connector_group: pune.id(), applications: pune.applications_count() };
    /// assert_eq!(impact.hazards(), [hazard]);
    /// ```
    #[must_use]
    pub fn what_if(&self, loss: &Loss) -> Option<Impact> {
        let mut meanwhile = Meanwhile::since(self.state());
        for report in loss.reports(self.state())? {
            // No report is refused: each names a connector that exists, and reports have no other check.
            let decided = decide(meanwhile.state(), &report);
            debug_assert!(decided.is_ok(), "{decided:?} of a report of a connector that is there");
            let events = decided.ok()?;
            meanwhile.happens(&events);
        }
        Some(meanwhile.impact())
    }

    /// What depends on a connector: the applications of its group, and how they would be served without it (R-60, R-62).
    /// `None` where there is no such connector. O(1).
    ///
    /// ```
    /// # use connector_groups::Directory;
    /// # let mut directory = Directory::default();
    /// # for line in include_str!("../../examples/contoso.jsonl").lines().filter(|line| !line.is_empty()) {
    /// #     directory.apply(&serde_json::from_str(line).unwrap()).unwrap();
    /// # }
    /// # let tenant = directory.tenants().next().unwrap();
    /// let dublin = tenant.connectors_by_machine_name("conn-dub-01.contoso.local").next().expect("Contoso has one");
    /// let dependents = tenant.dependents_of_connector(dublin.id()).expect("it was just found");
    /// assert_eq!(dependents.connector_group(), dublin.connector_group());
    /// assert!(!dependents.is_last());
    /// ```
    #[must_use]
    pub fn dependents_of_connector(&self, id: ConnectorId) -> Option<Dependents<'_>> {
        self.connector(id).map(Dependents::of_connector)
    }

    /// What depends on a group: its applications, which no other group serves (R-60). `None` where there is no such group.
    /// O(1).
    ///
    /// ```
    /// # use connector_groups::Directory;
    /// # let mut directory = Directory::default();
    /// # for line in include_str!("../../examples/contoso.jsonl").lines().filter(|line| !line.is_empty()) {
    /// #     directory.apply(&serde_json::from_str(line).unwrap()).unwrap();
    /// # }
    /// # let tenant = directory.tenants().next().unwrap();
    /// let pilot = tenant.connector_groups_by_name("Private Access Pilot").next().expect("Contoso has one");
    /// let dependents = tenant.dependents_of_connector_group(pilot.id()).expect("it was just found");
    /// assert_eq!(dependents.applications_count(), 4);
    /// assert!(!dependents.is_last()); // it has no active connector as it is, so nothing more can be lost
    /// ```
    #[must_use]
    pub fn dependents_of_connector_group(&self, id: ConnectorGroupId) -> Option<Dependents<'_>> {
        self.connector_group(id).map(Dependents::of_connector_group)
    }
}
