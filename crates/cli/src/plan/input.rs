//! Files in: tenants, with the file and the field named where something is wrong.

extern crate alloc;

use alloc::collections::BTreeSet;
use std::path::Path;

use connector_groups::{Directory, Tenant, TenantId};

use crate::{
    import::{self, Assume, Beside, Imported, Untold, backup},
    input,
    line::{self, Outcome},
    output,
    state::{self, Kind, of_kind},
    words,
};

/// Findings that are told one by one beside a plan; `--report` has all.
const TOLD_MAX: usize = 10;

/// Which tenant of several is meant.
#[derive(Clone, Copy)]
pub(crate) struct Which<'a> {
    /// The option that says it, which is not the same one in all subcommands.
    pub(crate) option: &'static str,
    /// What it says.
    pub(crate) id: Option<&'a str>,
}

impl Which<'_> {
    fn meant(self) -> Result<Option<TenantId>, String> {
        let parsed = self.id.map(|id| id.parse().map_err(|error| format!("{} {id}: {error}", self.option)));
        parsed.transpose()
    }
}

/// The tenant that a subcommand looks at, and changes nothing of.
#[derive(clap::Args)]
pub(crate) struct Source {
    /// Which tenant of a directory
    #[arg(long, value_name = "ID")]
    tenant: Option<String>,
    /// A group of which no file tells members or applications has none: its id or name, or `all`; may be given more than once
    #[arg(long, value_name = "GROUP", value_parser = clap::builder::NonEmptyStringValueParser::new())]
    assume_empty: Vec<String>,
    /// A tenant document, a directory, a replay file (`.jsonl`), a backup, or a folder of Graph's answers
    #[arg(value_name = "TENANT")]
    from: String,
}

impl Source {
    /// Reads the tenant, and tells on standard error what was found meanwhile.
    pub(crate) fn read(&self, subcommand: &str) -> Result<Tenant, String> {
        let which = Which { option: "--tenant", id: self.tenant.as_deref() };
        let imported = tenant(Some(subcommand), &self.from, which, &Assume::new(&self.assume_empty))?;
        tell(subcommand, &imported);
        Ok(imported.tenant)
    }
}

/// Tells on standard error what was found while a folder was read, the worst first.
pub(crate) fn tell(subcommand: &str, imported: &Imported) {
    let mut findings: Vec<_> = imported.findings.iter().collect();
    // The worst first: only so many are told one by one.
    findings.sort_by_key(|finding| finding.level);
    let more: usize = imported.findings.left_out().map(|(_, more)| more).sum();
    for finding in findings.iter().take(TOLD_MAX) {
        let line = format!("{}: {}: {} [{}]", finding.place, finding.level.as_str(), finding.message, finding.rule);
        output::say(subcommand, &line.replace('\n', " "));
    }
    let more = more.saturating_add(findings.len().saturating_sub(TOLD_MAX));
    if more > 0 {
        output::say(subcommand, &format!("and {more} more findings; `plan --import FOLDER --report FILE` has them"));
    }
}

/// Reads a tenant. Refused lines of a replay file are told after the name of a subcommand, or passed over without one.
pub(crate) fn tenant(subcommand: Option<&str>, file: &str, which: Which, assume: &Assume) -> Result<Imported, String> {
    let path = Path::new(file);
    let is_answers = path.is_dir() && !backup::is_one(path);
    let imported = if is_answers {
        import::tenant(path, assume).map_err(|problems| problems.to_string())?
    } else if path.is_dir() {
        backup::read(path)?
    } else {
        document(subcommand, path, which)?
    };
    if let Some(meant) = which.meant()?.filter(|meant| *meant != imported.tenant.id()) {
        return Err(format!("{file}: is of tenant {}, and {} says {meant}", imported.tenant.id(), which.option));
    }
    if is_answers {
        return Ok(imported);
    }
    let unknown = assume.unknown(imported.tenant.connector_groups().map(|group| (group.id(), group.name().as_str())));
    if !unknown.is_empty() {
        return Err(format!("{file}: {}", unknown.join("\n  ")));
    }
    if !assume.is_lenient {
        check_whole(file, &imported.untold)?;
    }
    Ok(imported)
}

