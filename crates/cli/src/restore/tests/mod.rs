//! The promise of `restore`: whatever is lost of a generated tenant comes back, up to ids, and nobody is cut off on the way who
//! need not be.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::too_many_lines,
    reason = "a test stops where it fails"
)]

mod worlds;

use alloc::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use connector_groups::{
    AppId, ApplicationId, ConnectorGroupId, ConnectorId, Event, Tenant,
    document::{ConnectorGroupDocument, Document},
    model::ApplicationProperties,
};
use serde_json::json;

use self::worlds::{Dice, REGIONS, Size, world};
use super::{Given, How, Refused, Restored, plan, staged};
use crate::{
    backup::content::{Content, Kind},
    import::Imported,
};

/// What has another id, name or URL already. A thing that has neither its id nor its name is a new one to anybody, so that it
/// does not lose both.
#[derive(Default)]
struct Anew {
    groups: BTreeSet<ConnectorGroupId>,
    applications: BTreeSet<ApplicationId>,
}

/// Something that goes wrong in a tenant. Whatever it is, the document stays one of a tenant.
fn lose(dice: &mut Dice, document: &mut Document, batch: usize, anew: &mut Anew) -> &'static str {
    let groups = document.connector_groups.len();
    let any_group = |dice: &mut Dice, document: &Document| document.connector_groups[dice.roll(groups)].id;
    let published =
        |document: &Document, at: usize| document.applications.get(at).is_some_and(|one| one.connector_group.is_some());
    let at = dice.roll(document.applications.len());
    match dice.roll(15) {
        loss @ 0..=1 if groups > 2 => {
            let gone = 1 + dice.roll(groups - 1);
            let loss = if anew.groups.contains(&document.connector_groups[gone].id) { 0 } else { loss };
            let was = document.connector_groups.remove(gone);
            let to = document.connector_groups[dice.roll(groups - 1)].id;
            let (default, id) = (document.connector_groups[0].id, was.id);
            let mut to = (default, to);
            if loss == 1 {
                // Made again by hand, under the same name.
                let again = ConnectorGroupDocument { id: ConnectorGroupId::from_u128(dice.id()), ..was };
                to.1 = again.id;
                anew.groups.insert(again.id);
                document.connector_groups.push(again);
            }
            for one in document.connectors.iter_mut().filter(|one| one.member_of == id) {
                one.member_of = if dice.roll(2) == 0 { to.0 } else { to.1 };
            }
            for one in document.applications.iter_mut().filter(|one| one.connector_group == Some(id)) {
                one.connector_group = Some(if dice.roll(2) == 0 { to.0 } else { to.1 });
            }
            ["a group is deleted", "a group is made again"][loss]
        }
        2 => {
            let at = dice.roll(groups);
            if anew.groups.contains(&document.connector_groups[at].id) {
                return "a group is renamed";
            }
            anew.groups.insert(document.connector_groups[at].id);
            let number = document.connector_groups[at].name.len() + dice.roll(1_000_000);
            document.connector_groups[at].name = format!("Renamed {number}").into();
            "a group is renamed"
        }
        3 => {
            // Two groups exchange names.
            let (one, other) = (dice.roll(groups), dice.roll(groups));
            if [one, other].iter().any(|at| anew.groups.contains(&document.connector_groups[*at].id)) {
                return "two groups exchange names";
            }
            anew.groups.extend([one, other].map(|at| document.connector_groups[at].id));
            let name = document.connector_groups[one].name.clone();
            document.connector_groups[one].name = document.connector_groups[other].name.clone();
            document.connector_groups[other].name = name;
            "two groups exchange names"
        }
        4 => {
            let at = dice.roll(groups);
            document.connector_groups[at].region = REGIONS[dice.roll(4)].into();
            "a group is in another region"
        }
        5 => {
            for _ in 0..=dice.roll(3) {
                let at = dice.roll(document.connectors.len());
                document.connectors[at].member_of = any_group(dice, document);
            }
            "connectors are moved"
        }
        6 | 7 => {
            let to = any_group(dice, document);
            for _ in 0..=dice.roll(batch) {
                let at = dice.roll(document.applications.len());
                if published(document, at) {
                    document.applications[at].connector_group = Some(to);
                }
            }
            "applications are reassigned"
        }
        8 if document.applications.len() > 1 => {
            document.applications.remove(at);
            "an application is deleted"
        }
        9 if published(document, at) => {
            let default = document.connector_groups[0].id;
            let one = &mut document.applications[at];
            let is_by_url = one.on_premises_publishing.as_ref().is_some_and(|publishing| {
                publishing.external_url.as_ref().is_some_and(|url| url.starts_with("https:"))
            });
            if is_by_url && !anew.applications.contains(&one.id) {
                // Made again by hand: other ids, no service principal, some settings forgotten.
                (one.id, one.app_id) = (ApplicationId::from_u128(dice.id()), AppId::from_u128(dice.id()));
                (one.service_principal, one.connector_group) = (None, Some(default));
                one.properties = ApplicationProperties::default();
                anew.applications.insert(one.id);
                one.display_name = "Made again".into();
                one.on_premises_publishing.as_mut().unwrap().internal_url = None;
            }
            "an application is made again"
        }
        10 if published(document, at) && !anew.applications.contains(&document.applications[at].id) => {
            let one = &mut document.applications[at];
            (one.connector_group, one.on_premises_publishing) = (None, None);
            one.application_segments.clear();
            "an application is unpublished"
        }
        11 => {
            let other = dice.roll(document.applications.len());
            let is_anew = [at, other].iter().any(|at| anew.applications.contains(&document.applications[*at].id));
            if published(document, at) && published(document, other) && !is_anew {
                anew.applications.extend([at, other].map(|at| document.applications[at].id));
                let url = |document: &mut Document, at: usize| {
                    document.applications[at].on_premises_publishing.as_mut().unwrap().external_url.take()
                };
                let (one, two) = (url(document, at), url(document, other));
                let is_own = |url: &Option<Arc<str>>| url.as_ref().is_some_and(|url| url.starts_with("api:"));
                let is_swapped = !is_own(&one) && !is_own(&two);
                let (first, second) = if is_swapped { (two, one) } else { (one, two) };
                document.applications[at].on_premises_publishing.as_mut().unwrap().external_url = first;
                // Of one application alone, the URL is taken away.
                if at != other || !is_swapped {
                    document.applications[other].on_premises_publishing.as_mut().unwrap().external_url = second;
                }
            }
            "two applications exchange URLs"
        }
        12 => {
            let at = dice.roll(document.connectors.len());
            document.connectors[at].id = ConnectorId::from_u128(dice.id());
            document.connectors[at].member_of = document.connector_groups[0].id;
            "a machine is installed again"
        }
        13 => {
            let to = any_group(dice, document);
            if let Some(one) = document.applications.iter_mut().find(|one| one.connector_group.is_none()) {
                let url = format!("https://published-{}.contoso.com/", dice.id());
                one.on_premises_publishing =
                    Some(Box::new(serde_json::from_value(json!({"externalUrl": url})).unwrap()));
                one.connector_group = Some(to);
            }
            "an application is published"
        }
        _ => {
            if let Some(one) = document.applications.iter_mut().find(|one| !one.application_segments.is_empty()) {
                one.application_segments.pop();
                if let Some(first) = one.application_segments.first_mut() {
                    first.ports = vec!["22".into()];
                }
            }
            "segments are changed"
        }
    }
}

