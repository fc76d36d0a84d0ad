//! Work in a tenant over the network, with a journal on disk: begun, gone on with, or taken back.

extern crate alloc;

use alloc::{collections::BTreeSet, sync::Arc};
use std::path::Path;

use connector_groups::TenantId;
use indicatif::ProgressBar;
use signal_hook::{
    consts::{SIGINT, SIGTERM},
    flag::{register, register_conditional_shutdown},
};

use super::{
    action::End,
    graph::Graph,
    journal::Journal,
    machine::Machine,
    patience::Patience,
    record::{Begun, FORMAT, Record},
    run::{Journal as _, run},
    survey,
};
use crate::{
    export::client::Client,
    output,
    work::{Difference, Effect, How, Places, Settings, Thing, Work},
};

/// Differences that are told one by one.
pub(crate) const TOLD_MAX: usize = 20;

/// The exit status of a program that a signal ends.
const INTERRUPTED: i32 = 130;

/// Why there is no end.
pub(crate) enum Failed {
    /// Nothing was done.
    Before(String),
    /// The tenant is not as planned. Where something has to be done by hand before the plan, that may be why.
    Drift { differences: Vec<String>, beforehand: Vec<String> },
    /// The tenant is not as the journal of the run has it, and nothing was done.
    NotAsKept(Vec<String>),
    /// The journal leads on.
    Within(String),
}

impl From<String> for Failed {
    fn from(why: String) -> Self {
        Self::Before(why)
    }
}

/// Runs work, and tells people how far it is.
pub(crate) struct Runner<'a> {
    pub(crate) client: &'a Client,
    pub(crate) bar: &'a ProgressBar,
    pub(crate) is_quiet: bool,
    pub(crate) patience: Patience,
}

