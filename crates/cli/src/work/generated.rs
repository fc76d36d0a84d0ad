//! Generated plans, for tenants that a generator has led through hundreds of commands. For tests.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    reason = "a test stops where it fails"
)]

use connector_groups::{
    Command, ConnectorGroupId, Desired, Directory, DirectoryCommand, Plan, Tenant,
    command::{PublishApplication, UpdateApplication},
    model::{ApplicationProperties, Change, PublishingChanges},
    plan::{Aim, DesiredGroup, Parking, PlanOptions, Things},
    workload::Workload,
};
use serde_json::json;

use super::{effect::Effect, members::is_like, steps::Work};

pub(crate) const OPTIONS: PlanOptions = PlanOptions { aim: Aim::KeepAvailable, parking: Parking::Apart };

pub(crate) struct Planned {
    pub(crate) tenant: Tenant,
    pub(crate) end: Tenant,
    pub(crate) work: Work,
    pub(crate) steps: Vec<Command>,
    pub(crate) desired: Desired,
    pub(crate) plan: Plan,
}

impl Planned {
    pub(crate) fn new(tenant: &Tenant, desired: &Desired) -> Option<Self> {
        let new_ids = (1..).map(|number| ConnectorGroupId::from_u128(0x4000_8000_0000_0000_0000 | number));
        let plan = tenant.plan(desired, OPTIONS, new_ids).ok()?;
        let mut end = tenant.clone();
        for step in &plan.steps {
            end.apply(step).unwrap();
        }
        Some(Self {
            tenant: tenant.clone(),
            end,
            work: Work::of(tenant, &plan.steps).unwrap(),
            steps: plan.steps.clone(),
            desired: desired.clone(),
            plan,
        })
    }
}

/// New names and other settings of two applications, of which the second gets the URL of the first.
pub(crate) fn changed_settings(tenant: &Tenant) -> Vec<Command> {
    let published: Vec<_> = tenant.applications().filter(|one| one.is_published()).take(2).collect();
    let mut commands: Vec<Command> = Vec::new();
    let mut urls = Vec::new();
    for (number, one) in published.iter().enumerate() {
        let properties = json!({
            "tags": [format!("'\"$(x){number}\u{9b}${{y}}"), "{{group1}}"], "notes": null,
            "web": {"homePageUrl": "https://contoso.com/", "implicitGrantSettings": {"enableIdTokenIssuance": true}},
        });
        let update = UpdateApplication::new(one.id()).display_name(format!("Restored {number}"));
        commands.push(update.properties(serde_json::from_value(properties).unwrap()).into());
        let publishing = one.on_premises_publishing().unwrap();
        let is_exchanged = publishing.external_url.as_ref().is_some_and(|url| url.starts_with("https:"));
        let url = publishing.external_url.filter(|_| is_exchanged);
        let mut changes = PublishingChanges {
            is_http_only_cookie_enabled: Change::Set(!publishing.is_http_only_cookie_enabled),
            external_authentication_type: Change::Reset,
            ..PublishingChanges::default()
        };
        if number == 0 && url.is_some() {
            changes.external_url = Change::Reset;
        }
        urls.extend(url);
        commands.push(PublishApplication::new(one.id(), changes).into());
    }
    if let ([one, two], [first, second]) = (published.as_slice(), urls.as_slice()) {
        for (one, url) in [(two, first), (one, second)] {
            let external_url = Change::Set(url.clone());
            let changes = PublishingChanges { external_url, ..PublishingChanges::default() };
            commands.push(PublishApplication::new(one.id(), changes).into());
        }
    }
    commands
}

/// What was set and is set no more may be empty in place of absent.
pub(crate) fn assert_alike(one: &ApplicationProperties, other: &ApplicationProperties) {
    let map = |one| serde_json::from_value(serde_json::to_value(one).unwrap()).unwrap();
    let (one, other) = (map(one), map(other));
    assert!(is_like(&one, &other) && is_like(&other, &one), "{one:?} {other:?}");
}

