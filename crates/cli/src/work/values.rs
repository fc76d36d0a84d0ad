//! What applications have of the settings that work changes, before it and after it.

use alloc::collections::BTreeMap;

use connector_groups::ApplicationId;
use serde_json::{Map, Value};

use super::{
    effect::Effect,
    members::{self, PUBLISHING},
    places::{Difference, How, Places},
    steps::{Step, Work},
};

type Members = Map<String, Value>;

/// Settings of applications; an application that is gone has no entry.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Settings(pub(crate) BTreeMap<ApplicationId, Members>);

impl Settings {
    /// As the work finds them, as far as it changes them.
    pub(crate) fn before(work: &Work) -> Self {
        let mut settings = Self::default();
        for (id, from, _) in work.steps.iter().flat_map(changes) {
            keep(settings.0.entry(id).or_default(), from);
        }
        settings
    }

    /// As the work leaves them.
    pub(crate) fn after(work: &Work) -> Self {
        let mut settings = Self::default();
        // The last change of a member counts.
        let all: Vec<_> = work.steps.iter().flat_map(changes).collect();
        for (id, _, to) in all.into_iter().rev() {
            keep(settings.0.entry(id).or_default(), to);
        }
        settings
    }

    /// Lets a change happen.
    ///
    /// # Errors
    /// What is otherwise than the change has it.
    pub(super) fn apply(&mut self, id: ApplicationId, from: &Members, to: &Members) -> Result<(), String> {
        let now = self.0.entry(id).or_default();
        if let Some((name, was, is)) = members::differing(from, now).first() {
            return Err(format!("{name} of application {id} is {is}, not {was}"));
        }
        let mut after = to.clone();
        keep(&mut after, now);
        *now = after;
        Ok(())
    }

    /// What is otherwise now, for people; `name` is what they call an application.
    pub(crate) fn differences(&self, now: &Self, name: impl Fn(ApplicationId) -> String) -> Vec<Difference> {
        let mut all = Vec::new();
        for (id, was) in &self.0 {
            match now.0.get(id) {
                None => all.push(Difference::of_settings(*id, How::Gone, format!("application {} is gone", name(*id)))),
                Some(is) => all.extend(members::differing(was, is).into_iter().map(|(member, was, is)| {
                    let text = format!("{member} of application {} is {is}, not {was}", name(*id));
                    Difference::of_settings(*id, How::Otherwise, text)
                })),
            }
        }
        all
    }

    /// The changes of settings that work makes, from what the settings are now: what is as it is to be is left out.
    ///
    /// # Errors
    /// An application that is gone.
    pub(crate) fn led_on(mut self, work: &Work) -> Result<Work, String> {
        let mut again = Work::default();
        for step in &work.steps {
            let mut effects = Vec::new();
            for (id, _, to) in changes(step) {
                let now = self.0.get_mut(&id).ok_or_else(|| format!("application {id} is gone"))?;
                if members::is_like(to, now) {
                    continue;
                }
                let from = members::picked(to, now);
                let mut after = to.clone();
                keep(&mut after, now);
                *now = after;
                effects.push(Effect::UpdateApplication { id, from, to: to.clone() });
            }
            if !effects.is_empty() {
                again.steps.push(Step::of_settings(effects));
            }
        }
        Ok(again)
    }
}

impl Work {
    /// Runs the work on places, which finds a plan that was changed by hand: each effect starts where the one before it ended.
    ///
    /// # Errors
    /// The first effect that does not follow from what is before it.
    pub(crate) fn run(&self, places: &mut Places) -> Result<(), String> {
        let mut settings = Settings::before(self);
        for (number, step) in (1_usize..).zip(&self.steps) {
            for effect in &step.effects {
                let happens = match effect {
                    Effect::UpdateApplication { id, from, to } => settings.apply(*id, from, to),
                    effect => places.apply(effect),
                };
                happens.map_err(|why| format!("step {number}: {why}"))?;
            }
        }
        Ok(())
    }
}

fn changes(step: &Step) -> impl Iterator<Item = (ApplicationId, &Members, &Members)> {
    step.effects.iter().filter_map(|effect| match effect {
        Effect::UpdateApplication { id, from, to } => Some((*id, from, to)),
        _ => None,
    })
}