/// All that a tenant is, but for ids and the order of segments.
fn facts(tenant: &Tenant) -> BTreeSet<String> {
    let group = |id: ConnectorGroupId| tenant.connector_group(id).unwrap().name().as_str().to_string();
    let mut facts = BTreeSet::new();
    for one in tenant.connector_groups() {
        facts.insert(format!("group {} {} {}", one.name().as_str(), one.region(), one.is_default()));
    }
    for one in tenant.connectors() {
        facts.insert(format!("connector {} in {}", one.machine_name(), group(one.connector_group().id())));
    }
    for view in tenant.applications() {
        let one = view.to_application();
        let segments: BTreeSet<String> = view
            .application_segments()
            .map(|one| format!("{} {} {:?} {:?}", one.destination_host, one.destination_type, one.protocol, one.ports))
            .collect();
        let publication = one.publication.map(|one| (group(one.connector_group), json!(one.on_premises_publishing)));
        // What nobody has set is false, and a service principal that is made again has nothing of it.
        let principal = one.service_principal.map(|principal| json!(principal.properties));
        let unset = json!({"appRoleAssignmentRequired": false});
        let principal = principal.map(|one| if one == unset { json!({}) } else { one });
        let fact = format!(
            "application {} {publication:?} {segments:?} {principal:?} {}",
            one.display_name,
            json!(one.properties)
        );
        facts.insert(fact.replace(&one.app_id.to_string(), "OWN"));
    }
    facts
}

