//! `restore`: plans the way from a tenant as it is to a backup, so that nobody is cut off on the way.
//!
//! First things are matched, as ids differ after a loss. Then applications are led back but for their groups, which cuts
//! nobody off. Then the planner leads groups, connectors and assignments back. Whatever came since the backup stays.

extern crate alloc;

mod matching;
mod notes;
mod staged;
mod target;
#[cfg(test)]
mod tests;
mod verify;

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use connector_groups::{
    Command, ConnectorGroupId, Desired, Plan, Tenant, TenantId,
    plan::{Aim, DesiredGroup, Parking, PlanOptions, Things, Unreachable},
    view::{ApplicationView, ConnectorGroupView},
};
use serde_json::json;

use self::{
    matching::{Given, Matches},
    notes::Notes,
    staged::new_ids,
};
use crate::{
    backup::{
        content::{Content, Kind},
        source,
    },
    import::{Assume, Imported},
    output,
    plan::{
        self,
        input::{self, Which},
    },
    progress::Waiting,
    work::Work,
};

const EXAMPLES: &str = "\
Examples:
  # The way back, from the tenant as it is; then carry it out
  connector-groups restore backup --graph https://graph.microsoft.com --az --out restore.plan.json
  connector-groups apply --az restore.plan.json

  # From an export or a document of the tenant as it is
  connector-groups restore backup export
  connector-groups restore --format markdown backup export | less

  # Applications that are gone for good, and an ambiguity that was told
  connector-groups restore --recreate-applications --match 5d…01=5d…77 backup export

  # What Microsoft's weekly script or EntraExporter wrote: it says what these lack
  connector-groups restore PrivateAccessBackup export

  # By a code for a browser, in a tenant, as a client and at an address of your own
  connector-groups restore backup --device-code --tenant contoso.com --client-id 5b000000-0000-4000-8000-000000000001 \\
      --login https://login.microsoftonline.us --graph https://graph.microsoft.us --out restore.plan.json

  # In a script: a token from the environment, more patience, a proxy's certificate, and errors only
  connector-groups restore backup --token-env TOKEN --tries 20 --readings 5 --ca-file proxy.pem --quiet \\
      --graph https://graph.microsoft.com --out restore.plan.json

  # As lines for replay, as requests, with all names, and what does not come back as JSON
  connector-groups restore --lines restore.jsonl --report report.json --all backup export
  connector-groups restore --as graph backup export

  # One tenant of a replay file; things may wait in any group, and one group is known to be empty
  connector-groups restore --tenant-id 7e000000-0000-4000-8000-000000000001 --park-anywhere \\
      --assume-empty \"Private Access Pilot\" backup examples/contoso.jsonl

The exit status is 0 where nothing is to be done, 2 where there is a plan, and 1 where there is no way,
the input is wrong or ambiguous.";

/// Options of `restore`.
#[derive(clap::Args)]
#[command(
    override_usage = "connector-groups restore [OPTIONS] BACKUP NOW\n       connector-groups restore [OPTIONS] BACKUP --graph URL <TOKEN>",
    after_help = EXAMPLES
)]
pub(crate) struct Options {
    /// Fetch the tenant as it is from here, without the version, such as `https://graph.microsoft.com`
    #[arg(long, value_name = "URL", conflicts_with = "now", required_unless_present = "now")]
    graph: Option<String>,
    #[command(flatten)]
    fetching: source::Fetching,
    /// Create applications anew that are gone: with other ids, without secrets and without who is assigned
    #[arg(long)]
    recreate_applications: bool,
    /// Of two ids, the first of the backup, the second of the tenant, that are the same thing; may be given more than once
    #[arg(long, value_name = "ID=ID", value_parser = pair)]
    r#match: Vec<(String, String)>,
    /// What must leave a group while its region changes may wait in any group, not only in a temporary one
    #[arg(long)]
    park_anywhere: bool,
    /// Which tenant of a directory
    #[arg(long, value_name = "ID")]
    tenant_id: Option<String>,
    /// A group of the tenant as it is of which no file tells members or applications has none; may be given more than once
    #[arg(long, value_name = "GROUP", value_parser = clap::builder::NonEmptyStringValueParser::new())]
    assume_empty: Vec<String>,
    /// Write what was matched and what does not come back, as JSON
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    #[command(flatten)]
    output: plan::Output,
    /// A folder of `backup`, of `export`, of `EntraExporter`, of Microsoft's backup script, or a tenant document
    #[arg(value_name = "BACKUP")]
    backup: PathBuf,
    /// The tenant as it is: a folder of Graph's answers, or a tenant document
    #[arg(value_name = "NOW")]
    now: Option<PathBuf>,
}

