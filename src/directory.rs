//! A directory: tenants by id.

use alloc::{boxed::Box, vec::Vec};
use core::fmt;

use serde::{Deserialize, Serialize, Serializer};

use crate::{
    columns::{HashSeed, Table},
    command::{Command, DirectoryCommand},
    count::{length, narrow},
    decide::{checks, directory},
    document::DirectoryViolations,
    event::{Event, Removed},
    ids::TenantId,
    model::Rules,
    model::{
        document::{DirectoryDocument, Document},
        group::ConnectorGroup,
        region::Region,
    },
    refusal::Refusal,
    state::State,
    tenant::Tenant,
    timestamp::Timestamp,
};

/// Tenants by id, each a closed world (T6). A clone is a snapshot and costs two reference counts a list.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(try_from = "DirectoryDocument", into = "DirectoryDocument")]
pub struct Directory {
    tenants: Table<TenantId, Tenant>,
}

/// Something that happened in a directory. The JSON of an event in a tenant has `tenant` beside the event's own fields, so
/// that a list of these is a log to replay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum DirectoryEvent {
    /// A tenant was created or deleted.
    OfTenant(TenantEvent),
    /// Something happened in a tenant.
    InTenant {
        /// The id of the tenant.
        tenant: TenantId,
        /// The tenant's own event.
        #[serde(flatten)]
        event: Event,
    },
}

/// Something that happened to a tenant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "camelCase", rename_all_fields = "camelCase")]
#[non_exhaustive]
pub enum TenantEvent {
    /// A tenant was made, at the end of the list.
    TenantCreated {
        /// The id of the tenant.
        id: TenantId,
        /// The region of groups that are created without one.
        default_region: Region,
        /// The clock's first value.
        now: Timestamp,
        /// The switches.
        rules: Rules,
        /// The default group, which exists from the start.
        default_connector_group: ConnectorGroup,
    },
    /// A tenant was deleted, with everything in it.
    TenantDeleted(Box<Removed<Tenant>>),
}

impl Directory {
    /// An empty directory that finds ids, names and URLs with a seed of yours.
    ///
    /// Whoever may choose ids and knows the seed can choose those that are found slowly, one after the other. The default
    /// seed is the same everywhere, so that the same run takes the same path; it is also that of what serde or `try_from`
    /// reads. Take a random one where ids come from strangers, and do not count on it where they may time many answers.
    /// Nothing else depends on it: directories with different seeds are equal where their tenants are.
    ///
    /// ```
    /// # use connector_groups::Directory;
    /// use std::hash::{BuildHasher, Hasher, RandomState};
    ///
    /// let directory = Directory::with_hash_seed(RandomState::new().build_hasher().finish());
    /// assert_eq!(directory, Directory::default());
    /// ```
    #[must_use]
    pub fn with_hash_seed(seed: u64) -> Self {
        Self { tenants: Table::new(HashSeed::of(seed)) }
    }

    /// The directory that a document tells of, with a seed as in [`with_hash_seed`](Self::with_hash_seed).
    ///
    /// # Errors
    /// All that is wrong with the document.
    pub fn from_document(document: DirectoryDocument, hash_seed: u64) -> Result<Self, DirectoryViolations> {
        Self::try_from_document(document, HashSeed::of(hash_seed))
    }

    fn try_from_document(document: DirectoryDocument, hash_seed: HashSeed) -> Result<Self, DirectoryViolations> {
        let (mut directory, mut violations) = (Self { tenants: Table::new(hash_seed) }, DirectoryViolations::default());
        // Not the table: it lacks the tenants that are invalid, and their ids may be repeated too.
        let mut seen = alloc::collections::BTreeSet::new();
        for document in document.tenants {
            if !seen.insert(document.id) {
                violations.duplicate_tenants.push(document.id);
            }
            match Tenant::try_from_document(document, hash_seed) {
                Ok(tenant) => directory.push(tenant),
                Err(tenant) => violations.tenants.push(tenant),
            }
        }
        let is_right = violations == DirectoryViolations::default();
        if is_right { Ok(directory) } else { Err(violations) }
    }

    /// Adds a new tenant at the end. It shares with the first one what is the same in all.
    fn push(&mut self, tenant: Tenant) {
        let tenant = match self.tenants.iter().next() {
            Some(first) => tenant.sharing_with(first),
            None => tenant,
        };
        self.tenants.push(tenant.id(), tenant);
    }