/// Applications that a step leaves without an active connector although they had one: by name, with the step.
fn cut_off(now: &Tenant, restored: &Restored) -> (Tenant, Vec<(String, usize)>) {
    let (mut tenant, mut cut) = (now.clone(), Vec::new());
    for command in &restored.first {
        tenant.apply(command).expect("each command is accepted");
    }
    assert_eq!(facts(&tenant), facts(&restored.tenant), "the plan starts there");
    for (number, step) in restored.plan.steps.iter().enumerate() {
        let serves = |tenant: &Tenant, id: ConnectorGroupId| {
            tenant.connector_group(id).is_some_and(|group| group.active_connectors_count() > 0)
        };
        let before = tenant.clone();
        let events = tenant.apply(step).expect("each step is accepted");
        for event in &events {
            match event {
                Event::ApplicationsReassigned { connector_group, applications } => {
                    let lost = applications
                        .iter()
                        .filter(|one| serves(&before, one.from) && !serves(&tenant, *connector_group));
                    let name = |id| tenant.application(id).unwrap().display_name().to_string();
                    cut.extend(lost.map(|one| (name(one.id), number)));
                }
                Event::ConnectorsMoved { connectors, .. } => {
                    let groups: BTreeSet<_> = connectors.iter().map(|one| one.from).collect();
                    for group in groups.into_iter().filter(|id| serves(&before, *id) && !serves(&tenant, *id)) {
                        let applications = tenant.connector_group(group).unwrap().applications();
                        cut.extend(applications.map(|one| (one.display_name().to_string(), number)));
                    }
                }
                _ => {}
            }
        }
    }
    (tenant, cut)
}

/// Where the way at once cuts somebody off, ways in stages are tried: each leads through its stages, one after the other, and none
/// is better than the one that is taken. How many were tried.
fn assert_staged(restored: &Restored) -> usize {
    let (tenant, desired, options) = (&restored.tenant, &restored.desired, restored.options);
    let at_once = tenant.plan(desired, options, staged::new_ids());
    if at_once.is_ok_and(|plan| plan.outages.is_empty() || plan.best) {
        return 0;
    }
    let mut tried = 0;
    for stages in staged::stages(tenant, desired) {
        let Some(whole) = staged::in_stages(tenant, &stages, options) else { continue };
        let value = |plan| (staged::cost(plan), plan.steps.len());
        assert!(value(&restored.plan) <= value(&whole));
        let (mut now, mut rest) = (tenant.clone(), whole.steps.as_slice());
        for stage in &stages {
            let steps = now.plan(stage, options, staged::new_ids()).unwrap().steps;
            rest = rest.strip_prefix(steps.as_slice()).expect("each stage is gone through");
            for step in &steps {
                now.apply(step).unwrap();
            }
        }
        assert!(rest.is_empty() && stages.last() == Some(desired));
        tried += 1;
    }
    tried
}

/// Loses things of a tenant and restores it; how long the plan is, and how many were cut off on the way.
fn loses_and_restores(seed: u64, size: &Size) -> (usize, usize, Restored) {
    let mut dice = Dice(seed);
    let mut document = world(&mut dice, size);
    let whole = Tenant::try_from(document.clone()).unwrap();
    let content = Content::of(Kind::Document, &Imported::from(whole.clone()));
    assert!(content.lacks.is_empty());
    let (mut losses, mut anew) = (BTreeMap::<&str, usize>::new(), Anew::default());
    for _ in 0..=dice.roll(size.losses) {
        *losses.entry(lose(&mut dice, &mut document, size.batch, &mut anew)).or_default() += 1;
    }
    let now = Tenant::try_from(document).unwrap_or_else(|violations| panic!("seed {seed}: {violations}"));
    let how = How { recreate: true, ..How::default() };
    let restored = match plan(&Imported::from(now.clone()), &content, &Given::new(), how) {
        Ok(restored) => restored,
        Err(Refused::Told(told)) => panic!("seed {seed}, {losses:?}: {told:?}"),
        Err(Refused::Unreachable(_, unreachable)) => panic!("seed {seed}, {losses:?}: {unreachable}"),
    };
    assert!(restored.notes.left.is_empty() && restored.notes.conflicts.is_empty(), "seed {seed}: {:?}", restored.notes);
    let (end, cut) = cut_off(&now, &restored);
    let (wanted, reached) = (facts(&whole), facts(&end));
    let differs: Vec<_> = wanted.symmetric_difference(&reached).collect();
    assert!(differs.is_empty(), "seed {seed}, {losses:?}: {differs:#?}");
    assert!(end.audit().is_empty());
    // Each outage is told, and none is there that the plan does not tell.
    let told: BTreeSet<(String, usize)> = restored
        .plan
        .outages
        .iter()
        .flat_map(|outage| {
            outage.applications.iter().map(|id| (end.application(*id).unwrap().display_name().to_string(), outage.step))
        })
        .collect();
    assert_eq!(cut.iter().cloned().collect::<BTreeSet<_>>(), told, "seed {seed}");
    // Again there is nothing to do.
    let Ok(again) = plan(&Imported::from(end), &content, &Given::new(), how) else {
        panic!("seed {seed}: a second time")
    };
    assert!(again.first.is_empty() && again.plan.steps.is_empty(), "seed {seed}: {:?}", again.plan.steps);
    (restored.first.len() + restored.plan.steps.len(), cut.len(), restored)
}

