//! `backup`: keeps a tenant in a folder that says what it has and what not, for `restore`.

pub(crate) mod content;
mod folder;
mod microsoft;
pub(crate) mod source;

use std::{path::PathBuf, process::ExitCode};

use self::content::{Content, Kind};
use crate::{
    import::{Assume, Imported},
    out, output,
    plan::input::{self, Which},
    words::count,
};

const EXAMPLES: &str = "\
Examples:
  # A real tenant, with the Azure CLI's token; each week, in a folder of the date
  connector-groups backup --graph https://graph.microsoft.com --az --out backup-$(date +%F)

  # What was exported before, or what EntraExporter wrote
  connector-groups backup export --out backup

  # What it has and what not
  jq '{counts, lacks}' backup/backup.json

  # Back to it, without an outage where there is a way
  connector-groups restore backup --graph https://graph.microsoft.com --az --out restore.plan.json

  # By a code for a browser, in a tenant, as a client and at an address of your own
  connector-groups backup --device-code --tenant contoso.com --client-id 5b000000-0000-4000-8000-000000000001 \\
      --login https://login.microsoftonline.us --graph https://graph.microsoft.us --out backup

  # In a script: a token from the environment, more patience, a proxy's certificate, and errors only
  connector-groups backup --token-env TOKEN --tries 20 --readings 5 --ca-file proxy.pem --quiet \\
      --graph https://graph.microsoft.com --out backup

  # One tenant of a replay file, with a group that is known to be empty
  connector-groups backup examples/contoso.jsonl --tenant-id 7e000000-0000-4000-8000-000000000001 \\
      --assume-empty \"Private Access Pilot\" --out backup

The exit status is 0 where the backup has all that Graph answers, 3 where it lacks something, which is
told with the request that would get it, or where the tenant changed all the time, and 1 where there is none.";

/// Options of `backup`.
#[derive(clap::Args)]
#[command(
    override_usage = "connector-groups backup --graph URL <TOKEN> --out FOLDER\n       connector-groups backup FROM --out FOLDER",
    after_help = EXAMPLES
)]
pub(crate) struct Options {
    /// The folder to write; it must not be there yet, or be empty
    #[arg(long, value_name = "FOLDER")]
    out: PathBuf,
    /// Fetch the tenant from here, without the version, such as `https://graph.microsoft.com`
    #[arg(long, value_name = "URL", conflicts_with = "from", required_unless_present = "from")]
    graph: Option<String>,
    #[command(flatten)]
    fetching: source::Fetching,
    /// A group of which no file tells members or applications has none: its id or name, or `all`; may be given more than once
    #[arg(long, value_name = "GROUP", value_parser = clap::builder::NonEmptyStringValueParser::new())]
    assume_empty: Vec<String>,
    /// Which tenant of a directory
    #[arg(long, value_name = "ID")]
    tenant_id: Option<String>,
    /// A folder of Graph's answers, a folder of `EntraExporter`, or a tenant document
    #[arg(value_name = "FROM")]
    from: Option<PathBuf>,
}

impl Options {
    fn remark(&self, told: &str) {
        if !self.fetching.quiet {
            output::say("backup", told);
        }
    }
}

/// The exit status where the backup is written and lacks something.
const LACKS: u8 = 3;
/// Lacks that are told one by one; the manifest has all.
const TOLD_MAX: usize = 10;

pub(crate) fn run(options: &Options) -> ExitCode {
    match backup(options) {
        Ok(content) => {
            // Also where it is to be quiet: why the exit status is not 0.
            tell("backup", &content);
            let published = content.applications.iter().filter(|one| one.is_published).count();
            options.remark(&format!(
                "{}: {}, {}, {}",
                options.out.display(),
                count(content.groups.len(), "connector group"),
                count(content.connectors.len(), "connector"),
                count(published, "published application"),
            ));
            if content.lacks.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(LACKS) }
        }
        Err(message) => {
            output::say("backup", &message);
            ExitCode::FAILURE
        }
    }
}

/// Says on standard error what a backup lacks.
pub(crate) fn tell(subcommand: &str, content: &Content) {
    for lack in content.lacks.iter().take(TOLD_MAX) {
        output::say(subcommand, &format!("not in the backup: {}: {}; {}", lack.what, lack.why, lack.how));
    }
    let more = content.lacks.len().saturating_sub(TOLD_MAX);
    if more > 0 {
        output::say(subcommand, &format!("and {more} more; the manifest has them"));
    }
}

fn backup(options: &Options) -> Result<Content, String> {
    let assume = Assume::new(&options.assume_empty);
    if let Some(graph) = &options.graph {
        return of_graph(graph, options, &assume);
    }
    let from = options.from.as_deref().ok_or("a tenant is needed: a folder, or --graph URL")?;
    #[cfg(feature = "export")]
    options.fetching.means_nothing_beside(from)?;
    out::check(&options.out)?;
    let kind = source::kind(from);
    // Lists may be missing: the backup says what it lacks, where a plan would have to stop.
    let lenient = Assume { is_lenient: true, ..assume };
    let imported = match kind {
        Kind::Backup => return Err(format!("{}: is a backup already", from.display())),
        Kind::MicrosoftScript => {
            return Err(format!(
                "{}: holds groups without members and without applications, so that there is no tenant to keep; `restore` reads the folder as it is",
                from.display()
            ));
        }
        Kind::Document | Kind::Export | Kind::EntraExporter => {
            let which = Which { option: "--tenant-id", id: options.tenant_id.as_deref() };
            let told = (!options.fetching.quiet).then_some("backup");
            source::imported(told, from, which, &lenient)?
        }
    };
    write(options, kind, &imported, &from.display().to_string(), Vec::new())
}

/// Fetches the tenant. The answers of Graph are kept too, as they came.
fn of_graph(graph: &str, options: &Options, assume: &Assume) -> Result<Content, String> {
    // Before anything is fetched, as that takes minutes.
    out::check(&options.out)?;
    // Read as a tenant before anything is written: answers that are none make no backup.
    let lenient = Assume { is_lenient: true, ..assume.clone() };
    let (imported, files) = source::fetch(graph, &options.fetching, &lenient)?;
    let answers = files.into_iter().map(|(file, text)| (format!("answers/{file}"), text)).collect();
    write(options, Kind::Export, &imported, graph, answers)
}

fn write(
    options: &Options,
    kind: Kind,
    imported: &Imported,
    from: &str,
    mut files: Vec<(String, String)>,
) -> Result<Content, String> {
    if !options.fetching.quiet {
        input::tell("backup", imported);
    }
    let content = Content::of(kind, imported);
    let others = imported.tenant.connector_groups().count().saturating_sub(content.groups.len());
    if others > 0 {
        options.remark(&format!(
            "left out: {} of other services, which nobody but they can change",
            count(others, "connector group")
        ));
    }
    files.extend(folder::files(&content, imported, from)?);
    out::write(&options.out, files.iter().map(|(file, text)| (file.as_str(), text.as_str())))?;
    Ok(content)
}
