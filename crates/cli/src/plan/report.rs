//! What a plan does, step by step and as a whole, and what is to be known about it.

use alloc::collections::BTreeSet;

use connector_groups::{
    Command, ConnectorGroupId, Desired, Plan, Tenant,
    plan::{Aim, PlanOptions},
};

use super::{
    checks,
    names::{self, Shared, count},
    requests::Requests,
    step::{Change, Moves, Step, Sums, changes, effects, exact},
    warning::Warning,
};
use crate::{
    import::Imported,
    words::headline,
    work::{self, Effect, Work, members},
};

/// A plan in words and in data.
pub(super) struct Report<'a> {
    pub(super) imported: &'a Imported,
    pub(super) plan: &'a Plan,
    pub(super) options: PlanOptions,
    /// What the plan was made for.
    pub(super) desired: &'a Desired,
    /// The steps as single effects.
    pub(super) work: Work,
    /// Settings of applications that come behind the steps.
    pub(super) settings: Work,
    /// What is to be done before the plan by other means, in words: neither the plan nor its settings do it.
    pub(super) beforehand: Vec<String>,
    pub(super) steps: Vec<Step>,
    pub(super) sums: Sums,
    /// The tenant when all is done.
    pub(super) end: Tenant,
    /// What is to be known about the plan as a whole.
    pub(super) warnings: Vec<Warning>,
}

impl<'a> Report<'a> {
    /// Runs the plan on a copy of the tenant and writes down what happens.
    pub(super) fn new(
        imported: &'a Imported,
        desired: &'a Desired,
        plan: &'a Plan,
        options: PlanOptions,
    ) -> Result<Self, String> {
        let mut now = imported.tenant.clone();
        // No step gives connectors or applications other names.
        let shared = Shared::of(&now);
        let mut sums = Sums::default();
        let mut steps = Vec::new();
        for (number, command) in (1..).zip(&plan.steps) {
            let before = now.clone();
            // The impact is that of the step on what those before it have left, which is what happens when the steps
            // are run.
            let impact = now.impact(command).map_err(|refusal| refusal.to_string())?;
            let events = now.apply(command).map_err(|refusal| refusal.to_string())?;
            let moves = Moves::of(&events);
            let warnings = checks::of_step(imported, &before, &now, number, &impact, &moves);
            steps.push(Step {
                number,
                command: exact(command, &moves),
                changes: changes((&before, &now), &events, &moves, &shared, &mut sums),
                effects: effects(&impact),
                impact,
                warnings,
                moves,
            });
        }
        let warnings = checks::of_end(imported, &now);
        let mut work = Work::of(&imported.tenant, &plan.steps)?;
        for (single, step) in work.steps.iter_mut().zip(&steps) {
            single.title = step.summary().join("; ");
        }
        Ok(Self {
            imported,
            plan,
            options,
            desired,
            work,
            settings: Work::default(),
            beforehand: Vec::new(),
            steps,
            sums,
            end: now,
            warnings,
        })
    }

    pub(super) fn tenant(&self) -> &Tenant {
        &self.imported.tenant
    }

    /// Whether there is nothing to do.
    pub(super) const fn is_empty(&self) -> bool {
        self.steps.is_empty() && self.settings.steps.is_empty()
    }

    /// Steps behind the plan, so that its own keep their numbers: settings and groups do not depend on each other.
    pub(super) fn settings(&self) -> impl Iterator<Item = (usize, &work::Step)> {
        (self.steps.len().saturating_add(1)..).zip(&self.settings.steps)
    }

    /// The same as lines, with what changes of each application.
    pub(super) fn settings_changes(&self) -> impl Iterator<Item = (usize, Change)> {
        let shared = Shared::of(self.tenant());
        let thing = move |effect: &Effect| match effect {
            Effect::UpdateApplication { id, to, .. } => {
                Some(format!("{}: {}", shared.application(self.tenant(), *id), members::names(to).join(", ")))
            }
            _ => None,
        };
        self.settings().map(move |(number, step)| {
            let text = format!("change settings of {}", count(step.effects.len(), "application"));
            (number, Change { mark: '~', text, things: step.effects.iter().filter_map(&thing).collect() })
        })
    }