/// The tenant that a file tells of, with what stands beside the document of a backup.
fn document(subcommand: Option<&str>, path: &Path, which: Which) -> Result<Imported, String> {
    let text = input::text(path)?;
    // By the name and not by a look inside: a replay of one line is also a valid document of nothing.
    let is_replay = state::ends_in(path, &["jsonl"]);
    let directory = if is_replay { replayed(subcommand, path, &text)? } else { state::directory(path, &text)? };
    let mut imported = one(&directory, path, which).map(Imported::from)?;
    // The document of a backup has a file beside it with all that a document cannot say.
    let is_of_backup = path.file_name().is_some_and(|name| name == backup::DOCUMENT);
    let own = path.with_file_name(backup::BESIDE);
    if is_of_backup && own.is_file() {
        beside(&mut imported, &own)?;
    }
    Ok(imported)
}

/// Takes up what a file says beside a tenant document: what is unknown of it, and what it cannot hold.
pub(crate) fn beside(imported: &mut Imported, path: &Path) -> Result<(), String> {
    let beside: Beside = of_kind(Kind::Beside, path, &input::text(path)?)?;
    let (told, tenant) = (beside.tenant, imported.tenant.id());
    if told != tenant {
        return Err(format!("{}: is about tenant {told}, and the tenant document about {tenant}", path.display()));
    }
    imported.take_back(beside);
    Ok(())
}

/// Refuses a document in which things stand in groups that they may not be in, as a backup may have them.
fn check_whole(file: &str, untold: &Untold) -> Result<(), String> {
    let groups: BTreeSet<_> = untold.members.union(&untold.assigned).collect();
    let things = untold.connectors.len().saturating_add(untold.applications.len());
    if groups.is_empty() && things == 0 {
        return Ok(());
    }
    Err(format!(
        "{file}: is of a backup that lacks members or applications of {}, so that nobody knows who is where; export the \
         tenant, and name that folder",
        words::count(groups.len(), "connector group")
    ))
}

/// The tenant of a directory that is meant.
fn one(directory: &Directory, file: &Path, which: Which) -> Result<Tenant, String> {
    let (option, file) = (which.option, file.display());
    if let Some(id) = which.meant()? {
        return directory.tenant(id).cloned().ok_or_else(|| format!("{file}: there is no tenant {id}"));
    }
    let mut tenants = directory.tenants();
    match (tenants.next(), tenants.next()) {
        (Some(tenant), None) => Ok(tenant.clone()),
        (None, _) => Err(format!("{file}: there is no tenant")),
        (Some(_), Some(_)) => Err(format!("{file}: there are several tenants; {option} ID says which")),
    }
}

/// What a replay of these lines leaves. A refused command changes nothing, as when it was asked for; it is told unless it is to be
/// quiet, as whoever plans may have counted on it. Of a line that is no command nobody knows what it did, so that there is nothing to plan for.
fn replayed(subcommand: Option<&str>, path: &Path, text: &str) -> Result<Directory, String> {
    let mut directory = Directory::default();
    let (mut invalid, mut more) = (Vec::new(), 0_usize);
    line::apply_all(&mut directory, text.as_bytes(), |number, _, directory, outcome| {
        if outcome.is_accepted() {
            return;
        }
        let told = format!("{}: line {number}: {}", path.display(), words::outcome(directory, &outcome));
        match outcome {
            Outcome::Applied(..) => {
                if let Some(subcommand) = subcommand {
                    output::say(subcommand, &told);
                }
            }
            Outcome::Invalid(_) if invalid.len() < TOLD_MAX => invalid.push(told),
            Outcome::Invalid(_) => more = more.saturating_add(1),
        }
    });
    if more > 0 {
        invalid.push(format!("and {more} more lines"));
    }
    if invalid.is_empty() { Ok(directory) } else { Err(invalid.join("\n  ")) }
}
