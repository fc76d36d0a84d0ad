//! Effects that are sent together, and what reads say of them.

extern crate alloc;

use alloc::collections::{BTreeMap, BTreeSet};
use core::time::Duration;

use connector_groups::ConnectorGroupId;

use super::service::{Group, Read, Seen};
use crate::work::{Change, Effect, members};

type Id<'a> = &'a dyn Fn(ConnectorGroupId) -> ConnectorGroupId;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    /// Nothing of it was sent.
    Before,
    After,
}

#[derive(Debug)]
pub(super) struct Round {
    pub(super) is_back: bool,
    pub(super) stage: Stage,
    pub(super) items: Vec<Item>,
    /// Groups that must have an active connector all the while, by the plan's ids.
    pub(super) served: BTreeSet<ConnectorGroupId>,
    /// Groups that had the name of a new one before it was made.
    pub(super) known: Vec<ConnectorGroupId>,
    /// Since the requests were sent, or since the round began.
    pub(super) waited: Duration,
    /// How much of that had passed when the look began. A look that is answered in several parts is as old as its first answer: what
    /// that did not show may have come since, and is not late yet.
    pub(super) looked: Duration,
    /// What is known of a look that was answered in part, by the place of each read.
    pub(super) kept: BTreeMap<usize, Seen>,
    pub(super) pauses: u32,
    /// How often in a row the service has answered no read.
    pub(super) unanswered: u32,
    /// How often in a row requests were sent of which none was accepted.
    pub(super) sends: u32,
    /// Why nothing more of it is sent, while what was sent is still looked for.
    pub(super) stops: Option<String>,
}

#[derive(Debug)]
pub(super) struct Item {
    /// Its number in the work.
    pub(super) at: usize,
    /// In the direction of the round, with the plan's ids.
    pub(super) effect: Effect,
    pub(super) status: Status,
    /// Whether the answer to an earlier request for it is not known: it may have happened, whatever becomes of a later one.
    pub(super) was_lost: bool,
}

/// What is known of an effect.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Status {
    /// To be sent.
    Open,
    Accepted(Option<ConnectorGroupId>),
    /// Refused because of the load: nothing happened.
    Busy,
    /// It may have happened.
    Lost,
    Refused(String),
    /// A read has shown it, with the id of a new group.
    Done(Option<ConnectorGroupId>),
    /// A read has shown that it did not happen.
    Undone,
}

impl Status {
    pub(super) const fn is_settled(&self) -> bool {
        matches!(self, Self::Done(_) | Self::Undone)
    }
}

/// What a read shows of an effect.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Glance {
    Before,
    After(Option<ConnectorGroupId>),
    Other(String),
}

/// The first of these effects: so many that reads of them, and of the groups that they need with a connector, are at most `most`.
pub(super) fn together(
    effects: impl Iterator<Item = usize>,
    needs: impl Fn(usize) -> Option<ConnectorGroupId>,
    most: usize,
) -> BTreeSet<usize> {
    let (mut chosen, mut needed) = (BTreeSet::new(), BTreeSet::new());
    for at in effects {
        needed.extend(needs(at));
        let reads = chosen.len().saturating_add(1).saturating_add(needed.len());
        if !chosen.is_empty() && reads > most {
            break;
        }
        chosen.insert(at);
    }
    chosen
}

impl Round {
    pub(super) const fn new(is_back: bool, stage: Stage, known: Vec<ConnectorGroupId>) -> Self {
        Self {
            is_back,
            stage,
            items: Vec::new(),
            served: BTreeSet::new(),
            known,
            waited: Duration::ZERO,
            looked: Duration::ZERO,
            kept: BTreeMap::new(),
            pauses: 0,
            unanswered: 0,
            sends: 0,
            stops: None,
        }
    }

    /// What is to be sent.
    pub(super) fn open(&self) -> impl Iterator<Item = &Item> {
        self.items.iter().filter(|item| matches!(item.status, Status::Open))
    }

    /// What was to be sent again is looked at once more before.
    pub(super) fn reopen(&mut self) {
        for item in self.items.iter_mut().filter(|item| matches!(item.status, Status::Open)) {
            item.status = Status::Lost;
        }
    }

    /// What tells how things stand: one read for each effect that is not settled, then one for each group that must be served.
    pub(super) fn reads(&self, id: Id, goes_on: bool) -> Vec<Read> {
        let unsettled = self.items.iter().filter(|item| !item.status.is_settled());
        let mut reads: Vec<_> = unsettled.map(|item| item.read(id)).collect();
        let is_sent = |item: &Item| matches!(item.status, Status::Open | Status::Busy | Status::Lost);
        if goes_on && self.items.iter().any(is_sent) {
            reads.extend(self.served.iter().map(|group| Read::Members(id(*group))));
        }
        reads
    }