    /// What `command` would do, without doing it: a dry run.
    ///
    /// # Errors
    /// The first check that fails, in the order of [`Refusal`]; the tenant comes first.
    pub fn decide(&self, command: &DirectoryCommand) -> Result<Vec<DirectoryEvent>, Refusal> {
        match command {
            DirectoryCommand::CreateTenant(command) => {
                let (default_region, default_connector_group) =
                    directory::create(command, self.tenant(command.id).is_some())?;
                Ok(Vec::from([DirectoryEvent::OfTenant(TenantEvent::TenantCreated {
                    id: command.id,
                    default_region,
                    now: command.now,
                    rules: command.rules.unwrap_or_default(),
                    default_connector_group,
                })]))
            }
            DirectoryCommand::DeleteTenant(command) => {
                // The event keeps the whole tenant for undo. A clone is a snapshot, so that deleting costs no copy.
                let thing = checks::tenant(command.id, self.tenant(command.id))?.clone();
                let place = self.tenants.place(command.id);
                debug_assert!(place.is_some(), "tenant {} was found before", command.id);
                let removed = Removed { place: place.map_or(u32::MAX, narrow), thing };
                Ok(Vec::from([DirectoryEvent::OfTenant(TenantEvent::TenantDeleted(Box::new(removed)))]))
            }
            DirectoryCommand::InTenant { tenant: id, command } => {
                let events = checks::tenant(*id, self.tenant(*id))?.decide(command)?;
                Ok(events.into_iter().map(|event| DirectoryEvent::InTenant { tenant: *id, event }).collect())
            }
        }
    }

    /// Decides, and where the command is accepted, lets its events happen. A refused command changes nothing (T4).
    ///
    /// # Errors
    /// As [`decide`](Self::decide).
    pub fn apply(&mut self, command: &DirectoryCommand) -> Result<Vec<DirectoryEvent>, Refusal> {
        let events = self.decide(command)?;
        self.evolve(&events);
        Ok(events)
    }

    /// As [`apply`](Self::apply), for a command in one tenant; its events are that tenant's own.
    ///
    /// # Errors
    /// As [`decide`](Self::decide): `tenantNotFound` where there is no such tenant.
    ///
    /// ```
    /// # use connector_groups::{ConnectorGroupId, Directory, Region, TenantId, Timestamp};
    /// use connector_groups::command::{Command, CreateTenant, UpdateConnectorGroup};
    /// # let (contoso, group) = (TenantId::from_u128(1), ConnectorGroupId::from_u128(2));
    /// # let mut directory = Directory::default();
    /// # directory.apply(&CreateTenant::new(contoso, Region::eur(), Timestamp::UNIX_EPOCH, group).into())?;
    /// let before = directory.tenant(contoso).cloned();
    /// let events = directory.apply_in(contoso, &UpdateConnectorGroup::new(group).name("Idle").into())?;
    /// directory.undo_in(contoso, &events);
    /// assert_eq!(directory.tenant(contoso).cloned(), before);
    /// # Ok::<(), connector_groups::Refusal>(())
    /// ```
    pub fn apply_in(&mut self, tenant: TenantId, command: &Command) -> Result<Vec<Event>, Refusal> {
        checks::tenant(tenant, self.tenants.get_mut(tenant))?.apply(command)
    }

    /// Lets events of one tenant happen there; nothing where there is no such tenant. See [`evolve`](Self::evolve).
    pub fn evolve_in(&mut self, tenant: TenantId, events: &[Event]) {
        if let Some(tenant) = self.tenants.get_mut(tenant) {
            tenant.evolve(events);
        }
    }

    /// Takes back the last events that happened in one tenant; nothing where there is no such tenant.
    pub fn undo_in(&mut self, tenant: TenantId, events: &[Event]) {
        if let Some(tenant) = self.tenants.get_mut(tenant) {
            tenant.undo(events);
        }
    }

    /// Lets events happen that [`decide`](Self::decide) gave for this very state, here or on an equal copy. Never fails.
    pub fn evolve(&mut self, events: &[DirectoryEvent]) {
        for event in events {
            match event {
                DirectoryEvent::OfTenant(TenantEvent::TenantCreated {
                    id,
                    default_region,
                    now,
                    rules,
                    default_connector_group,
                }) => {
                    let state = State::new(
                        self.tenants.seed(),
                        *id,
                        default_region.clone(),
                        *now,
                        *rules,
                        default_connector_group,
                    );
                    self.push(Tenant::from_state(state));
                }
                DirectoryEvent::OfTenant(TenantEvent::TenantDeleted(removed)) => {
                    self.tenants.remove(removed.thing.id());
                }
                DirectoryEvent::InTenant { tenant, event } => {
                    if let Some(tenant) = self.tenants.get_mut(*tenant) {
                        tenant.evolve(core::slice::from_ref(event));
                    }
                }
            }
        }
    }

