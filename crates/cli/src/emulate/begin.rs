//! What the emulator begins with: what a store has kept, a seed, a tenant, faults.

use alloc::sync::Arc;
use core::error::Error;
use std::{path::Path, sync::Mutex};

use connector_groups::{
    ConnectorGroupId, Directory, DirectoryCommand, TenantId, Timestamp,
    command::{CreateTenant, DefaultConnectorGroup},
    document::DirectoryDocument,
};
use serde::de::IgnoredAny;

use super::{
    calls::journal::Journal,
    clock::Clock,
    emulator::Records,
    faults::Faults,
    options::Options,
    shared::{
        Shared,
        change::{self, Change},
        store::Store,
        world::World,
        writes::Writes,
    },
};
use crate::{import::backup, input, line::Outcome, output, state, words};

/// So many tenants are named where another one is asked for.
const TENANTS_TOLD: usize = 10;

/// The directory at the start, and what is kept beside it.
pub(crate) fn begin(options: &Options, clock: Arc<Clock>) -> Result<(Shared, Records), Box<dyn Error>> {
    let mut world = World::new(options.lag(), options.request_ids);
    let Options { tenant, data, data_log, faults, journal, metrics, .. } = options;
    let (mut store, mut found) = (None, false);
    // What is kept comes before any seed: a restart with the same command line must not begin anew.
    if let Some(folder) = data {
        let opened = Store::open(folder, u64::from(data_log.get()), &mut world);
        let (opened, has_directory) = opened.map_err(|error| format!("cannot keep {}: {error}", folder.display()))?;
        (store, found) = (Some(opened), has_directory);
    } else if !options.quiet {
        output::say("emulate", "everything is in memory only, and gone at the end; --data FOLDER keeps it");
    }
    if let Some(file) = &options.seed {
        if found {
            output::say("emulate", "the seed is not read, as there is a directory from before");
        } else {
            seed(&mut world, file, options.quiet)?;
            // As a document: the next start reads what the lines have made, and not the lines.
            if let Some(store) = &mut store {
                store.replace(&world.directory)?;
            }
        }
    }
    // After the seed, which may have this tenant.
    if let Some(id) = tenant {
        let change = make_tenant(&mut world, *id, clock.now())?;
        if let (Some(store), Some(change)) = (&mut store, change) {
            store.append(&[change])?;
        }
    }
    if world.directory.tenants_count() == 0 && !options.quiet {
        let told =
            "there is no tenant, so that every request is 401: --tenant makes one, as POST /_control/tenants does";
        output::say("emulate", told);
    }
    // Every request without a token would be 401, far from the slip of the pen.
    if let Some(id) = options.anonymous.filter(|id| world.directory.tenant(*id).is_none()) {
        let ids: Vec<_> = world.directory.tenants().take(TENANTS_TOLD).map(|tenant| tenant.id().to_string()).collect();
        let ids = if ids.is_empty() { "none".into() } else { ids.join(", ") };
        let more = if world.directory.tenants_count() > TENANTS_TOLD { ", …" } else { "" };
        return Err(format!("--anonymous {id}: there is no such tenant; there are: {ids}{more}").into());
    }
    // Not kept over restarts: a fault belongs to the run that it was meant for.
    let mut rules = Faults::default();
    if let Some(file) = faults {
        let text = input::text(file)?;
        rules.add(text.as_bytes()).map_err(|error| format!("{}: {error}", file.display()))?;
    }
    let keeps_calls = *journal > 0;
    let writes = Writes::new(store, world.directory.clone(), keeps_calls);
    let shared = Shared::new(world, writes, clock);
    let records = Records {
        faults: Mutex::new(rules),
        journal: Mutex::new(Journal::new(*journal)),
        metrics: metrics.then(Mutex::default),
        keeps_calls,
    };
    Ok((shared, records))
}

/// Makes a tenant unless there is one with this id.
fn make_tenant(world: &mut World, id: Option<TenantId>, now: Timestamp) -> Result<Option<Change>, Box<dyn Error>> {
    // Drawn whether the tenant is made or not: with `--request-ids`, the ids after it are the same in each run.
    let group = ConnectorGroupId::from_u128(world.next_request_id());
    let id = id.unwrap_or_else(|| {
        let id = TenantId::from_u128(world.next_request_id());
        // Without it, nobody could ask for anything.
        output::say("emulate", &format!("tenant {id}"));
        id
    });
    if world.directory.tenant(id).is_some() {
        return Ok(None);
    }
    let command = DirectoryCommand::CreateTenant(CreateTenant {
        id,
        default_region: "nam".into(),
        now,
        default_connector_group: DefaultConnectorGroup { id: group, name: None },
        rules: None,
    });
    world.directory.apply(&command)?;
    Ok(Some(Change::Command(serde_json::to_vec(&command)?.into())))
}

/// Reads a document of any kind, or lines of the replay format: a text that is one JSON object without `command` is a
/// document.
fn seed(world: &mut World, file: &Path, quiet: bool) -> Result<(), String> {
    #[derive(serde::Deserialize)]
    struct Kind {
        command: Option<IgnoredAny>,
    }
    let unreadable = |why: String| format!("cannot read {}: {why}", file.display());
    if file.is_dir() {
        let folder = file.display();
        return Err(unreadable(if backup::is_one(file) {
            format!("it is a backup: {folder}/{} is the file to begin with", backup::DOCUMENT)
        } else {
            // An export: what it does not tell has to be asked about, which is `plan`'s work.
            format!("it is a folder: `connector-groups plan --import {folder} --out FILE` makes a file to begin with")
        }));
    }
    let text = input::text(file)?;
    // Not by its name: `--seed` also takes an answer of the control route, whatever it was saved as.
    if serde_json::from_str(&text).is_ok_and(|Kind { command }| command.is_none()) {
        let read = state::directory(file, &text)?;
        world.directory = world.read(DirectoryDocument::from(read)).map_err(|error| unreadable(error.to_string()))?;
        return Ok(());
    }
    let is_document = file.extension().is_some_and(|extension| extension == "json");
    if is_document && serde_json::from_str::<IgnoredAny>(&text).is_err() {
        // What is wrong with it, the reader of documents says.
        let _: Directory = state::directory(file, &text)?;
    }
    let mut invalid = None;
    let (replayed, _) = change::replay(&mut world.directory, text.as_bytes(), |number, directory, outcome| {
        let told = || words::outcome(directory, &outcome);
        match &outcome {
            Outcome::Invalid(_) if invalid.is_none() => invalid = Some(format!("line {number}: {}", told())),
            Outcome::Applied(_, Err(_)) if !quiet => {
                output::say("emulate", &format!("{}: line {number}: {}", file.display(), told()));
            }
            _ => {}
        }
    });
    // Another file than was meant, or one that was cut: a test would run on without what it needs. A command that was refused
    // is part of the story.
    if let Some(invalid) = invalid {
        return Err(unreadable(invalid));
    }
    if !quiet {
        let change::Replayed { accepted, refused, .. } = replayed;
        let told = format!("{}: {accepted} accepted, {refused} refused", file.display());
        output::say("emulate", &told);
    }
    Ok(())
}
