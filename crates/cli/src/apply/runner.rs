//! Work in a tenant over the network, with a journal on disk: begun, gone on with, or taken back.

extern crate alloc;

use alloc::sync::Arc;
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
    run::run,
    survey,
};
use crate::{
    export::client::Client,
    output,
    work::{self, Places, Work},
};

/// Differences that are told one by one.
pub(crate) const TOLD_MAX: usize = 20;

/// The exit status of a program that a signal ends.
const INTERRUPTED: i32 = 130;

/// Why there is no end.
pub(crate) enum Failed {
    /// Nothing was done.
    Before(String),
    Drift(Vec<String>),
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

    /// A token of another tenant would find none of the things of the plan, or others with the same names.
    pub(crate) fn check_tenant(&self, planned: TenantId) -> Result<(), String> {
        let now = self.client.tenant()?;
        // Its groups and things are compared all the same; a copy of the tenant would pass.
        match now {
            // An export that could not read the organization does not tell the tenant's id.
            _ if planned == TenantId::default() => {
                self.say(
                    "nobody compares tenants: the plan does not tell its tenant, as no organization.json was there",
                );
            }
            None => self.say("nobody compares tenants: Graph does not tell that of the token"),
            Some(now) if now != planned => {
                return Err(format!("the plan is for tenant {planned}, and the token for tenant {now}"));
            }
            Some(_) => {}
        }
        Ok(())
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

    /// Goes on with work that was begun, to its end, or back to where it began.
    ///
    /// # Errors
    /// Nothing was done, or the journal leads on.
    pub(crate) fn go_on(&self, journal: &Path, plan: &str, is_back: bool) -> Result<String, Failed> {
        let (open, begun, records) = Journal::open(journal)?;
        if begun.plan != plan {
            return Err(Failed::Before(Journal::of_another_plan(journal)));
        }
        if begun.graph != self.client.base() {
            let base = self.client.base();
            return Err(Failed::Before(format!("the run was begun at {}, not at {base}", begun.graph)));
        }
        self.check_tenant(begun.tenant)?;
        self.run(&begun, &records, open, is_back)
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
        let mut expected = begun.state.clone();
        let (text, settings) = match end {
            End::Stopped(why) => return Err(Failed::Within(why)),
            End::RolledBack => ("taken back: the tenant is as before the run", work::Settings::before(&begun.work)),
            End::Applied => {
                begun.work.run(&mut expected).map_err(Failed::Within)?;
                ("applied: the tenant is as desired", work::Settings::after(&begun.work))
            }
        };
        // What the run does not touch may have changed beside it. That is told, and is no fault of the run.
        let expected = expected.renamed(|id| machine.id(id));
        let others = survey::differences(&mut service, &self.patience, &settings, |places, now| {
            let mut all = expected.differences(places);
            all.extend(settings.differences(now, |id| expected.application(id)));
            all
        });
        for difference in others.map_err(Failed::Within)?.iter().take(TOLD_MAX) {
            self.say(&format!("changed meanwhile: {difference}"));
        }
        Ok(text.into())
    }
}