    /// Takes back the last events that happened here: the former state exactly, order included.
    pub fn undo(&mut self, events: &[DirectoryEvent]) {
        // Backwards: each event can be taken back only in the state that it led to.
        for event in events.iter().rev() {
            match event {
                DirectoryEvent::OfTenant(TenantEvent::TenantCreated { id, .. }) => self.tenants.remove(*id),
                DirectoryEvent::OfTenant(TenantEvent::TenantDeleted(removed)) => {
                    let place = length(removed.place);
                    // An event that was read, or made elsewhere, has another seed.
                    let tenant = removed.thing.hashed_with(self.tenants.seed());
                    self.tenants.restore(place, tenant.id(), tenant);
                }
                DirectoryEvent::InTenant { tenant, event } => {
                    if let Some(tenant) = self.tenants.get_mut(*tenant) {
                        tenant.undo(core::slice::from_ref(event));
                    }
                }
            }
        }
    }

    /// Puts a copy of a tenant, from this directory or another, at the end of the list, under an id of its own: a tenant a
    /// test from one that was made with care. Ids of things stay, as a tenant is a closed world (T6). It takes a few
    /// microseconds however large the tenant is, where both directories have the same hash seed, and else time for each
    /// thing.
    ///
    /// This is no command and causes no event: a log of the directory has to keep the copy's document.
    ///
    /// # Errors
    /// [`Refusal::AlreadyExists`] where the directory has a tenant with this id.
    ///
    /// ```
    /// # use connector_groups::{Directory, DirectoryCommand, TenantId};
    /// # let mut directory = Directory::default();
    /// # for line in include_str!("../examples/contoso.jsonl").lines().filter(|line| !line.is_empty()) {
    /// #     let Ok(command) = serde_json::from_str::<DirectoryCommand>(line) else { continue };
    /// #     _ = directory.apply(&command);
    /// # }
    /// let contoso = directory.tenants().next().expect("there is one").clone();
    /// let copy = TenantId::from_u128(7);
    /// directory.copy_tenant(&contoso, copy)?;
    /// assert_eq!(directory.tenant(copy).expect("just made").applications_count(), contoso.applications_count());
    /// # Ok::<(), connector_groups::Refusal>(())
    /// ```
    pub fn copy_tenant(&mut self, tenant: &Tenant, id: TenantId) -> Result<(), Refusal> {
        checks::tenant_is_free(id, self.tenant(id).is_some())?;
        self.tenants.push(id, tenant.hashed_with(self.tenants.seed()).copied_as(id));
        Ok(())
    }

    /// How many tenants there are. O(1).
    #[must_use]
    pub fn tenants_count(&self) -> usize {
        self.tenants.len()
    }

    /// All tenants, in creation order; a page is `.take(limit)`.
    #[must_use]
    pub fn tenants(&self) -> impl DoubleEndedIterator<Item = &Tenant> + ExactSizeIterator {
        self.tenants.iter()
    }

    /// The tenants behind this one, in creation order: the next page. `None` where there is no such tenant.
    #[must_use]
    pub fn tenants_after(&self, after: TenantId) -> Option<impl DoubleEndedIterator<Item = &Tenant>> {
        self.tenants.after(after)
    }

    /// The tenant with this id.
    #[must_use]
    pub fn tenant(&self, id: TenantId) -> Option<&Tenant> {
        self.tenants.get(id)
    }
}

impl TryFrom<DirectoryDocument> for Directory {
    type Error = DirectoryViolations;

    fn try_from(document: DirectoryDocument) -> Result<Self, DirectoryViolations> {
        Self::try_from_document(document, HashSeed::default())
    }
}

impl From<&Directory> for DirectoryDocument {
    fn from(directory: &Directory) -> Self {
        Self { tenants: directory.tenants().map(Document::from).collect() }
    }
}

impl From<Directory> for DirectoryDocument {
    fn from(directory: Directory) -> Self {
        Self::from(&directory)
    }
}

/// Equal where all that can be read is equal, order included.
impl PartialEq for Directory {
    fn eq(&self, other: &Self) -> bool {
        self.tenants().eq(other.tenants())
    }
}

impl Eq for Directory {}

impl fmt::Debug for Directory {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_list().entries(self.tenants()).finish()
    }
}

