//! Settings of applications as effects: a PATCH of what differs.

use alloc::collections::BTreeMap;

use connector_groups::{ApplicationId, Command, Tenant, view::ApplicationView};
use serde_json::{Map, Value};

use super::{
    effect::Effect,
    members::{PUBLISHING, align, object},
    steps::{Step, Work},
};

impl Work {
    /// Commands that change settings of applications, as steps, and which of the commands are among them. The others create,
    /// publish or delete something, or come behind one of those.
    pub(crate) fn settings(tenant: &Tenant, commands: &[Command]) -> (Self, Vec<bool>) {
        let mut now = tenant.clone();
        // Of each step, the tenant before it.
        let mut start = tenant.clone();
        let mut steps: Vec<BTreeMap<ApplicationId, Effect>> = Vec::new();
        let is_in = commands.iter().map(|command| {
            let before = now.clone();
            let Some(id) = of(command) else { return false };
            // One that is published anew goes into the default group, and no PATCH leads back.
            if before.application(id).is_none_or(|one| asks_publishing(command) && !one.is_published())
                || now.apply(command).is_err()
            {
                return false;
            }
            let values = |tenant: &Tenant| tenant.application(id).map(|one| values(one, command)).unwrap_or_default();
            let (mut from, mut to) = (values(&before), values(&now));
            // The engine merges publishing by property, and all others within it.
            for (name, from) in from.iter_mut().filter(|(name, _)| *name != PUBLISHING) {
                if let Some(to) = to.get_mut(name) {
                    align(from, to);
                }
            }
            if from == to {
                return true;
            }
            // A step may do its effects in any order, there and back: what only another of them makes possible, such as a URL
            // that it gives up, waits for the next step.
            let is_possible = start.clone().apply(command).is_ok();
            let effect = Effect::UpdateApplication { id, from, to };
            if let Some(step) = steps.last_mut().filter(|step| is_possible && !step.contains_key(&id)) {
                step.insert(id, effect);
            } else {
                start = before;
                steps.push(BTreeMap::from([(id, effect)]));
            }
            true
        });
        let is_in = is_in.collect();
        let steps = steps.into_iter().map(|step| Step::of_settings(step.into_values().collect()));
        (Self { steps: steps.collect() }, is_in)
    }
}

const fn of(command: &Command) -> Option<ApplicationId> {
    match command {
        Command::UpdateApplication(command) => Some(command.id),
        Command::PublishApplication(command) => Some(command.application),
        _ => None,
    }
}

const fn asks_publishing(command: &Command) -> bool {
    matches!(command, Command::PublishApplication(_))
}

/// What an application has of what a command asks, null where it has nothing.
fn values(one: ApplicationView, command: &Command) -> Map<String, Value> {
    let of = |asked: Map<String, Value>, mut has: Map<String, Value>| -> Map<String, Value> {
        asked.into_iter().map(|(name, _)| (name.clone(), has.remove(&name).unwrap_or_default())).collect()
    };
    match command {
        Command::UpdateApplication(command) => {
            let mut values = of(command.properties.as_ref().map(object).unwrap_or_default(), object(one.properties()));
            if command.display_name.is_some() {
                values.insert("displayName".into(), one.display_name().into());
            }
            values
        }
        Command::PublishApplication(command) => {
            let has = one.on_premises_publishing().as_ref().map(object).unwrap_or_default();
            let values = of(object(&*command.on_premises_publishing), has);
            Map::from_iter([(PUBLISHING.into(), Value::Object(values))])
        }
        _ => Map::new(),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops where it fails")]
mod tests {
    use connector_groups::{
        AppId,
        command::{CreateApplication, PublishApplication, UpdateApplication},
        model::{Change, PublishingChanges},
    };
    use serde_json::json;

    use super::*;
    use crate::work::generated::contoso;

    #[test]
    fn what_only_another_makes_possible_waits_for_the_next_step() {
        let tenant = contoso();
        let [one, two] = [0, 1].map(|at| tenant.applications().filter(|one| one.is_published()).nth(at).unwrap());
        let url = one.on_premises_publishing().unwrap().external_url.unwrap();
        let publish = |one: ApplicationView, external_url| {
            PublishApplication::new(one.id(), PublishingChanges { external_url, ..PublishingChanges::default() })
        };
        let new = CreateApplication::new(ApplicationId::from_u128(7), AppId::from_u128(7), "New");
        let commands: [Command; 7] = [
            publish(one, Change::Reset).into(),
            publish(two, Change::Set(url.clone())).into(),
            new.into(),
            PublishApplication::new(ApplicationId::from_u128(7), PublishingChanges::default()).into(),
            UpdateApplication::new(one.id()).display_name("One").into(),
            // Not in the same step as the change of its URL.
            UpdateApplication::new(two.id()).display_name("Two").into(),
            // It is that already.
            UpdateApplication::new(two.id()).display_name("Two").into(),
        ];
        let (work, is_in) = Work::settings(&tenant, &commands);
        assert_eq!(is_in, [true, true, false, false, true, true, true]);
        let told: Vec<Vec<String>> =
            work.steps.iter().map(|step| step.effects.iter().map(ToString::to_string).collect()).collect();
        let (one, two) = (one.id(), two.id());
        let mut second = vec![
            (one, format!("change displayName of application {one}")),
            (two, format!("change externalUrl of application {two}")),
        ];
        second.sort();
        let expected: [Vec<String>; 3] = [
            vec![format!("change externalUrl of application {one}")],
            second.into_iter().map(|(_, told)| told).collect(),
            vec![format!("change displayName of application {two}")],
        ];
        assert_eq!(told, expected);
        let Effect::UpdateApplication { from, to, .. } = &work.steps[0].effects[0] else {
            return assert!(told.is_empty());
        };
        assert_eq!(json!(from), json!({"onPremisesPublishing": {"externalUrl": &*url}}));
        assert_eq!(json!(to), json!({"onPremisesPublishing": {"externalUrl": null}}));
    }
}