    /// Those of the reads whose answers are still missing; all of them where a look begins.
    pub(super) fn missing(&mut self, reads: Vec<Read>) -> Vec<Read> {
        if self.kept.is_empty() {
            self.looked = self.waited;
        }
        let missing = reads.into_iter().enumerate().filter(|(place, _)| !self.kept.contains_key(place));
        missing.map(|(_, read)| read).collect()
    }

    /// The answers to what was missing, with those that were kept, in the order of all reads.
    pub(super) fn whole(&self, seen: Vec<Seen>) -> Vec<Seen> {
        let all = self.kept.len().saturating_add(seen.len());
        let mut seen = seen.into_iter();
        (0..all).filter_map(|place| self.kept.get(&place).cloned().or_else(|| seen.next())).collect()
    }

    /// Keeps the answers of a look that is not whole, and tells whether there are more of them than before.
    ///
    /// What one thing is like is judged by itself, so that it need not be read in the same moment as the others. Which groups there
    /// are before one is made, and which connectors are active, must be so when the requests go out, and is asked for each time.
    pub(super) fn keep(&mut self, seen: Vec<Seen>) -> bool {
        let is_of_one = |seen: &Seen| matches!(seen, Seen::Group(_) | Seen::Place(_) | Seen::Application(_));
        let before = self.kept.len();
        self.kept = seen.into_iter().enumerate().filter(|(_, seen)| is_of_one(seen)).collect();
        self.kept.len() > before
    }

    /// Where a service refuses again all that is sent because of the load, each look may have used up what it had left: half of it at
    /// a time leaves room for both. Nothing has happened of what is left to later rounds. Tells how many are left of this one.
    pub(super) fn fewer(&mut self, needs: impl Fn(usize) -> Option<ConnectorGroupId>) -> Option<usize> {
        let is_open = |item: &Item| !item.status.is_settled();
        let is_busy = |item: &Item| item.status == Status::Busy && !item.was_lost;
        if self.sends < 2 || !self.items.iter().filter(|item| is_open(item)).all(is_busy) {
            return None;
        }
        let most = self.items.iter().filter(|item| is_open(item)).count().div_ceil(2);
        let mut left = 0..most;
        self.items.retain(|item| !is_open(item) || left.next().is_some());
        self.served = self.items.iter().filter_map(|item| needs(item.at)).collect();
        Some(most)
    }

    /// What reads show of each effect that is not settled, and the first group that would be left without an active connector.
    pub(super) fn glances(
        &self,
        seen: &[Seen],
        ours: &BTreeSet<ConnectorGroupId>,
        id: Id,
    ) -> (Vec<Glance>, Option<String>) {
        let is_known = |id| self.known.contains(&id) || ours.contains(&id);
        let unsettled: Vec<_> = self.items.iter().filter(|item| !item.status.is_settled()).collect();
        let glances = unsettled.iter().zip(seen).map(|(item, seen)| item.glance(seen, &is_known, id)).collect();
        let guards = self.served.iter().zip(seen.iter().skip(unsettled.len()));
        let unserved = guards.filter(|(group, seen)| !self.is_served(**group, seen)).map(|(group, _)| {
            format!("the applications of connector group {} would lose their last active connector", id(*group))
        });
        let unserved = unserved.take(1).last();
        (glances, unserved)
    }

    /// Whether a group has an active connector that does not leave it in this round.
    fn is_served(&self, group: ConnectorGroupId, seen: &Seen) -> bool {
        let Seen::Members(members) = seen else { return false };
        let leaves = |connector| {
            let leaves = |item: &Item| matches!(&item.effect, Effect::MoveConnector { id, from, .. } if *id == connector && *from == group);
            self.items.iter().any(leaves)
        };
        members.iter().any(|(connector, is_active)| *is_active && !leaves(*connector))
    }

    /// Keeps which groups have the name of a new one already.
    pub(super) fn remember(&mut self, seen: &[Seen]) {
        for (item, seen) in self.items.iter().zip(seen) {
            if let (Effect::CreateConnectorGroup { name, .. }, Seen::Groups(groups)) = (&item.effect, seen) {
                self.known.extend(groups.iter().filter(|group| group.name == *name).map(|group| group.id));
            }
        }
    }

