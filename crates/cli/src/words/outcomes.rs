//! What came of a line, in words.

use connector_groups::{Directory, DirectoryCommand};

use super::{
    events::events as happened,
    names::Names,
    refusals::{refusal as why_not, target},
};
use crate::line::{Invalid, Outcome};

/// What came of a line, which has left this directory.
pub(crate) fn outcome(directory: &Directory, outcome: &Outcome) -> String {
    let (command, result) = match outcome {
        Outcome::Applied(command, result) => (command, result),
        Outcome::Invalid(Invalid { what, place, .. }) => {
            // The parser writes `?` for a field of which it knows no name.
            let what = what.trim_start_matches("?: ").trim_end();
            return format!("invalid at column {place}: {what}");
        }
    };
    let (tenant, place) = match command {
        // Ids are those of one tenant: another tenant may have things with the same.
        DirectoryCommand::InTenant { tenant, command: _ } if directory.tenants_count() > 1 => {
            (directory.tenant(*tenant), format!("tenant {tenant}: "))
        }
        DirectoryCommand::InTenant { tenant, command: _ } => (directory.tenant(*tenant), String::new()),
        // What is done to a tenant as a whole names it by its id.
        _ => (None, String::new()),
    };
    let names = Names { tenant, events: &[] };
    let name = command.name();
    let text = match result {
        Ok(events) if events.is_empty() => {
            let target = target(names, command);
            format!("{name} changed nothing: {target} is as the command asks already")
        }
        Ok(events) => happened(Names { tenant, events }, events),
        Err(refusal) => format!("refused {name}: {}", why_not(names, command, refusal)),
    };
    place + &text
}
