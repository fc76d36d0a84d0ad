//! The tenants that plans and drills are measured on.

use connector_groups::{
    AppId, ApplicationId, ConnectorGroupId, ConnectorId, Rules, Tenant, TenantId, Timestamp,
    command::ReportConnector,
    document::{ApplicationDocument, ConnectorDocument, ConnectorGroupDocument, Document},
    model::{ConnectorGroupType, ConnectorStatus},
};

pub(crate) fn group(number: u128) -> ConnectorGroupId {
    ConnectorGroupId::from_u128(number)
}

/// Group 1 has half of the applications, the others the rest; `connectors` says of each the number of its group.
pub(crate) fn tenant(applications: u128, groups: u128, connectors: impl Iterator<Item = u128>) -> Tenant {
    let document = Document {
        on_premises_publishing_profile: connector_groups::model::ProfileProperties::default(),
        id: TenantId::from_u128(0),
        default_region: "eur".into(),
        now: Timestamp::UNIX_EPOCH,
        rules: Rules::default(),
        connector_groups: (0..groups)
            .map(|number| ConnectorGroupDocument {
                id: group(number),
                name: format!("Group {number}").into(),
                connector_group_type: ConnectorGroupType::ApplicationProxy,
                is_default: number == 0,
                region: "eur".into(),
            })
            .collect(),
        connectors: (0..)
            .zip(connectors)
            .map(|(number, of_group)| ConnectorDocument {
                id: ConnectorId::from_u128(number),
                machine_name: format!("host{number}").into(),
                external_ip: "192.0.2.1".into(),
                status: ConnectorStatus::Active,
                inactive_since: None,
                version: "1".into(),
                member_of: group(of_group),
            })
            .collect(),
        applications: (0..applications)
            .map(|number| ApplicationDocument {
                // Scattered, as ids are.
                id: ApplicationId::from_u128(number.wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835)),
                app_id: AppId::from_u128(number),
                display_name: format!("Application {number}").into(),
                properties: connector_groups::model::ApplicationProperties::default(),
                service_principal: None,
                application_segments: Vec::new(),
                on_premises_publishing: Some(Box::default()),
                connector_group: Some(group(if number % 2 == 0 { 1 } else { number / 2 % groups })),
            })
            .collect(),
    };
    document.try_into().unwrap()
}

pub(crate) fn fail(tenant: &mut Tenant, id: ConnectorId) {
    let command = ReportConnector { id, status: Some(ConnectorStatus::Inactive), external_ip: None, version: None };
    tenant.apply(&command.into()).unwrap();
}