fn pair(text: &str) -> Result<(String, String), String> {
    let (was, is) = text.split_once('=').ok_or("two ids with = between them are needed")?;
    let id = |text: &str| {
        text.trim().parse::<ConnectorGroupId>().map(|id| id.to_string()).map_err(|error| error.to_string())
    };
    Ok((id(was)?, id(is)?))
}

/// How to restore.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct How {
    recreate: bool,
    parking: Parking,
}

/// A way back.
pub(crate) struct Restored {
    /// What leads applications back, but for their groups; it comes first.
    pub(crate) first: Vec<Command>,
    /// What of that comes behind the plan, as its last steps.
    pub(crate) settings: Work,
    /// The tenant after that, from which the plan leads on.
    pub(crate) tenant: Tenant,
    pub(crate) desired: Desired,
    pub(crate) plan: Plan,
    pub(crate) options: PlanOptions,
    pub(crate) notes: Notes,
}

/// Why there is no way back.
pub(crate) enum Refused {
    /// Things of the backup that could be several, or a backup that does not fit.
    Told(Vec<String>),
    /// The planner found no way from this state.
    Unreachable(Box<Tenant>, Unreachable),
}

pub(crate) fn run(options: &Options) -> ExitCode {
    let outputs = options.output.files(options.report.as_deref());
    let inputs: Vec<&Path> = [&options.backup].into_iter().chain(&options.now).map(PathBuf::as_path).collect();
    plan::ended("restore", &outputs, &inputs, || options.restore())
}

impl Options {
    fn which(&self) -> Which<'_> {
        Which { option: "--tenant-id", id: self.tenant_id.as_deref() }
    }

    /// The subcommand that remarks begin with; none where it is to be quiet.
    fn told(&self) -> Option<&'static str> {
        (!self.fetching.quiet).then_some("restore")
    }

    /// Says on standard error what is known of both sides before the way is looked for.
    fn tell(&self, content: &Content, now: &Imported) {
        let Some(subcommand) = self.told() else { return };
        input::tell(subcommand, now);
        crate::backup::tell(subcommand, content);
        let known = |id: &TenantId| *id != TenantId::default();
        match (content.tenant.filter(known), Some(now.tenant.id()).filter(known)) {
            (Some(was), Some(is)) if was != is => output::say(
                subcommand,
                &format!("the backup is of tenant {was}, and this is tenant {is}: ids differ, and names decide"),
            ),
            (Some(_), Some(_)) => {}
            (was, _) => {
                let what = if was.is_none() { "the backup" } else { "the tenant as it is" };
                output::say(subcommand, &format!("nobody compares tenants: {what} does not tell its tenant's id"));
            }
        }
    }

    fn restore(&self) -> Result<ExitCode, String> {
        let assume = Assume::new(&self.assume_empty);
        let content = source::read(self.told(), &self.backup, self.which(), &Assume::default())?;
        let now = self.now(&assume)?;
        self.tell(&content, &now);
        let given: Given = self.r#match.iter().cloned().collect();
        let how = How {
            recreate: self.recreate_applications,
            parking: if self.park_anywhere { Parking::Anywhere } else { Parking::Apart },
        };
        let waiting = (!self.fetching.quiet).then(|| Waiting::new("planning"));
        let restored = plan(&now, &content, &given, how);
        drop(waiting);
        let restored = match restored {
            Ok(restored) => restored,
            Err(Refused::Told(problems)) => return Err(problems.join("\n  ")),
            Err(Refused::Unreachable(tenant, unreachable)) => {
                let imported = Imported::from(*tenant);
                return self.output.no_way(&imported, &unreachable, &self.backup.display().to_string());
            }
        };
        if !self.fetching.quiet {
            restored.notes.tell(self.output.all);
        }
        if let Some(file) = &self.report {
            let report = json!({
                "backup": {"kind": content.kind, "taken": content.taken, "tenant": content.tenant, "lacks": content.lacks},
                "tenant": now.tenant.id(),
                "notes": restored.notes,
            });
            plan::write(file, &plan::json(&report)?)?;
        }
        let after = Imported { tenant: restored.tenant, ..now };
        let before =
            plan::Before { commands: &restored.first, settings: restored.settings, beforehand: restored.notes.first };
        let plan = (&restored.desired, &restored.plan, restored.options);
        self.output.deliver(self.told(), &after, before, plan, &self.backup.display().to_string())
    }

    fn now(&self, assume: &Assume) -> Result<Imported, String> {
        match (&self.now, &self.graph) {
            (Some(path), _) => {
                let path: &Path = path;
                #[cfg(feature = "export")]
                self.fetching.means_nothing_beside(path)?;
                if path.is_dir() && source::kind(path) == Kind::Backup {
                    return Err(format!("{}: is a backup; the tenant as it is stands second", path.display()));
                }
                source::imported(self.told(), path, self.which(), assume)
            }
            (None, Some(graph)) => source::fetch(graph, &self.fetching, assume).map(|(imported, _)| imported),
            (None, None) => Err(String::from("the tenant as it is is needed: a folder, or --graph URL")),
        }
    }
}