    /// The numbers of effects that happened, of those that did not, and the ids of new groups.
    pub(super) fn outcome(&self) -> (Vec<usize>, Vec<usize>, BTreeMap<ConnectorGroupId, ConnectorGroupId>) {
        let (mut done, mut undone, mut ids) = (Vec::new(), Vec::new(), BTreeMap::new());
        for item in &self.items {
            match &item.status {
                Status::Done(id) => {
                    done.push(item.at);
                    if let (Effect::CreateConnectorGroup { id: planned, .. }, Some(id)) = (&item.effect, id) {
                        ids.insert(*planned, *id);
                    }
                }
                Status::Undone => undone.push(item.at),
                _ => {}
            }
        }
        (done, undone, ids)
    }
}

impl Item {
    fn read(&self, id: Id) -> Read {
        match (&self.effect, &self.status) {
            (Effect::CreateConnectorGroup { .. }, Status::Accepted(Some(id))) => Read::Group(*id),
            (Effect::CreateConnectorGroup { .. }, _) => Read::Groups,
            (Effect::UpdateConnectorGroup { id: group, .. } | Effect::DeleteConnectorGroup { id: group, .. }, _) => {
                Read::Group(id(*group))
            }
            (Effect::MoveConnector { id, .. }, _) => Read::ConnectorPlace(*id),
            (Effect::MoveApplication { id, .. }, _) => Read::ApplicationPlace(*id),
            (Effect::UpdateApplication { id, to, .. }, _) => Read::Application(*id, to.keys().cloned().collect()),
        }
    }

    fn glance(&self, seen: &Seen, is_known: &dyn Fn(ConnectorGroupId) -> bool, id: Id) -> Glance {
        match (&self.effect, seen) {
            (Effect::CreateConnectorGroup { name, region, .. }, Seen::Group(group)) => match group {
                None => Glance::Before,
                Some(group) if group.name == *name && group.region == *region => Glance::After(Some(group.id)),
                Some(group) => Glance::Other(format!("the new group is not {name:?} in region {region}: {group}")),
            },
            (Effect::CreateConnectorGroup { .. }, Seen::Groups(_)) if self.status == Status::Open => Glance::Before,
            (Effect::CreateConnectorGroup { name, region, .. }, Seen::Groups(groups)) => {
                let is_new = |group: &&Group| group.name == *name && group.region == *region && !is_known(group.id);
                let mut new = groups.iter().filter(is_new);
                match (new.next(), new.next()) {
                    (None, _) => Glance::Before,
                    (Some(one), None) => Glance::After(Some(one.id)),
                    (Some(one), Some(two)) => Glance::Other(format!(
                        "two groups {name:?} came at the same time, {} and {}: delete the one that is not of this plan",
                        one.id, two.id
                    )),
                }
            }
            (Effect::UpdateConnectorGroup { name, region, .. }, Seen::Group(Some(group))) => {
                let is = |side: fn(&Change) -> &String| {
                    name.as_ref().is_none_or(|name| *side(name) == group.name)
                        && region.as_ref().is_none_or(|region| *side(region) == group.region)
                };
                if is(|change| &change.to) {
                    Glance::After(None)
                } else if is(|change| &change.from) {
                    Glance::Before
                } else {
                    Glance::Other(format!("the connector group is neither as before nor as after the step: {group}"))
                }
            }
            (Effect::DeleteConnectorGroup { .. }, Seen::Group(None)) => Glance::After(None),
            (Effect::DeleteConnectorGroup { .. }, Seen::Group(Some(_))) => Glance::Before,
            (Effect::MoveConnector { from, to, .. } | Effect::MoveApplication { from, to, .. }, Seen::Place(place)) => {
                match place {
                    Some(place) if *place == id(*to) => Glance::After(None),
                    Some(place) if *place == id(*from) => Glance::Before,
                    Some(place) => {
                        Glance::Other(format!("{}: it is in connector group {place}", self.effect.renamed(id)))
                    }
                    None => self.gone("it is gone, or in no connector group", id),
                }
            }
            (Effect::UpdateApplication { from, to, .. }, Seen::Application(Some(there))) => {
                if members::is_like(to, there) {
                    Glance::After(None)
                } else if members::is_like(from, there) {
                    Glance::Before
                } else {
                    Glance::Other(format!("{}: it is neither as before nor as after the step", self.effect))
                }
            }
            _ => self.gone("it is gone", id),
        }
    }

    /// Neither way leads past a thing that is not there, but without it.
    fn gone(&self, what: &str, id: Id) -> Glance {
        let effect = self.effect.renamed(id);
        let less = match self.effect.connector_group() {
            Some(_) => "",
            None => " --leave-out-gone beside one of them leaves it out;",
        };
        Glance::Other(format!(
            "{effect}: {what}: until it is back, neither --resume nor --rollback leads past it;{less} a new plan from what the tenant \
             is, or `restore` of a backup, leads past it too"
        ))
    }
}