/// The answer to one line of the replay format, as JSON: `{"accepted":[…]}`, `{"refused":{…}}` or
/// `{"invalid":"…"}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Answer {
    /// What happened; the line itself has named the tenant, so that the events do not.
    #[serde(serialize_with = "without_tenants")]
    Accepted(Vec<DirectoryEvent>),
    /// Why nothing happened.
    Refused(Refusal),
    /// Why the line is no command.
    Invalid(Box<str>),
}

fn without_tenants<S: Serializer>(events: &[DirectoryEvent], serializer: S) -> Result<S::Ok, S::Error> {
    #[derive(Serialize)]
    #[serde(untagged)]
    enum Plain<'a> {
        OfTenant(&'a TenantEvent),
        InTenant(&'a Event),
    }
    serializer.collect_seq(events.iter().map(|event| match event {
        DirectoryEvent::OfTenant(event) => Plain::OfTenant(event),
        DirectoryEvent::InTenant { tenant: _, event } => Plain::InTenant(event),
    }))
}

impl From<Result<Vec<DirectoryEvent>, Refusal>> for Answer {
    fn from(result: Result<Vec<DirectoryEvent>, Refusal>) -> Self {
        result.map_or_else(Self::Refused, Self::Accepted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        command::{CreateTenant, DefaultConnectorGroup, DeleteTenant, UpdateConnectorGroup},
        ids::ConnectorGroupId,
    };

    fn directory(tenants: u128) -> Directory {
        let mut directory = Directory::with_hash_seed(7);
        for id in 1..=tenants {
            let default_connector_group = DefaultConnectorGroup { id: ConnectorGroupId::from_u128(id), name: None };
            let create = CreateTenant {
                id: TenantId::from_u128(id),
                default_region: "eur".into(),
                now: Timestamp::UNIX_EPOCH,
                default_connector_group,
                rules: None,
            };
            directory.apply(&DirectoryCommand::CreateTenant(create)).unwrap();
        }
        directory
    }

    #[test]
    fn what_happens_in_one_tenant_happens_and_is_undone_there_alone() {
        let before = directory(2);
        let id = TenantId::from_u128(2);
        let rename = UpdateConnectorGroup::new(ConnectorGroupId::from_u128(2)).name("Idle").into();
        let mut changed = before.clone();
        let events = changed.apply_in(id, &rename).unwrap();
        assert_ne!(changed, before);
        assert_eq!(changed.tenant(TenantId::from_u128(1)), before.tenant(TenantId::from_u128(1)));
        let mut replayed = before.clone();
        replayed.evolve_in(id, &events);
        assert_eq!(replayed, changed);
        changed.undo_in(id, &events);
        assert_eq!(changed, before);
        let nowhere = TenantId::from_u128(3);
        assert_eq!(changed.apply_in(nowhere, &rename), Err(Refusal::TenantNotFound { id: nowhere }));
    }

    /// Created or read, and also once it was laid out anew.
    #[test]
    fn tenants_have_the_defaults_of_publishing_in_common() {
        let made = directory(2);
        let read = Directory::try_from(DirectoryDocument::from(&made)).unwrap();
        for directory in [made, read] {
            let [one, other] = [1, 2].map(|id| directory.tenant(TenantId::from_u128(id)).unwrap());
            let laid_out_anew = other.hashed_with(HashSeed::of(9));
            for other in [other, &laid_out_anew] {
                assert!(core::ptr::eq(one.state().publishing_defaults(), other.state().publishing_defaults()));
            }
        }
    }

    /// Those that it makes, those that it reads, and all of them where they are laid out anew for one that comes back.
    #[test]
    fn every_tenant_has_the_seed_of_its_directory() {
        let mut directory = directory(3);
        let whole = directory.clone();
        let seed = HashSeed::of(7);
        assert_ne!(seed, HashSeed::default());
        let delete = DeleteTenant { id: TenantId::from_u128(2) };
        let deleted = directory.apply(&DirectoryCommand::DeleteTenant(delete)).unwrap();
        let read_events: Vec<DirectoryEvent> = serde_json::from_str(&serde_json::to_string(&deleted).unwrap()).unwrap();
        let read = Directory::from_document(DirectoryDocument::from(&directory), 7).unwrap();
        let undone = [&deleted, &read_events].map(|events| {
            let mut undone = read.clone();
            undone.undo(events);
            undone
        });
        for directory in undone.iter().chain([&whole]) {
            assert_eq!(*directory, whole);
            assert_eq!(directory.tenants.seed(), seed);
            assert!(directory.tenants().all(|tenant| tenant.state().hash_seed() == seed));
        }
    }
}