    /// Whether there are settings or other means, of which a picture of groups shows nothing; in words.
    pub(super) fn not_in_a_picture(&self) -> Vec<String> {
        let settings = self.settings_changes().map(|(number, change)| format!("step {number}: {}", change.text));
        let beforehand = self.beforehand.iter().map(|what| format!("before the plan: {what}"));
        beforehand.chain(settings).collect()
    }

    pub(super) fn headline(&self) -> String {
        headline(self.tenant())
    }

    /// How many things change.
    pub(super) fn sums(&self) -> String {
        let changed: BTreeSet<_> = self.settings.things();
        let settings = match changed.len() {
            0 => String::new(),
            number => format!(", settings of {} to change", count(number, "application")),
        };
        self.sums.words() + &settings
    }

    /// How good the plan is. Settings have no other way: each is one request.
    pub(super) fn verdict(&self) -> String {
        let plan = self.plan;
        let of_settings = count(self.settings.steps.len(), "step");
        if plan.steps.is_empty() && !self.settings.steps.is_empty() {
            return format!("{of_settings}, of settings alone");
        }
        let mut steps = count(plan.steps.len(), "step");
        if !self.settings.steps.is_empty() {
            steps = format!("{steps}, and {of_settings} of settings behind");
        }
        let harmless = self.options.aim == Aim::FewestSteps || plan.outages.is_empty();
        match (plan.best, harmless) {
            // The lower bound was not met, so only the exhaustive search can say that nothing is shorter.
            (true, true) if plan.steps.len() > plan.at_least => {
                format!("{steps}; every other way was looked at, and none is shorter")
            }
            (true, true) => format!("{steps}; no way is shorter"),
            (true, false) => format!("{steps}; every other way was looked at, and none does less harm"),
            (false, _) => {
                let why =
                    plan.gave_up.map(|why| names::in_text(self.tenant(), &format!("; {why}"))).unwrap_or_default();
                format!("{steps}; there must be {} at least{why}", plan.at_least)
            }
        }
    }

    /// What the plan costs on the wire.
    pub(super) fn requests(&self) -> Requests {
        Requests::of(&self.steps).with(&self.settings)
    }

    /// Who is without an active connector on the way, and until when.
    pub(super) fn outages(&self) -> Vec<String> {
        let told = |outage: &connector_groups::plan::Outage| {
            let number = count(outage.applications.len(), "application");
            let group = self.group_name(outage.connector_group);
            let step = outage.step.saturating_add(1);
            let until = match outage.until {
                Some(until) => format!("until step {}", until.saturating_add(1)),
                None => String::from("in the end: the desired state leaves their group without an active connector"),
            };
            format!("{number} in {group} without an active connector from step {step} {until}")
        };
        self.plan.outages.iter().map(told).collect()
    }

    /// A group by the name that it has in the end, or at the start, or on the way.
    fn group_name(&self, id: ConnectorGroupId) -> String {
        // The name in the end first: whoever reads the plan afterwards knows the group by that.
        for tenant in [&self.end, self.tenant()] {
            if tenant.connector_group(id).is_some() {
                return names::group(tenant, id);
            }
        }
        let created = self.steps.iter().find_map(|step| match &step.command {
            Command::CreateConnectorGroup(command) if command.id == id => Some(crate::words::quoted(&command.name)),
            _ => None,
        });
        created.unwrap_or_else(|| id.to_string())
    }

    /// All warnings: those of the steps, then those of the whole.
    pub(super) fn all_warnings(&self) -> impl Iterator<Item = &Warning> {
        self.steps.iter().flat_map(|step| &step.warnings).chain(&self.warnings)
    }
}
