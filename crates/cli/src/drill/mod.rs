//! `drill`: whom each failure would cut off, before it happens.

mod report;

use std::process::ExitCode;

use connector_groups::{
    drill::{CAPACITIES, Drill, GroupLoad, Load, capacity},
    picture::{Picture, PictureOptions},
};

use self::report::Report;
use crate::{
    output,
    plan::{input, names},
    safe,
};

/// The exit status where one failure of one connector cuts users off, or some are cut off as it is.
const CUT_OFF: u8 = 2;

const EXAMPLES: &str = "\
Examples:
  # Whom the failure of one connector, one group, one region, or of two connectors at once would cut off
  connector-groups drill examples/contoso.jsonl
  connector-groups drill export

  # All rows, all names, and each pair of connectors
  connector-groups drill --all --pairs export

  # Whether the connectors that are left carry the load, on machines with 4 cores
  connector-groups drill --cores 4 --load \"Datacenter Dublin=900\" --load Default=40 export

  # A page for a ticket, a picture, and all in JSON with ids
  connector-groups drill --format markdown export
  connector-groups drill --format dot export | dot -Tsvg > drill.svg
  connector-groups drill --format json export

  # A capacity that you have measured, and one tenant of a replay file with a group that is known to be empty
  connector-groups drill --carries 350 --load Default=900 --tenant 7e000000-0000-4000-8000-000000000001 \\
      --assume-empty \"Private Access Pilot\" examples/contoso.jsonl

The exit status is 0 where no failure of one connector cuts anybody off, 2 where one does or where
applications have no active connector as it is, and 1 where the input is wrong. Capacities by cores are
second-hand: third parties quote them, Microsoft's documents do not.";

/// Options of `drill`.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Options {
    /// How to print what was found
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// All rows of the tables and all names; otherwise the forty worst rows and ten names
    #[arg(long)]
    all: bool,
    /// Each pair of connectors too, also those that cost what their members cost one by one; in text and JSON
    #[arg(long)]
    pairs: bool,
    /// Transactions a second of all applications of a group, such as `--load Default=40`; may be given more than once
    #[arg(long, value_name = "GROUP=NUMBER")]
    load: Vec<String>,
    /// How many cores the connectors' machines have: 2, 4, 8 or 16; says what a connector carries by second-hand figures
    #[arg(long, value_name = "NUMBER", default_value_t = 4, requires = "load")]
    cores: u32,
    /// Transactions a second that one connector carries, as you have measured it; instead of `--cores`
    #[arg(long, value_name = "NUMBER", conflicts_with = "cores", requires = "load")]
    carries: Option<u32>,
    #[command(flatten)]
    source: input::Source,
}

#[derive(Clone, Copy, PartialEq, clap::ValueEnum)]
enum Format {
    /// For a terminal
    Text,
    /// For a program, with ids
    Json,
    /// For a ticket
    Markdown,
    /// A flowchart for Mermaid
    Mermaid,
    /// A graph for Graphviz
    Dot,
}

pub(crate) fn run(options: &Options) -> ExitCode {
    options.drill().unwrap_or_else(|message| {
        output::say("drill", &message);
        ExitCode::FAILURE
    })
}

impl Options {
    fn drill(&self) -> Result<ExitCode, String> {
        let tenant = &self.source.read("drill")?;
        let drill = tenant.drill();
        let load = self.load(tenant)?;
        let loads = drill.loads(&load).map_err(|error| error.to_string())?;
        let report = Report { tenant, drill: &drill, load: &load, loads: &loads, all: self.all, pairs: self.pairs };
        let picture = || Picture::of_drill(tenant, &drill, &self.picture_options());
        match self.format {
            Format::Text => report.print_text(&picture().table().to_string())?,
            Format::Json => output::print_data(&safe::json(&report.json()?))?,
            Format::Markdown => output::print_data(report.markdown(&picture().mermaid().to_string()).trim_end())?,
            Format::Mermaid => output::print(picture().mermaid().to_string().trim_end())?,
            Format::Dot => output::print(picture().dot().to_string().trim_end())?,
        }
        Ok(if is_at_stake(&drill, &loads) { ExitCode::from(CUT_OFF) } else { ExitCode::SUCCESS })
    }

    fn picture_options(&self) -> PictureOptions {
        let mut options = PictureOptions::default();
        if self.all {
            (options.connector_groups_max, options.text_characters_max) = (usize::MAX, 256);
        }
        options
    }

    /// The load that was given, each group by its id.
    fn load(&self, tenant: &connector_groups::Tenant) -> Result<Load, String> {
        let known: Vec<_> = CAPACITIES.iter().map(|(cores, _)| cores.to_string()).collect();
        let per_connector = self.carries.or_else(|| capacity(self.cores)).ok_or_else(|| {
            let known = known.join(", ");
            format!("--cores {}: there are figures for {known}; --carries NUMBER takes your own", self.cores)
        })?;
        // No default for groups that are not named: a load that nobody has measured would look like one.
        let mut load = Load { per_connector, connector_groups: alloc::collections::BTreeMap::new() };
        for given in &self.load {
            // A name may have an equals sign, a number has none.
            let (group, number) =
                given.rsplit_once('=').ok_or_else(|| format!("--load {given:?}: GROUP=NUMBER is meant"))?;
            let number = number.trim().parse();
            let number = number.map_err(|error| format!("--load {given:?}: transactions a second: {error}"))?;
            let id = names::meant_group(tenant, group.trim()).map_err(|error| format!("--load {given:?}: {error}"))?;
            if load.connector_groups.insert(id, number).is_some() {
                return Err(format!("--load {given:?}: the load of this group is given twice"));
            }
        }
        Ok(load)
    }
}

/// Whether somebody is cut off, or would be by one failure, or by one more than the rest can carry.
fn is_at_stake(drill: &Drill, loads: &[GroupLoad]) -> bool {
    let one_cuts_off = drill.connectors.iter().any(|failure| failure.toll.cut_off > 0);
    // `bears` is none where the connectors carry too little as it is, and 0 where one failure is too much. It is 0 too for no
    // load in a group without connectors, where nothing is at stake.
    let too_much = loads.iter().any(|load| load.bears.is_none_or(|bears| bears == 0) && load.load > 0);
    drill.unserved > 0 || one_cuts_off || too_much
}
