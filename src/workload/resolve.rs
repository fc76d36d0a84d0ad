//! The command that a step means in a given state.

use alloc::{boxed::Box, vec::Vec};

use super::{
    Numbers, Step, TENANT_VERBS_COUNT, VERBS_COUNT,
    values::{self, Numbered, Picks},
};
use crate::{
    command::{
        AddApplication, AddApplicationSegment, AddConnector, AdvanceClock, AssignApplications, Assignment, Command,
        CreateApplication, CreateConnectorGroup, CreateServicePrincipal, CreateTenant, DefaultConnectorGroup,
        DeleteApplication, DeleteConnectorGroup, DeleteServicePrincipal, DeleteTenant, DirectoryCommand,
        MoveConnectors, ProvisionConnectorGroup, PublishApplication, ReassignApplications, RegisterConnector,
        RemoveApplication, RemoveApplicationSegment, RemoveConnector, ReportConnector, Selection, Transaction,
        UnpublishApplication, UpdateApplication, UpdateApplicationSegment, UpdateConnectorGroup, UpdateProfile,
        UpdateServicePrincipal,
    },
    count::wide,
    directory::Directory,
    ids::{AppId, ApplicationId, ApplicationSegmentId, ConnectorGroupId, ConnectorId, ServicePrincipalId, TenantId},
    model::Rules,
    model::{connector::ConnectorStatus, group::ServiceGroupType},
    state::{ApplicationView, ConnectorGroupView, ConnectorView},
    tenant::Tenant,
    timestamp::Timestamp,
};

/// Where `transaction` stands among the verbs.
const TRANSACTION: usize = 15;
/// The verbs of the directory follow those of a tenant.
const CREATE_TENANT: usize = TENANT_VERBS_COUNT;
const DELETE_TENANT: usize = TENANT_VERBS_COUNT + 1;

/// The first number behind `count` that names nothing yet: things come and go, so it may be further on.
fn fresh<Id: Numbered>(count: usize, is_taken: impl Fn(Id) -> bool) -> Id {
    let free = (wide(count)..u64::MAX).map(Id::numbered).find(|id| !is_taken(*id));
    debug_assert!(free.is_some(), "no tenant has 2^64 things");
    free.unwrap_or_else(|| Id::numbered(u64::MAX))
}

/// The thing at a number modulo all there are and one that is not.
fn one<Id: Numbered>(picks: &mut Picks, count: usize, mut ids: impl Iterator<Item = Id>, missing: Id) -> Id {
    ids.nth(picks.below(count.saturating_add(1))).unwrap_or(missing)
}

/// A tenant, and the ids that a step may name in it.
struct World<'a>(&'a Tenant);

