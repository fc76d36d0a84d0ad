//! Commands about few things, so that any of them may exist or not, be in the way or not.

use std::sync::Arc;

use connector_groups::*;
use proptest::{collection::vec, option, prelude::*, sample::select};

pub(crate) const TENANT: TenantId = TenantId::from_u128(0);

/// Both switches, each way.
pub(crate) const RULES: [Rules; 4] = [
    Rules { unique_names: false, regional_connector_moves: false },
    Rules { unique_names: true, regional_connector_moves: false },
    Rules { unique_names: false, regional_connector_moves: true },
    Rules { unique_names: true, regional_connector_moves: true },
];

fn creation(id: TenantId, rules: Rules) -> DirectoryCommand {
    DirectoryCommand::CreateTenant(CreateTenant {
        id,
        default_region: "eur".into(),
        now: "2026-03-02T08:00:00Z".parse().unwrap(),
        default_connector_group: DefaultConnectorGroup { id: ConnectorGroupId::from_u128(0), name: None },
        rules: Some(rules),
    })
}

pub(crate) fn create_tenant(rules: Rules) -> DirectoryCommand {
    creation(TENANT, rules)
}

pub(crate) fn create_tenant_with_id(id: TenantId) -> DirectoryCommand {
    creation(id, Rules::default())
}

/// A tenant with some groups, one of them the service's, connectors and applications to begin with.
pub(crate) fn tenant(rules: Rules) -> Tenant {
    let mut directory = Directory::default();
    directory.apply(&create_tenant(rules)).unwrap();
    let mut tenant = directory.tenant(TENANT).unwrap().clone();
    let group = |number| ConnectorGroupId::from_u128(number);
    let commands: Vec<Command> = vec![
        CreateConnectorGroup { id: group(1), name: "One".into(), region: None }.into(),
        CreateConnectorGroup { id: group(2), name: "Two".into(), region: Some("nam".into()) }.into(),
        ProvisionConnectorGroup {
            id: group(3),
            name: "Sync".into(),
            connector_group_type: ServiceGroupType::sync_fabric(),
            region: None,
        }
        .into(),
    ];
    let connectors = (0..3).map(|number| {
        let id = ConnectorId::from_u128(number);
        RegisterConnector { id, machine_name: "Host".into(), external_ip: "192.0.2.1".into(), version: "1".into() }
            .into()
    });
    let applications = (0..3).flat_map(|number| {
        let id = ApplicationId::from_u128(number);
        let create = CreateApplication { id, app_id: AppId::from_u128(number), display_name: "App".into() };
        let publish = PublishApplication { application: id, on_premises_publishing: Box::default() };
        [create.into(), publish.into()]
    });
    for command in commands.into_iter().chain(connectors).chain(applications) {
        tenant.apply(&command).unwrap();
    }
    tenant
}

fn group() -> impl Strategy<Value = ConnectorGroupId> + Clone {
    (0_u128..6).prop_map(ConnectorGroupId::from_u128)
}

fn connector() -> impl Strategy<Value = ConnectorId> + Clone {
    (0_u128..6).prop_map(ConnectorId::from_u128)
}

fn application() -> impl Strategy<Value = ApplicationId> + Clone {
    (0_u128..6).prop_map(ApplicationId::from_u128)
}

fn text(texts: &'static [&'static str]) -> impl Strategy<Value = Arc<str>> + Clone {
    select(texts).prop_map(Arc::from)
}

fn name() -> impl Strategy<Value = Arc<str>> + Clone {
    text(&["Default", "One", " one", "Two", "Straße", " ", ""])
}

fn region() -> impl Strategy<Value = Arc<str>> + Clone {
    text(&["eur", "EUR", "nam", "Japan", "unknownFutureValue", ""])
}

fn selection<Id: std::fmt::Debug + Clone + 'static>(
    ids: impl Strategy<Value = Id> + 'static,
) -> impl Strategy<Value = Selection<Id>> {
    prop_oneof![
        4 => vec(ids, 0..5).prop_map(Selection::Ids),
        1 => group().prop_map(Selection::In),
        1 => Just(Selection::All),
        1 => region().prop_map(Selection::InRegion),
        1 => text(&["", "a", "AP", "host", "x", "é"]).prop_map(Selection::Named),
    ]
}

fn change<T: std::fmt::Debug + Clone>(value: impl Strategy<Value = T>) -> impl Strategy<Value = Change<T>> {
    prop_oneof![6 => Just(Change::Keep), 1 => Just(Change::Reset), 3 => value.prop_map(Change::Set)]
}

fn url() -> impl Strategy<Value = Arc<str>> {
    text(&["https://a.contoso.com/", "https://A.contoso.com/", "https://b.contoso.com/", "https://10.0.0.1/", "c"])
}