impl<'a> Runner<'a> {
    pub(crate) const fn service(&self) -> Graph<'a> {
        Graph::new(self.client)
    }

    pub(crate) fn say(&self, text: &str) {
        if !self.is_quiet {
            self.bar.suspend(|| output::say("apply", text));
        }
    }

    /// A token of another tenant would find none of the things of the plan, or others with the same names. Tells which tenant
    /// it is, as far as that is known.
    pub(crate) fn check_tenant(&self, planned: TenantId, what: &str) -> Result<TenantId, String> {
        let now = self.client.tenant()?;
        // Its groups and things are compared all the same; a copy of the tenant would pass.
        match now {
            // An export that could not read the organization does not tell the tenant's id.
            _ if planned == TenantId::default() => {
                self.say(&format!(
                    "nobody compares tenants: {what} does not tell its tenant, as no organization.json was there"
                ));
            }
            None => self.say("nobody compares tenants: Graph does not tell that of the token"),
            Some(now) if now != planned => {
                return Err(format!("{what} is for tenant {planned}, and the token for tenant {now}"));
            }
            Some(_) => {}
        }
        Ok(now.unwrap_or(planned))
    }

    /// Begins work in a tenant that is as `state` has it. `plan` says later whose journal it is.
    ///
    /// # Errors
    /// Nothing was done, or the journal leads on.
    pub(crate) fn run_work(
        &self,
        journal: &Path,
        plan: &str,
        tenant: TenantId,
        state: Places,
        work: Work,
    ) -> Result<String, Failed> {
        let graph = self.client.base().into();
        let begun = Begun { format: FORMAT.into(), plan: plan.into(), tenant, graph, state, work };
        let journal = Journal::create(journal, &begun)?;
        self.run(&begun, &[], journal, false)
    }

    /// Goes on with work that was begun, to its end, or back to where it began; without things that are gone, where that is asked
    /// for. The journal keeps which were left out: later they are missing in groups that the run has deleted, too.
    ///
    /// # Errors
    /// Nothing was done, or the journal leads on.
    pub(crate) fn go_on(
        &self,
        journal: &Path,
        plan: &str,
        is_back: bool,
        leaves_out_gone: bool,
    ) -> Result<String, Failed> {
        let (mut open, begun, mut records) = Journal::open(journal)?;
        if begun.plan != plan {
            return Err(Failed::Before(Journal::of_another_plan(journal)));
        }
        if begun.graph != self.client.base() {
            return Err(Failed::Before(format!(
                "the run of {} was begun at {}, and this is {}: go on there with --graph; for a run here, name another \
                 journal with --journal FILE",
                journal.display(),
                begun.graph,
                self.client.base()
            )));
        }
        self.check_tenant(begun.tenant, "the journal")?;
        let effects = if leaves_out_gone { self.gone(&begun, &records, is_back)? } else { Vec::new() };
        let is_less = !effects.is_empty();
        if is_less {
            records.push(Record::LeftOut { effects });
        }
        self.check_journal(&begun, &records, is_back)?;
        if let Some(record) = records.last().filter(|_| is_less) {
            open.write(record)?;
        }
        self.run(&begun, &records, open, is_back)
    }

    /// The effects on connectors and applications that are gone, which are told.
    fn gone(&self, begun: &Begun, records: &[Record], is_back: bool) -> Result<Vec<usize>, String> {
        let machine = Machine::new(Arc::new(begun.work.clone()), records, is_back, self.patience);
        let (done, _) = machine.in_place();
        let mut expected = begun.state.clone().without(&machine.gone());
        done.run(&mut expected)?;
        let work = machine.whole();
        let mut differences = self.differences(&machine, &expected, &Settings::before(&work))?;
        let things = work.things();
        // Without a group there is nowhere for what is to be in it.
        differences.retain(|one| {
            one.how == How::Gone && !matches!(one.thing, Thing::ConnectorGroup(_)) && things.contains(&one.thing)
        });
        for difference in &differences {
            self.say(&format!("left out: {difference}"));
        }
        let gone: BTreeSet<_> = differences.iter().map(|one| one.thing).collect();
        let effects = (0..).zip(begun.work.steps.iter().flat_map(|step| &step.effects));
        Ok(effects.filter(|(_, effect)| gone.contains(&effect.thing())).map(|(at, _)| at).collect())
    }

    /// Looks whether what the journal says is in place still is: the tenant may be another one by now, or a copy of it. A run that
    /// leads back looks at each effect itself, so that only its end is looked at.
    fn check_journal(&self, begun: &Begun, records: &[Record], is_back: bool) -> Result<(), Failed> {
        let machine = Machine::new(Arc::new(begun.work.clone()), records, is_back, self.patience);
        let (work, (done, mut things)) = (machine.whole(), machine.in_place());
        if machine.is_at_its_end() {
            things = work.things();
        } else if is_back {
            return Ok(());
        }
        let mut expected = begun.state.clone().without(&machine.gone());
        done.run(&mut expected)?;
        let settings = if is_back { Settings::before(&work) } else { Settings::after(&done) };
        let mut differences = self.differences(&machine, &expected, &settings)?;
        let things: BTreeSet<_> = things.into_iter().map(|thing| machine.thing(thing)).collect();
        differences.retain(|one| is_about(one, &things));
        if differences.is_empty() {
            return Ok(());
        }
        Err(Failed::NotAsKept(differences.iter().map(ToString::to_string).collect()))
    }

    /// What is otherwise than it is to be, with the ids that the service has for groups.
    fn differences(
        &self,
        machine: &Machine,
        expected: &Places,
        settings: &Settings,
    ) -> Result<Vec<Difference>, String> {
        let expected = expected.renamed(|id| machine.id(id));
        survey::differences(&mut self.service(), &self.patience, settings, |places, now| {
            let mut all = expected.differences(places);
            all.extend(settings.differences(now, |id| expected.application(id)));
            all
        })
    }

    /// Runs to the end, and looks whether the tenant is where that should be.
    fn run(&self, begun: &Begun, records: &[Record], mut journal: Journal, is_back: bool) -> Result<String, Failed> {
        // The first signal stops the run where it can go on; the second one ends the program, as it would without this.
        for signal in [SIGINT, SIGTERM] {
            let again = register_conditional_shutdown(signal, INTERRUPTED, self.client.stop());
            let first = again.and_then(|_| register(signal, self.client.stop()));
            first.map_err(|error| format!("cannot heed signals: {error}"))?;
        }
        let mut machine = Machine::new(Arc::new(begun.work.clone()), records, is_back, self.patience);
        let mut service = self.service();
        let mut last = None;
        let mut tell = |machine: &Machine| {
            let (done, all) = machine.progress();
            self.bar.set_length(u64::try_from(all).unwrap_or_default());
            self.bar.set_position(u64::try_from(done).unwrap_or_default());
            let step = machine.step();
            if let Some(number) = step.filter(|_| step != last) {
                let title = begun.work.steps.get(number).map(|step| step.title.as_str()).unwrap_or_default();
                let back = if is_back { "taking back " } else { "" };
                self.say(&format!("{back}step {} of {}: {title}", number.saturating_add(1), begun.work.steps.len()));
                last = step;
            }
        };
        let end = run(&mut machine, &mut service, &mut journal, &mut tell).map_err(Failed::Within)?;
        let (work, gone) = (machine.whole(), machine.gone());
        let mut expected = begun.state.clone().without(&gone);
        let (done, aim, settings) = match end {
            End::Stopped(why) => return Err(Failed::Within(named(begun, &machine, &why))),
            End::RolledBack => ("taken back", "as before the run", Settings::before(&work)),
            End::Applied => {
                work.run(&mut expected).map_err(Failed::Within)?;
                ("applied", "as desired", Settings::after(&work))
            }
        };
        let differences = self.differences(&machine, &expected, &settings).map_err(Failed::Within)?;
        let things: BTreeSet<_> = work.things().into_iter().map(|thing| machine.thing(thing)).collect();
        let (ours, others): (Vec<_>, Vec<_>) = differences.iter().partition(|one| is_about(one, &things));
        // What the run does not touch may have changed beside it. That is told, and is no fault of the run.
        for difference in others.iter().take(TOLD_MAX) {
            self.say(&format!("changed meanwhile: {difference}"));
        }
        if !ours.is_empty() {
            let told: Vec<_> = ours.iter().take(TOLD_MAX).map(ToString::to_string).collect();
            return Err(Failed::Within(format!(
                "all steps are {done}, and somebody has changed what they did: the tenant is not {aim}\n  {}\n\
                 plan again from what it is",
                told.join("\n  ")
            )));
        }
        let what = if others.is_empty() { "the tenant" } else { "what the plan changes" };
        let but = if gone.is_empty() { "" } else { ", without what was left out" };
        Ok(format!("{done}: {what} is {aim}{but}"))
    }
}

/// A text with the names of things, those of groups that the run has made included.
fn named(begun: &Begun, machine: &Machine, text: &str) -> String {
    let mut places = begun.state.clone();
    for effect in begun.work.steps.iter().flat_map(|step| &step.effects) {
        if matches!(effect, Effect::CreateConnectorGroup { .. }) {
            // It fails only for a group that is there already, and so has its name.
            _ = places.apply(effect);
        }
    }
    places.renamed(|id| machine.id(id)).named(text)
}

/// Whether a difference is about what a run changes. Connectors come and go by themselves.
fn is_about(difference: &Difference, things: &BTreeSet<Thing>) -> bool {
    difference.how != How::Status && things.contains(&difference.thing)
}
