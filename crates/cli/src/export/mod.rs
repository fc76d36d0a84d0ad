//! `export`: fetches a tenant from Graph into a folder that `plan` reads.
//!
//! Everything is kept as it was answered. Nothing is written before all is there, and at the end the lists are read once more:
//! what moved meanwhile is fetched again, until two readings agree.

extern crate alloc;

pub(crate) mod client;
mod fetch;
pub(crate) mod token;

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use indicatif::{ProgressBar, ProgressStyle};

pub(crate) use self::fetch::Fetched;
use self::{client::Client, token::Source};
use crate::{
    import::{self, Assume, Imported},
    out, output,
};

const EXAMPLES: &str = "\
Examples:
  # With the Azure CLI's token, then a plan
  connector-groups export --az --out export
  connector-groups plan export desired.yaml

  # By a code for a browser, in a tenant, as a client and at an address of your own
  connector-groups export --device-code --tenant contoso.com --client-id 5b000000-0000-4000-8000-000000000001 \\
      --login https://login.microsoftonline.us --graph https://graph.microsoft.us --out export

  # In a script: a token from the environment, more patience, and errors only
  connector-groups export --token-env TOKEN --tries 20 --readings 5 --quiet --out export

  # Behind a proxy with a certificate of its own
  connector-groups export --az --ca-file proxy.pem --out export

The token needs the delegated permission Directory.ReadWrite.All, which Graph asks for even to read
connector groups. The exit status is 0 where two readings agree, 3 where the tenant changed all the
time, and 1 where something failed.";

/// Options of `export`.
#[derive(clap::Args)]
#[command(
    override_usage = "connector-groups export [OPTIONS] --out FOLDER <--token-env VARIABLE|--az|--device-code>",
    after_help = EXAMPLES
)]
pub(crate) struct Options {
    /// Where Graph is, without the version
    #[arg(long, value_name = "URL", default_value = "https://graph.microsoft.com")]
    graph: String,
    /// The folder to write; it must not be there yet, or be empty
    #[arg(long, value_name = "FOLDER")]
    out: PathBuf,
    #[command(flatten)]
    fetching: Fetching,
}

/// How a tenant is fetched.
#[derive(clap::Args)]
pub(crate) struct Fetching {
    #[command(flatten)]
    source: token::Options,
    /// Trust these certificates (PEM) in place of those that the system trusts
    #[arg(long, value_name = "FILE")]
    ca_file: Option<PathBuf>,
    /// How often a request is tried while Graph answers that it is busy [default: 10]
    #[arg(long, value_name = "NUMBER")]
    tries: Option<u32>,
    /// How often the lists are read again before the export is kept although they change [default: 3]
    #[arg(long, value_name = "NUMBER")]
    readings: Option<u32>,
    /// Say nothing on standard error but errors
    #[arg(long)]
    pub(crate) quiet: bool,
}

impl Fetching {
    /// Refuses what says how to fetch a tenant where this file or folder is read in place of that.
    pub(crate) fn means_nothing_beside(&self, read: &Path) -> Result<(), String> {
        let given = [
            (self.source.is_given(), "--token-env, --az or --device-code"),
            (self.ca_file.is_some(), "--ca-file"),
            (self.tries.is_some(), "--tries"),
            (self.readings.is_some(), "--readings"),
        ];
        match given.into_iter().find(|(is_given, _)| *is_given) {
            Some((_, option)) => Err(format!("{option}: is for --graph, and {} is read without it", read.display())),
            None => Ok(()),
        }
    }
}

/// How often a request is tried, and lists are read again, where nobody says.
const TRIES: u32 = 10;
const READINGS: u32 = 3;

/// The exit status where the export is written although the tenant changed between any two readings.
const DRIFT: u8 = 3;

pub(crate) fn run(options: &Options) -> ExitCode {
    if !options.fetching.source.is_given() {
        output::say("export", token::MISSING);
        return ExitCode::from(2);
    }
    match export(options) {
        Ok(fetched) => {
            for drift in &fetched.drift {
                output::say("export", &format!("the tenant changed meanwhile: {drift}"));
            }
            if !options.fetching.quiet {
                output::say("export", &fetched.summary(&options.out));
            }
            if fetched.drift.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(DRIFT) }
        }
        Err(message) => {
            output::say("export", &message);
            ExitCode::FAILURE
        }
    }
}

fn export(options: &Options) -> Result<Fetched, String> {
    // Before anything is fetched, as that takes minutes.
    out::check(&options.out)?;
    let fetched = fetch(&options.graph, &options.fetching)?;
    out::write(&options.out, fetched.files.iter().map(|(file, text)| (file.as_str(), text.as_str())))?;
    Ok(fetched)
}

/// Fetches a tenant into a folder for the import.
pub(crate) fn into(client: &Client, folder: &Path, bar: &ProgressBar) -> Result<(), String> {
    let fetched = fetch::tenant(client, READINGS, bar)?;
    out::write(folder, fetched.files.iter().map(|(file, text)| (file.as_str(), text.as_str())))
}

/// Fetches a tenant, and writes nothing.
pub(crate) fn fetch(graph: &str, fetching: &Fetching) -> Result<Fetched, String> {
    // It is hidden where standard error is no terminal.
    let bar = if fetching.quiet { ProgressBar::hidden() } else { ProgressBar::new_spinner() };
    if let Ok(style) = ProgressStyle::with_template("{spinner} {elapsed} {pos} of {len} {msg}") {
        bar.set_style(style);
    }
    let source = Source::new(&fetching.source)?;
    let client = Client::new(graph, source, fetching.ca_file.as_deref(), fetching.tries.unwrap_or(TRIES), bar.clone())?;
    let client = client.telling(fetching.quiet);
    let fetched = fetch::tenant(&client, fetching.readings.unwrap_or(READINGS), &bar)?;
    bar.finish_and_clear();
    Ok(fetched)
}

/// What was fetched, as a tenant. Messages name files as a folder `answers` has them.
pub(crate) fn imported(fetched: &Fetched, assume: &Assume) -> Result<Imported, String> {
    import::of_files(Path::new("answers"), &fetched.files, assume).map_err(|problems| problems.to_string())
}
