//! Settings of applications as effects: a PATCH of what differs.

use alloc::collections::BTreeSet;

use connector_groups::{ApplicationId, Command, Tenant, view::ApplicationView};
use serde::Serialize;
use serde_json::{Map, Value};

use super::{
    effect::Effect,
    members::{PUBLISHING, is_like},
    steps::{Step, Work},
};
use crate::words::count;

impl Work {
    /// Commands that change settings of applications, as steps, and which of the commands are among them. The others create,
    /// publish or delete something, or come behind one of those.
    pub(crate) fn settings(tenant: &Tenant, commands: &[Command]) -> (Self, Vec<bool>) {
        let (mut work, mut now) = (Self::default(), tenant.clone());
        let (mut start, mut changed) = (tenant.clone(), BTreeSet::new());
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
            let (from, to) = (values(&before), values(&now));
            if is_like(&from, &to) {
                return true;
            }
            // A step may do its effects in any order: what only the one before makes possible, such as a URL that it gives
            // up, waits for the next step.
            let is_free = start.apply(command).is_ok() && changed.insert(id);
            if !is_free || work.steps.is_empty() {
                (start, changed) = (before, BTreeSet::from([id]));
                _ = start.apply(command);
                work.steps.push(Step::default());
            }
            if let Some(step) = work.steps.last_mut() {
                step.effects.push(Effect::UpdateApplication { id, from, to });
                step.title = format!("change settings of {}", count(step.effects.len(), "application"));
            }
            true
        });
        let is_in = is_in.collect();
        (work, is_in)
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

fn object(value: &impl Serialize) -> Map<String, Value> {
    match serde_json::to_value(value) {
        Ok(Value::Object(members)) => members,
        _ => Map::new(),
    }
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
        let commands: [Command; 6] = [
            UpdateApplication::new(two.id()).display_name("Two").into(),
            publish(one, Change::Reset).into(),
            publish(two, Change::Set(url.clone())).into(),
            new.into(),
            PublishApplication::new(ApplicationId::from_u128(7), PublishingChanges::default()).into(),
            // It is that already.
            UpdateApplication::new(two.id()).display_name("Two").into(),
        ];
        let (work, is_in) = Work::settings(&tenant, &commands);
        assert_eq!(is_in, [true, true, true, false, false, true]);
        let told: Vec<Vec<String>> =
            work.steps.iter().map(|step| step.effects.iter().map(ToString::to_string).collect()).collect();
        let (one, two) = (one.id(), two.id());
        let expected: [Vec<String>; 2] = [
            vec![
                format!("change displayName of application {two}"),
                format!("change externalUrl of application {one}"),
            ],
            vec![format!("change externalUrl of application {two}")],
        ];
        assert_eq!(told, expected);
        let Effect::UpdateApplication { from, to, .. } = &work.steps[0].effects[1] else {
            return assert!(told.is_empty());
        };
        assert_eq!(json!(from), json!({"onPremisesPublishing": {"externalUrl": &*url}}));
        assert_eq!(json!(to), json!({"onPremisesPublishing": {"externalUrl": null}}));
    }
}
