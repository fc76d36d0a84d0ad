//! The plan file as `apply` reads it: the work, what it starts from, and what it was made for.

extern crate alloc;

use alloc::collections::BTreeSet;
use std::path::Path;

use connector_groups::{
    ConnectorGroupId, Desired, TenantId,
    plan::{Outage, PlanOptions},
};
use serde::Deserialize;

use super::once::Once;
use crate::{
    plan::{self, FORMAT},
    state::{self, Kind},
    work::{Effect, Places, Step, Work},
};

/// What `plan --out` wrote; what is only for people is passed over.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct File {
    tenant: Tenant,
    options: PlanOptions,
    state: Places,
    desired: Desired,
    steps: Vec<FileStep>,
    outages: Vec<Outage>,
    #[serde(default)]
    beforehand: Vec<String>,
}

#[derive(Deserialize)]
struct Head {
    format: String,
    result: String,
    digest: Option<String>,
}

#[derive(Deserialize)]
struct Tenant {
    id: TenantId,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct FileStep {
    summary: Vec<String>,
    effects: Vec<Effect>,
    served: BTreeSet<ConnectorGroupId>,
    served_back: BTreeSet<ConnectorGroupId>,
    one_way: Option<String>,
}

/// A plan that can be applied.
pub(crate) struct PlanFile {
    pub(crate) tenant: TenantId,
    pub(crate) options: PlanOptions,
    /// The tenant as planned.
    pub(crate) state: Places,
    pub(crate) desired: Desired,
    pub(crate) work: Work,
    /// What is to be done by hand before the plan, which starts from there.
    pub(crate) beforehand: Vec<String>,
    /// How many applications are without an active connector at some step.
    pub(crate) outages: usize,
    /// Of the file's bytes.
    pub(crate) hash: String,
}

impl PlanFile {
    pub(crate) fn read(path: &Path) -> Result<Self, String> {
        let text = crate::input::text(path)?;
        let head: Head = state::of_kind(Kind::Plan, path, &text)?;
        if head.format != FORMAT {
            let advice = "plan again with this version";
            return Err(format!("{}: the format is {:?}, not {FORMAT:?}: {advice}", path.display(), head.format));
        }
        if head.result != "plan" {
            return Err(format!("{}: it says why there is no plan: {:?}", path.display(), head.result));
        }
        // Of two things with one id in a map, the second would take the place of the first without a word.
        state::json::<Once>(path, &text)?;
        // Before its steps are read: what is cut off or edited may still be a plan, for something that nobody has looked at.
        if head.digest != Some(plan::digest(&text)?) {
            let advice = "plan again, and apply that file as it was written";
            return Err(format!("{}: it was changed since `plan` wrote it: {advice}", path.display()));
        }
        let file: File = state::json(path, &text)?;
        let step = |step: FileStep| Step {
            effects: step.effects,
            served: step.served,
            served_back: step.served_back,
            one_way: step.one_way,
            title: step.summary.join("; "),
        };
        let work = Work { steps: file.steps.into_iter().map(step).collect() };
        // What was changed by hand so that its steps do not fit together would stop half way.
        let run = work.run(&mut file.state.clone());
        run.map_err(|why| format!("{}: the steps do not follow from the state: {why}", path.display()))?;
        Ok(Self {
            tenant: file.tenant.id,
            options: file.options,
            state: file.state,
            desired: file.desired,
            work,
            beforehand: file.beforehand,
            outages: file.outages.iter().map(|outage| outage.applications.len()).sum(),
            hash: plan::hash(text.as_bytes()),
        })
    }
}