/// Adds members that are not there yet.
fn keep(kept: &mut Members, members: &Members) {
    for (name, value) in members {
        match (kept.get_mut(name), value) {
            (Some(Value::Object(kept)), Value::Object(inner)) if name == PUBLISHING => keep(kept, inner),
            (Some(_), _) => {}
            (None, value) => _ = kept.insert(name.clone(), value.clone()),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops where it fails")]
mod tests {
    use serde_json::json;

    use super::*;

    const ONE: ApplicationId = ApplicationId::from_u128(1);

    fn members(value: Value) -> Members {
        serde_json::from_value(value).unwrap()
    }

    /// Steps of one change each.
    fn work(changes: &[(Value, Value)]) -> Work {
        let effect = |(from, to): &(Value, Value)| Effect::UpdateApplication {
            id: ONE,
            from: members(from.clone()),
            to: members(to.clone()),
        };
        Work { steps: changes.iter().map(|change| Step::of_settings(vec![effect(change)])).collect() }
    }

    fn twice() -> Work {
        work(&[
            (
                json!({"onPremisesPublishing": {"externalUrl": "a", "isSecure": true}}),
                json!({"onPremisesPublishing": {"externalUrl": null, "isSecure": false}}),
            ),
            (
                json!({"onPremisesPublishing": {"externalUrl": null}, "tags": ["x"]}),
                json!({"onPremisesPublishing": {"externalUrl": "b"}, "tags": []}),
            ),
        ])
    }

    #[test]
    fn the_first_change_tells_what_was_and_the_last_what_will_be() {
        let (before, after) = (Settings::before(&twice()), Settings::after(&twice()));
        let expected = |value| Settings(BTreeMap::from([(ONE, members(value))]));
        assert_eq!(
            before,
            expected(json!({"onPremisesPublishing": {"externalUrl": "a", "isSecure": true}, "tags": ["x"]}))
        );
        assert_eq!(
            after,
            expected(json!({"onPremisesPublishing": {"externalUrl": "b", "isSecure": false}, "tags": []}))
        );
        let told: Vec<_> = before.differences(&after, |_| "\"One\"".into()).iter().map(ToString::to_string).collect();
        assert_eq!(
            told,
            [
                "externalUrl of application \"One\" is \"b\", not \"a\"",
                "isSecure of application \"One\" is false, not true",
                "tags of application \"One\" is [], not [\"x\"]"
            ]
        );
        let gone = before.differences(&Settings::default(), |id| id.to_string());
        assert_eq!(gone[0].to_string(), format!("application {ONE} is gone"));
        assert!(before.differences(&before, |id| id.to_string()).is_empty());
    }

    #[test]
    fn changes_that_do_not_follow_from_each_other_are_found() {
        let mut now = Settings::before(&twice());
        for (id, from, to) in twice().steps.iter().flat_map(changes) {
            now.apply(id, from, to).unwrap();
        }
        assert_eq!(now, Settings::after(&twice()));
        let why = now.apply(ONE, &members(json!({"tags": ["x"]})), &members(json!({"tags": ["y"]}))).unwrap_err();
        assert_eq!(why, format!("tags of application {ONE} is [], not [\"x\"]"));
    }

    #[test]
    fn what_is_led_on_starts_from_what_is_there() {
        let there = json!({"onPremisesPublishing": {"externalUrl": "c", "isSecure": false}, "tags": [], "notes": "n"});
        let again = Settings(BTreeMap::from([(ONE, members(there))])).led_on(&twice()).unwrap();
        let expected = [
            (
                json!({"onPremisesPublishing": {"externalUrl": "c", "isSecure": false}}),
                json!({"onPremisesPublishing": {"externalUrl": null, "isSecure": false}}),
            ),
            (
                json!({"onPremisesPublishing": {"externalUrl": null}, "tags": []}),
                json!({"onPremisesPublishing": {"externalUrl": "b"}, "tags": []}),
            ),
        ];
        assert_eq!(again, work(&expected));
        assert_eq!(Settings::after(&twice()).led_on(&work(&expected[1..])).unwrap(), Work::default());
        assert_eq!(Settings::default().led_on(&twice()).unwrap_err(), format!("application {ONE} is gone"));
    }
}