fn publishing() -> impl Strategy<Value = Box<PublishingChanges>> {
    let rare = prop_oneof![20 => Just(Change::Keep), 1 => Just(Change::Set(true))];
    (change(url()), change(url()), change(any::<bool>()), change(text(&["Default", "Long"])), rare).prop_map(
        |(internal_url, external_url, is_secure_cookie_enabled, application_server_timeout, read_only)| {
            Box::new(PublishingChanges {
                internal_url,
                external_url,
                is_secure_cookie_enabled,
                application_server_timeout,
                is_on_prem_publishing_enabled: read_only,
                ..PublishingChanges::default()
            })
        },
    )
}

fn now() -> impl Strategy<Value = Timestamp> {
    // Around the ten days after the tenant's first moment, to the microsecond.
    let base = "2026-03-02T08:00:00Z".parse::<Timestamp>().unwrap().unix_microseconds();
    let day = 86_400_000_000_i64;
    select(vec![-1, 0, 1, 3 * day, 10 * day - 1, 10 * day, 10 * day + 1, 13 * day, 20 * day, 23 * day])
        .prop_map(move |after| Timestamp::from_unix_microseconds(base + after).unwrap())
}

/// Any command but a transaction.
fn single() -> impl Strategy<Value = Command> {
    let display_name = || text(&["App", "application", ""]);
    let app_id = (0_u128..7).prop_map(AppId::from_u128);
    let status = select(vec![ConnectorStatus::Active, ConnectorStatus::Inactive]);
    let groups = prop_oneof![
        2 => (group(), name(), option::of(region()))
            .prop_map(|(id, name, region)| CreateConnectorGroup { id, name, region }.into()),
        3 => (group(), option::of(name()), option::of(region()))
            .prop_map(|(id, name, region)| UpdateConnectorGroup { id, name, region }.into()),
        2 => group().prop_map(|id| DeleteConnectorGroup { id }.into()),
        1 => (group(), name(), option::of(region())).prop_map(|(id, name, region)| {
            let connector_group_type = ServiceGroupType::sync_fabric();
            ProvisionConnectorGroup { id, name, connector_group_type, region }.into()
        }),
    ];
    let connectors = prop_oneof![
        3 => (connector(), group())
            .prop_map(|(connector, connector_group)| AddConnector { connector, connector_group }.into()),
        1 => connector().prop_map(|connector| RemoveConnector { connector }.into()),
        2 => (connector(), text(&["host", "Other"])).prop_map(|(id, machine_name)| {
            RegisterConnector { id, machine_name, external_ip: "192.0.2.2".into(), version: "2".into() }.into()
        }),
        3 => (connector(), option::of(status), option::of(text(&["192.0.2.1", "192.0.2.9"])), option::of(text(&["1", "3"])))
            .prop_map(|(id, status, external_ip, version)| ReportConnector { id, status, external_ip, version }.into()),
        2 => now().prop_map(|now| AdvanceClock { now }.into()),
    ];
    let applications = prop_oneof![
        2 => (application(), app_id, display_name())
            .prop_map(|(id, app_id, display_name)| CreateApplication { id, app_id, display_name }.into()),
        1 => (application(), display_name())
            .prop_map(|(id, display_name)| UpdateApplication { id, display_name }.into()),
        1 => application().prop_map(|id| DeleteApplication { id }.into()),
        4 => (application(), publishing()).prop_map(|(application, on_premises_publishing)| {
            PublishApplication { application, on_premises_publishing }.into()
        }),
        1 => application().prop_map(|application| UnpublishApplication { application }.into()),
        3 => (application(), group())
            .prop_map(|(application, connector_group)| AddApplication { application, connector_group }.into()),
        1 => application().prop_map(|application| RemoveApplication { application }.into()),
    ];
    let bulk = prop_oneof![
        2 => (selection(application()), group()).prop_map(|(applications, connector_group)| {
            ReassignApplications { applications, connector_group }.into()
        }),
        2 => (selection(connector()), group())
            .prop_map(|(connectors, connector_group)| MoveConnectors { connectors, connector_group }.into()),
        2 => vec((application(), group()), 0..5).prop_map(|entries| {
            let entry = |(application, connector_group)| Assignment { application, connector_group };
            AssignApplications { assignments: entries.into_iter().map(entry).collect() }.into()
        }),
    ];
    prop_oneof![3 => groups, 4 => connectors, 5 => applications, 3 => bulk]
}

pub(crate) fn command() -> impl Strategy<Value = Command> {
    prop_oneof![
        12 => single(),
        1 => singles(0..6).prop_map(|commands| Transaction { commands }.into()),
    ]
}

/// Commands that a transaction may hold.
pub(crate) fn singles(count: std::ops::Range<usize>) -> impl Strategy<Value = Vec<Command>> {
    vec(single(), count)
}

pub(crate) fn commands(count: std::ops::Range<usize>) -> impl Strategy<Value = Vec<Command>> {
    vec(command(), count)
}