impl World<'_> {
    fn new_connector_group(&self) -> ConnectorGroupId {
        fresh(self.0.connector_groups_count(), |id| self.0.connector_group(id).is_some())
    }

    fn new_connector(&self) -> ConnectorId {
        fresh(self.0.connectors_count(), |id| self.0.connector(id).is_some())
    }

    fn new_application(&self) -> ApplicationId {
        fresh(self.0.applications_count(), |id| self.0.application(id).is_some())
    }

    fn new_app_id(&self) -> AppId {
        fresh(self.0.applications_count(), |id| self.0.application_by_app_id(id).is_some())
    }

    fn connector_group(&self, picks: &mut Picks) -> ConnectorGroupId {
        let ids = self.0.connector_groups().map(ConnectorGroupView::id);
        one(picks, self.0.connector_groups_count(), ids, self.new_connector_group())
    }

    fn connector(&self, picks: &mut Picks) -> ConnectorId {
        let ids = self.0.connectors().map(ConnectorView::id);
        one(picks, self.0.connectors_count(), ids, self.new_connector())
    }

    fn application(&self, picks: &mut Picks) -> ApplicationId {
        let ids = self.0.applications().map(ApplicationView::id);
        one(picks, self.0.applications_count(), ids, self.new_application())
    }

    fn app_id(&self, picks: &mut Picks) -> AppId {
        let ids = self.0.applications().map(ApplicationView::app_id);
        one(picks, self.0.applications_count(), ids, self.new_app_id())
    }

    fn new_service_principal(&self) -> ServicePrincipalId {
        fresh(self.0.service_principals().count(), |id| self.0.service_principal(id).is_some())
    }

    fn service_principal(&self, picks: &mut Picks) -> ServicePrincipalId {
        let ids = self.0.service_principals().map(|(_, found)| found.id);
        one(picks, self.0.service_principals().count(), ids, self.new_service_principal())
    }

    /// An application that may have segments, now and then any.
    fn mostly_published(&self, picks: &mut Picks) -> ApplicationId {
        // A segment of an application that is not published is refused at once, so most steps aim at those that are, or
        // the rules behind that check would hardly be reached.
        if picks.once_in(4) {
            return self.application(picks);
        }
        let published = || self.0.applications().filter(|application| application.is_published());
        let chosen = published().nth(picks.below(published().count()));
        chosen.map_or_else(|| self.application(picks), ApplicationView::id)
    }

    fn new_segment(&self) -> ApplicationSegmentId {
        fresh(self.0.application_segments_count(), |id| self.0.application_segment(id).is_some())
    }

    fn segment(&self, picks: &mut Picks) -> ApplicationSegmentId {
        let ids = self.0.application_segments().map(|(_, found)| found.id);
        one(picks, self.0.application_segments_count(), ids, self.new_segment())
    }

    fn selection<Id: Copy>(&self, picks: &mut Picks, one: impl Fn(&mut Picks) -> Id) -> Selection<Id> {
        match picks.below(8) {
            0 => Selection::All,
            1 => Selection::In(self.connector_group(picks)),
            2 => Selection::InRegion(values::region(picks).into()),
            3 => Selection::Named(values::prefix(picks)),
            _ => Selection::Ids(list(picks, one)),
        }
    }

    fn command(&self, step: Step) -> Command {
        // The order in which an arm draws decides what a step means; another order gives old seeds another trace.
        // An id that exists already is drawn once in 16 times, which is enough to have it refused.
        let (subject, object) = (&mut Picks::new(step.subject), &mut Picks::new(step.object));
        match usize::from(step.verb).checked_rem(TENANT_VERBS_COUNT) {
            Some(0) => {
                let id = object.rarely(16, |_| self.connector_group(subject));
                let (name, region) = (values::connector_group_name(object), values::optional_region(object));
                let id = id.unwrap_or_else(|| self.new_connector_group());
                CreateConnectorGroup { id, name: name.into(), region: region.map(Into::into) }.into()
            }
            Some(1) => {
                let region = object.rarely(2, values::region);
                let name = object.rarely(2, values::connector_group_name);
                let (name, region) = (name.map(Into::into), region.map(Into::into));
                UpdateConnectorGroup { id: self.connector_group(subject), name, region }.into()
            }
            Some(2) => DeleteConnectorGroup { id: self.connector_group(subject) }.into(),
            Some(3) => {
                let connector_group = self.connector_group(object);
                AddConnector { connector: self.connector(subject), connector_group }.into()
            }
            Some(4) => RemoveConnector { connector: self.connector(subject) }.into(),
            Some(5) => {
                let id = object.rarely(16, |_| self.application(subject));
                let app_id = object.rarely(16, |_| self.app_id(subject));
                CreateApplication {
                    id: id.unwrap_or_else(|| self.new_application()),
                    app_id: app_id.unwrap_or_else(|| self.new_app_id()),
                    display_name: values::display_name(object),
                    properties: object.rarely(3, values::properties),
                }
                .into()
            }
            Some(6) => {
                let properties = object.rarely(2, values::properties);
                let display_name = object.of(true, &[true, false]).then(|| values::display_name(object));
                UpdateApplication { id: self.application(subject), display_name, properties }.into()
            }
            Some(7) => DeleteApplication { id: self.application(subject) }.into(),
            Some(8) => {
                let application = self.application(subject);
                let app_id = self.0.application(application).map(ApplicationView::app_id).unwrap_or_default();
                let on_premises_publishing = Box::new(values::publishing_changes(object, app_id));
                PublishApplication { application, on_premises_publishing }.into()
            }
            Some(9) => UnpublishApplication { application: self.application(subject) }.into(),
            Some(10) => {
                let connector_group = self.connector_group(object);
                AddApplication { application: self.application(subject), connector_group }.into()
            }
            Some(11) => RemoveApplication { application: self.application(subject) }.into(),
            Some(12) => {
                let applications = self.selection(object, |picks| self.application(picks));
                ReassignApplications { applications, connector_group: self.connector_group(subject) }.into()
            }
            Some(13) => {
                let connectors = self.selection(object, |picks| self.connector(picks));
                MoveConnectors { connectors, connector_group: self.connector_group(subject) }.into()
            }
            Some(14) => {
                let entry = |picks: &mut Picks| {
                    let application = self.application(picks);
                    Assignment { application, connector_group: self.connector_group(picks) }
                };
                AssignApplications { assignments: list(object, entry) }.into()
            }
            Some(15) => Transaction { commands: self.commands(step, object) }.into(),
            Some(16) => {
                let id = object.rarely(16, |_| self.connector(subject));
                RegisterConnector {
                    id: id.unwrap_or_else(|| self.new_connector()),
                    machine_name: values::machine_name(object),
                    external_ip: values::external_ip(object),
                    version: values::version(object),
                }
                .into()
            }
            Some(17) => {
                let inactive = Some(ConnectorStatus::Inactive);
                ReportConnector {
                    id: self.connector(subject),
                    status: object.of(inactive, &[Some(ConnectorStatus::Active), inactive, None]),
                    external_ip: object.rarely(4, values::external_ip),
                    version: object.rarely(4, values::version),
                }
                .into()
            }
            Some(18) => AdvanceClock { now: values::later(self.0.now(), object) }.into(),
            Some(verb) if verb > 19 => self.attachment(verb, subject, object),
            _ => {
                let id = object.rarely(16, |_| self.connector_group(subject));
                ProvisionConnectorGroup {
                    id: id.unwrap_or_else(|| self.new_connector_group()),
                    name: values::connector_group_name(object).into(),
                    connector_group_type: ServiceGroupType::sync_fabric(),
                    region: values::optional_region(object).map(Into::into),
                }
                .into()
            }
        }
    }

    /// About what few applications have, and the profile.
    fn attachment(&self, verb: usize, subject: &mut Picks, object: &mut Picks) -> Command {
        match verb {
            20 => {
                let id = object.rarely(12, |_| self.service_principal(subject));
                let id = id.unwrap_or_else(|| self.new_service_principal());
                let properties = object.rarely(2, values::properties);
                CreateServicePrincipal { id, application: self.application(subject), properties }.into()
            }
            21 => {
                let properties = values::properties(object);
                UpdateServicePrincipal { id: self.service_principal(subject), properties }.into()
            }
            22 => DeleteServicePrincipal { id: self.service_principal(subject) }.into(),
            23 => {
                let id = object.rarely(16, |_| self.segment(subject));
                let (destination_type, destination_host) = values::destination(object);
                AddApplicationSegment {
                    id: id.unwrap_or_else(|| self.new_segment()),
                    application: self.mostly_published(subject),
                    destination_host,
                    destination_type,
                    protocol: values::protocol(object),
                    ports: values::ports(object),
                    properties: object.rarely(4, values::segment_properties),
                }
                .into()
            }
            24 => {
                let (destination_type, destination_host) = object.rarely(2, values::destination).unzip();
                UpdateApplicationSegment {
                    id: self.segment(subject),
                    destination_host,
                    destination_type,
                    protocol: object.rarely(2, values::protocol).flatten(),
                    ports: object.rarely(2, values::ports).flatten(),
                    properties: object.rarely(3, values::segment_properties),
                }
                .into()
            }
            25 => RemoveApplicationSegment { id: self.segment(subject) }.into(),
            _ => UpdateProfile { properties: values::profile(object) }.into(),
        }
    }

    /// Up to seven, about the state before all of them. Now and then one is a transaction, which is refused.
    fn commands(&self, step: Step, picks: &mut Picks) -> Vec<Command> {
        // A step has no room for the numbers of seven commands. Theirs follow from its own, so that a step means the
        // same wherever it is replayed.
        let mut numbers = Numbers((u64::from(step.subject) << 32) | u64::from(step.object));
        let inner = |_| {
            let mut draw = Picks::new(numbers.half());
            let verb = draw.below(TENANT_VERBS_COUNT);
            // Refused whenever it comes up: more often, and most transactions would fail for that alone.
            if verb == TRANSACTION && !draw.once_in(4) {
                return DeleteConnectorGroup { id: self.connector_group(&mut draw) }.into();
            }
            debug_assert!(u8::try_from(verb).is_ok(), "a step has eight bits for its verb: {verb}");
            let verb = u8::try_from(verb).unwrap_or(0);
            // A transaction within a transaction is empty: its numbers are zeros.
            let rest = if usize::from(verb) == TRANSACTION { (0, 0) } else { (numbers.half(), numbers.half()) };
            self.command(Step { verb, subject: rest.0, object: rest.1 })
        };
        (0..picks.below(8)).map(inner).collect()
    }
}