pub(crate) fn contoso() -> Tenant {
    let mut directory = Directory::default();
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/contoso.jsonl");
    for line in std::fs::read_to_string(path).unwrap().lines() {
        if let Ok(command) = serde_json::from_str::<DirectoryCommand>(line) {
            _ = directory.apply(&command);
        }
    }
    directory.tenants().next().unwrap().clone()
}

struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % sides.max(1)
    }
}

/// A desired state of a few groups, with some of everything: names, regions, groups that come and go, things that move.
fn desired(tenant: &Tenant, dice: &mut Dice) -> Desired {
    let mut desired = Desired::default();
    let ours = |group: &connector_groups::view::ConnectorGroupView| group.is_application_proxy();
    for (number, group) in tenant.connector_groups().filter(ours).enumerate() {
        match dice.roll(5) {
            0 if !group.is_default() => desired.absent.push(group.id().to_string().into()),
            1 | 2 => desired.connector_groups.push(DesiredGroup {
                id: Some(group.id()),
                name: (dice.roll(2) == 0).then(|| format!("Renamed {number}").into()),
                region: [None, Some("eur"), Some("nam")][dice.roll(3)].map(Into::into),
                ..DesiredGroup::default()
            }),
            _ => {}
        }
    }
    for number in 0..dice.roll(3) {
        let name = Some(format!("New {number} '\"$(x)").into());
        desired.connector_groups.push(DesiredGroup { name, ..DesiredGroup::default() });
    }
    let groups = desired.connector_groups.len();
    let mut things = vec![(Vec::new(), Vec::new()); groups];
    let leaves = |id: ConnectorGroupId| desired.absent.iter().any(|absent| **absent == *id.to_string());
    for connector in tenant.connectors() {
        if groups > 0 && (leaves(connector.connector_group().id()) || dice.roll(4) == 0) {
            things[dice.roll(groups)].0.push(connector.id().to_string().into());
        }
    }
    for application in tenant.applications() {
        let Some(group) = application.connector_group() else { continue };
        if groups > 0 && (leaves(group.id()) || dice.roll(4) == 0) {
            things[dice.roll(groups)].1.push(application.id().to_string().into());
        }
    }
    for (group, (connectors, applications)) in desired.connector_groups.iter_mut().zip(things) {
        (group.connectors, group.applications) = (Things::These(connectors), Things::These(applications));
    }
    desired
}

/// Plans of several steps and not too many effects, until each kind of effect is among them often enough.
pub(crate) fn generated(count: usize) -> Vec<Planned> {
    let mut plans: Vec<Planned> = Vec::new();
    let mut dice = Dice(18);
    for seed in 0.. {
        let (mut directory, mut workload) = (Directory::default(), Workload::new(seed));
        for _ in 0..250 {
            let command = workload.next_command(&directory);
            _ = directory.apply(&command);
        }
        for tenant in directory.tenants() {
            let desired = desired(tenant, &mut dice);
            let Some(planned) = Planned::new(tenant, &desired) else { continue };
            if (3..=12).contains(&planned.work.steps.len()) && planned.work.effects_count() <= 30 {
                plans.push(planned);
            }
            if plans.len() == count {
                let has = |kind: fn(&Effect) -> bool| {
                    plans.iter().filter(|plan| plan.work.steps.iter().flat_map(|step| &step.effects).any(kind)).count()
                };
                let kinds = [
                    has(|effect| matches!(effect, Effect::CreateConnectorGroup { .. })),
                    has(|effect| matches!(effect, Effect::UpdateConnectorGroup { .. })),
                    has(|effect| matches!(effect, Effect::DeleteConnectorGroup { .. })),
                    has(|effect| matches!(effect, Effect::MoveConnector { .. })),
                    has(|effect| matches!(effect, Effect::MoveApplication { .. })),
                ];
                assert!(kinds.iter().all(|plans| *plans * 4 >= count), "each kind is in many plans: {kinds:?}");
                return plans;
            }
        }
    }
    plans
}
