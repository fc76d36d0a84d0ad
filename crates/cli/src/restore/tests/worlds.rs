//! Tenants to lose and restore.

use connector_groups::{
    AppId, ApplicationId, ConnectorGroupId, ConnectorId, TenantId,
    document::{ApplicationDocument, ConnectorDocument, ConnectorGroupDocument, Document},
    ids::{ApplicationSegmentId, ServicePrincipalId},
    model::{
        ApplicationSegment, ConnectorGroupType, ConnectorStatus, ProfileProperties, SegmentProperties, SegmentProtocol,
        ServicePrincipal,
    },
};
use serde_json::json;

/// `SplitMix64`: the same worlds on each machine.
pub(super) struct Dice(pub(super) u64);

impl Dice {
    pub(super) fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % sides.max(1) as u64) as usize
    }

    pub(super) fn id(&mut self) -> u128 {
        let mut half = || (self.roll(usize::MAX) as u128) & u128::from(u64::MAX);
        (half() << 64) | half()
    }
}

pub(super) struct Size {
    pub(super) groups: usize,
    pub(super) connectors: usize,
    pub(super) applications: usize,
    /// How often something is lost.
    pub(super) losses: usize,
    /// Applications that one loss moves at most.
    pub(super) batch: usize,
    /// Active connectors of each group at least.
    pub(super) spare: usize,
}

pub(super) const REGIONS: [&str; 4] = ["nam", "eur", "asia", "aus"];

/// A tenant in which each group has so many active connectors at least.
pub(super) fn world(dice: &mut Dice, size: &Size) -> Document {
    let groups: Vec<ConnectorGroupDocument> = (0..size.groups)
        .map(|at| ConnectorGroupDocument {
            id: ConnectorGroupId::from_u128(dice.id()),
            name: if at == 0 { "Default".into() } else { format!("Group {at}").into() },
            connector_group_type: ConnectorGroupType::ApplicationProxy,
            is_default: at == 0,
            region: REGIONS[dice.roll(4)].into(),
        })
        .collect();
    let least = size.groups * size.spare;
    let connectors = (0..size.connectors.max(least)).map(|at| {
        let group = if at < least { at % size.groups } else { dice.roll(size.groups) };
        let is_active = at < least || dice.roll(4) > 0;
        ConnectorDocument {
            id: ConnectorId::from_u128(dice.id()),
            machine_name: format!("machine-{at}.contoso.local").into(),
            external_ip: format!("198.51.100.{}", at % 250).into(),
            status: if is_active { ConnectorStatus::Active } else { ConnectorStatus::Inactive },
            inactive_since: (!is_active).then(now),
            version: "1.5".into(),
            member_of: groups[group].id,
        }
    });
    let connectors: Vec<_> = connectors.collect();
    let applications = (0..size.applications).map(|at| application(dice, at, &groups)).collect();
    Document {
        id: TenantId::from_u128(1),
        default_region: "eur".into(),
        now: now(),
        rules: connector_groups::Rules { unique_names: dice.roll(2) == 0, ..Default::default() },
        on_premises_publishing_profile: ProfileProperties::default(),
        connector_groups: groups,
        connectors,
        applications,
    }
}

fn now() -> connector_groups::Timestamp {
    "2026-11-01T00:00:00Z".parse().unwrap()
}

fn application(dice: &mut Dice, at: usize, groups: &[ConnectorGroupDocument]) -> ApplicationDocument {
    let (id, app_id) = (ApplicationId::from_u128(dice.id()), AppId::from_u128(dice.id()));
    let kind = dice.roll(10);
    let publishing = match kind {
        0 => None,
        1 => Some(
            json!({"internalUrl": format!("api://{app_id}/"), "externalUrl": format!("api://{app_id}/"), "applicationType": "nonwebapp"}),
        ),
        2 => Some(json!({})),
        _ => Some(
            json!({"internalUrl": format!("https://app-{at}.contoso.local/"), "externalUrl": format!("https://app-{at}.contoso.com/"), "isHttpOnlyCookieEnabled": dice.roll(2) == 0}),
        ),
    };
    let segment = |port: usize| ApplicationSegment {
        id: ApplicationSegmentId::from_u128(u128::from(at as u64) * 100 + port as u128 + (1 << 100)),
        destination_host: format!("host-{at}.contoso.local").into(),
        destination_type: "fqdn".into(),
        protocol: SegmentProtocol::Tcp,
        ports: vec![port.to_string().into()],
        properties: SegmentProperties::default(),
    };
    let is_published = publishing.is_some();
    ApplicationDocument {
        id,
        app_id,
        display_name: format!("Application {at}").into(),
        properties: serde_json::from_value(json!({"tags": [format!("tag {}", dice.roll(3))]})).unwrap(),
        service_principal: (dice.roll(3) > 0).then(|| ServicePrincipal {
            id: ServicePrincipalId::from_u128(dice.id()),
            properties: serde_json::from_value(json!({"appRoleAssignmentRequired": dice.roll(2) == 0})).unwrap(),
        }),
        application_segments: if kind == 1 { (80..81 + dice.roll(3)).map(segment).collect() } else { Vec::new() },
        on_premises_publishing: publishing.map(|publishing| Box::new(serde_json::from_value(publishing).unwrap())),
        connector_group: is_published.then(|| groups[dice.roll(groups.len())].id),
    }
}