/// Up to seven.
fn list<T>(picks: &mut Picks, one: impl Fn(&mut Picks) -> T) -> Vec<T> {
    (0..picks.below(8)).map(|_| one(picks)).collect()
}

impl Step {
    /// What this step asks in a tenant.
    #[must_use]
    pub fn resolve_in(self, tenant: &Tenant) -> Command {
        World(tenant).command(self)
    }

    /// What this step asks in a directory; in an empty one it makes a tenant.
    #[must_use]
    pub fn resolve(self, directory: &Directory) -> DirectoryCommand {
        let count = directory.tenants_count();
        let verb = usize::from(self.verb).checked_rem(VERBS_COUNT).unwrap_or(0);
        let mut subject = Picks::new(self.subject);
        let fresh_tenant = fresh(count, |id| directory.tenant(id).is_some());
        // An empty directory refuses everything else, so whatever the step says, it makes a tenant.
        if count == 0 || verb == CREATE_TENANT {
            let mut object = Picks::new(self.object);
            let taken = directory.tenants().map(Tenant::id).nth(subject.below(count));
            let id = object.rarely(8, |_| taken).flatten().unwrap_or(fresh_tenant);
            return DirectoryCommand::CreateTenant(create_tenant(id, &mut object));
        }
        // Seldom, the tenant does not exist. The command is made for another one, so that the tenant alone is wrong with it.
        let missing = subject.once_in(32);
        let tenant = directory.tenants().nth(subject.below(count)).filter(|_| !missing);
        let id = tenant.map_or(fresh_tenant, Tenant::id);
        if verb == DELETE_TENANT {
            return DirectoryCommand::DeleteTenant(DeleteTenant { id });
        }
        // What chose the tenant is used up: the same digits must not choose the thing within it, or a tenant would
        // always be asked about the same few things.
        let step = Self { subject: subject.rest(), ..self };
        let Some(world) = tenant.or_else(|| directory.tenants().next()) else {
            return DirectoryCommand::DeleteTenant(DeleteTenant { id });
        };
        DirectoryCommand::InTenant { tenant: id, command: step.resolve_in(world) }
    }
}

/// A tenant under any of the rules.
fn create_tenant(id: TenantId, picks: &mut Picks) -> CreateTenant {
    let rules = Rules { unique_names: picks.once_in(2), regional_connector_moves: picks.once_in(2) };
    CreateTenant {
        id,
        default_region: picks.text("eur", &["nam", "EUR", "eur", "eur", "eur", "eur", ""]).into(),
        now: Timestamp::UNIX_EPOCH,
        default_connector_group: DefaultConnectorGroup {
            id: Numbered::numbered(0),
            name: picks.rarely(4, values::connector_group_name).map(Into::into),
        },
        rules: picks.of(Some(rules), &[Some(rules), Some(rules), None]),
    }
}
