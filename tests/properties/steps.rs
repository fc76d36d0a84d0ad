//! Steps of the generator as proptest shrinks them, and a tenant that they begin in.

use connector_groups::{command::*, model::ServiceGroupType, workload::Step, *};
use proptest::{collection::vec, prelude::*};

pub(crate) const TENANT: TenantId = TenantId::from_u128(0);

/// Both switches, each way.
pub(crate) const RULES: [Rules; 4] = [
    Rules { unique_names: false, regional_connector_moves: false },
    Rules { unique_names: true, regional_connector_moves: false },
    Rules { unique_names: false, regional_connector_moves: true },
    Rules { unique_names: true, regional_connector_moves: true },
];

pub(crate) fn create_tenant(rules: Rules) -> DirectoryCommand {
    DirectoryCommand::CreateTenant(CreateTenant {
        id: TENANT,
        default_region: "eur".into(),
        now: "2026-03-02T08:00:00Z".parse().unwrap(),
        default_connector_group: DefaultConnectorGroup { id: ConnectorGroupId::from_u128(0), name: None },
        rules: Some(rules),
    })
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

/// A step; it shrinks towards the first verb, the first things and the plainest choices.
pub(crate) fn step() -> impl Strategy<Value = Step> {
    (any::<u8>(), any::<u32>(), any::<u32>()).prop_map(|(verb, subject, object)| Step { verb, subject, object })
}

pub(crate) fn steps(count: std::ops::Range<usize>) -> impl Strategy<Value = Vec<Step>> {
    vec(step(), count)
}