/// Where each group has a spare connector, nobody is cut off. Where one connector serves a group alone and goes with its
/// applications, there is no other way now and then: each such outage is told, and no other is there.
#[test]
fn what_is_lost_comes_back() {
    let size = |connectors, spare| Size { groups: 5, connectors, applications: 30, losses: 8, batch: 6, spare };
    let (mut steps, mut cut, mut tried) = (0, 0, 0);
    for seed in 0..30 {
        let (more_steps, none, restored) = loses_and_restores(seed, &size(14, 2));
        assert_eq!(none, 0, "seed {seed}: nobody need be cut off");
        steps += more_steps;
        tried += assert_staged(&restored);
    }
    for seed in 1_000_010..1_000_025 {
        let (_, more, restored) = loses_and_restores(seed, &size(5, 1));
        cut += more;
        tried += assert_staged(&restored);
    }
    assert!(tried > 10, "{tried} ways in stages");
    assert!(steps > 100, "{steps} steps");
    assert!(cut > 0, "the other half tells outages");
}

/// What came since is told, whatever kind of thing it is; and who was let in since is told too.
#[test]
fn what_came_since_stays_and_is_told() {
    let size = Size { groups: 3, connectors: 6, applications: 6, losses: 0, batch: 0, spare: 1 };
    let mut document = world(&mut Dice(5), &size);
    let imported = |document: &Document| Imported::from(Tenant::try_from(document.clone()).unwrap());
    document.on_premises_publishing_profile = serde_json::from_value(json!({})).unwrap();
    let content = Content::of(Kind::Document, &imported(&document));
    let way = |document: &Document| plan(&imported(document), &content, &Given::default(), How::default());
    let Ok(same) = way(&document) else { panic!("no way") };
    assert!(same.notes.since.is_empty() && same.first.is_empty());

    let segment = json!({"id": "5e000000-0000-4000-8000-000000000001", "destinationHost": "10.9.9.9", "destinationType": "ip",
        "ports": ["80-80"], "protocol": "tcp"});
    let published = document.applications.iter_mut().find(|one| one.on_premises_publishing.is_some()).unwrap();
    published.application_segments.push(serde_json::from_value(segment).unwrap());
    let unpublished = json!({"id": "5a000000-0000-4000-8000-000000000001", "appId": "5b000000-0000-4000-8000-000000000001",
        "displayName": "Not published", "connectorGroup": null, "onPremisesPublishing": null});
    document.applications.push(serde_json::from_value(unpublished).unwrap());
    document.on_premises_publishing_profile = serde_json::from_value(json!({"isDefaultAccessEnabled": true})).unwrap();
    let Ok(restored) = way(&document) else { panic!("no way") };
    let since = &restored.notes.since;
    assert_eq!(since.len(), 2, "{since:?}");
    assert!(["10.9.9.9", "Not published"].iter().all(|name| since.iter().any(|told| told.contains(name))), "{since:?}");
    assert_eq!(restored.first.iter().map(connector_groups::Command::name).collect::<Vec<_>>(), ["updateProfile"]);
    assert!(
        !plan(&imported(&document), &Content { knows_profile: false, ..content }, &Given::default(), How::default())
            .is_ok_and(|restored| !restored.first.is_empty())
    );
}

/// `cargo test --release -p connector-groups-cli --bin connector-groups -- --ignored --nocapture a_large_tenant`
#[test]
#[ignore = "a tenant of 100,000 applications takes minutes"]
fn a_large_tenant_comes_back() {
    for (seed, size) in [
        (1, Size { groups: 50, connectors: 200, applications: 10_000, losses: 60, batch: 200, spare: 2 }),
        (2, Size { groups: 300, connectors: 1_000, applications: 100_000, losses: 200, batch: 500, spare: 2 }),
    ] {
        let start = std::time::Instant::now();
        let (steps, cut, _) = loses_and_restores(seed, &size);
        println!("{} applications: {steps} steps, {cut} cut off, {:?}", size.applications, start.elapsed());
    }
}