/// Plans the way from a tenant to a backup.
pub(crate) fn plan(now: &Imported, content: &Content, given: &Given, how: How) -> Result<Restored, Refused> {
    let told = |message: String| Refused::Told(vec![message]);
    let matches = matching::matches(content, &now.tenant, given).map_err(Refused::Told)?;
    let mut notes = Notes::default();
    notes.about(now, content, &matches);
    let reached = target::reach(now, content, &matches, how.recreate, &mut notes).map_err(told)?;
    let groups = group_ids(&reached.tenant, content, &matches);
    let desired = desired(&reached, content, &matches, &groups);
    let options = PlanOptions { aim: Aim::KeepAvailable, parking: how.parking };
    let plan = match staged::plan(&reached.tenant, &desired, options) {
        Ok(plan) => plan,
        Err(unreachable) => return Err(Refused::Unreachable(Box::new(reached.tenant), unreachable)),
    };
    let mut end = reached.tenant.clone();
    for step in &plan.steps {
        end.apply(step).map_err(|refusal| told(refusal.to_string()))?;
    }
    verify::left(&end, now, content, &matches, &groups, &reached.applications, &mut notes.left);
    Ok(Restored {
        first: reached.commands,
        settings: reached.settings,
        tenant: reached.tenant,
        desired,
        plan,
        options,
        notes,
    })
}

/// The id that each group of the backup has in the end: its own again where that is free.
fn group_ids(tenant: &Tenant, content: &Content, matches: &Matches) -> Vec<ConnectorGroupId> {
    let mut fresh = new_ids()
        .filter(|id| tenant.connector_group(*id).is_none() && content.groups.iter().all(|group| group.id != *id));
    let own = content.groups.iter().zip(&matches.groups).map(|(group, is)| match is {
        Some(id) => *id,
        None if tenant.connector_group(group.id).is_none() => group.id,
        None => {
            let id = fresh.next();
            debug_assert!(id.is_some(), "there are more ids than groups");
            id.unwrap_or_default()
        }
    });
    own.collect()
}

/// What is not in its place, as a desired state: exact ids, so that nothing else moves.
fn desired(reached: &target::Reached, content: &Content, matches: &Matches, groups: &[ConnectorGroupId]) -> Desired {
    let by_place: std::collections::HashMap<ConnectorGroupId, usize> =
        content.groups.iter().enumerate().map(|(at, group)| (group.id, at)).collect();
    let mut connectors: Vec<Vec<alloc::sync::Arc<str>>> = vec![Vec::new(); groups.len()];
    let mut applications = connectors.clone();
    for (one, is) in content.connectors.iter().zip(&matches.connectors) {
        let (Some(at), Some(id)) = (one.place.and_then(|place| by_place.get(&place)), is) else { continue };
        let present = reached.tenant.connector(*id).map(|connector| connector.connector_group().id());
        if present != groups.get(*at).copied()
            && let Some(list) = connectors.get_mut(*at)
        {
            list.push(id.to_string().into());
        }
    }
    for (one, is) in content.applications.iter().zip(&reached.applications) {
        let (Some(at), Some(id)) = (one.place.and_then(|place| by_place.get(&place)), is) else { continue };
        let present = reached.tenant.application(*id).and_then(ApplicationView::connector_group);
        // One that could not be published again has no group.
        if present.is_some()
            && present.map(ConnectorGroupView::id) != groups.get(*at).copied()
            && let Some(list) = applications.get_mut(*at)
        {
            list.push(id.to_string().into());
        }
    }
    let lists = connectors.into_iter().zip(applications);
    let connector_groups =
        content.groups.iter().zip(groups).zip(lists).map(|((group, id), (connectors, applications))| DesiredGroup {
            id: Some(*id),
            name: Some(group.name.as_str().into()),
            rename: None,
            region: Some(group.region.as_str().into()),
            connectors: Things::These(connectors),
            applications: Things::These(applications),
        });
    Desired { connector_groups: connector_groups.collect(), absent: Vec::new() }
}
