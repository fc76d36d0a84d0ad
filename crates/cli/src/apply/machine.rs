//! The run of a plan as a state machine without a clock, a file or a socket: it is told what happened, and says what to do next.
//!
//! A round takes up to [`Patience::round`] effects of one step through these stages:
//!
//! ```text
//! look: is all as it was before? ─► write Asked ─► send ─► look: is all as it is to be after? ─► write Settled
//! ```
//!
//! * `Asked` is on disk before the first request goes out: where it is missing, nothing was sent.
//! * An effect is done when it was accepted and a read has shown it. Neither alone is enough: reads may lag behind writes
//!   (R-67), and a replica may show a state from before the run again, which a thing that comes back to a group has too.
//! * A look that is answered in part goes on where it was: only what was refused is asked for again.
//! * What is as before is looked at again, until what was accepted is seen or [`Patience::settle`] has passed.
//! * Where a run turns, what it may have sent is not asked for: what may be repeated is sent the other way, which is right whether
//!   it happened or not. A read could show a state from before the run, in which it is as if it had happened.
//! * What may be repeated without a second effect, is sent again until it is answered. A creation must not be sent twice; where
//!   its answer is lost, it is sent again only if no read shows the group for [`Patience::settle`].
//! * A look before a round also shows that the groups in [`Step::served`](crate::work::Step) that it concerns still have an active
//!   connector. Otherwise the run stops before it cuts applications off.
//!
//! Assumption: within [`Patience::settle`] after a write, one of the looks goes to a replica that has it.

extern crate alloc;

use alloc::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};
use core::{mem, time::Duration};

use connector_groups::ConnectorGroupId;

use super::{
    action::{Action, End, Happened},
    patience::{LONGEST, Patience},
    record::Record,
    round::{Glance, Item, Round, Stage, Status, together},
    service::{Seen, Sent},
};
use crate::work::{Effect, Work};

#[derive(Debug)]
enum Phase {
    /// Between two rounds.
    Free,
    Turning,
    /// What may have happened is to be led the other way.
    Reopening(Round),
    Looking(Round),
    Asking(Round),
    Sending(Round),
    /// With the reason to stop afterwards, where there is one.
    Settling(Round, Option<String>),
    Ending(End),
}

/// A run of a plan.
#[derive(Debug)]
pub(crate) struct Machine {
    pub(super) work: Arc<Work>,
    /// Where each effect is: its step, and its place there.
    index: Vec<(usize, usize)>,
    patience: Patience,
    pub(super) done: Vec<bool>,
    /// Effects on things that are gone.
    pub(super) left_out: BTreeSet<usize>,
    /// Groups that this run made, by the plan's ids.
    pub(super) ids: BTreeMap<ConnectorGroupId, ConnectorGroupId>,
    /// All groups that the run changes or has made. None of them is the answer to a creation whose answer is lost, although an
    /// old state may show it with that name.
    ours: BTreeSet<ConnectorGroupId>,
    pub(super) is_back: bool,
    /// What was sent and not settled when the run was cut off. It is looked at first, whichever way the run goes now.
    pub(super) open: Option<Round>,
    phase: Phase,
}

impl Machine {
    /// A run that is where its records say, and goes on to the end, or back.
    pub(crate) fn new(work: Arc<Work>, records: &[Record], is_back: bool, patience: Patience) -> Self {
        let places = |(step, of): (usize, &crate::work::Step)| (0..of.effects.len()).map(move |at| (step, at));
        let index: Vec<_> = work.steps.iter().enumerate().flat_map(places).collect();
        let done = vec![false; index.len()];
        let ours = work.steps.iter().flat_map(|step| &step.effects).filter_map(Effect::connector_group).collect();
        let mut machine = Self {
            work,
            index,
            patience,
            done,
            left_out: BTreeSet::new(),
            ids: BTreeMap::new(),
            ours,
            is_back: false,
            open: None,
            phase: Phase::Free,
        };
        let mut open: Option<(bool, BTreeSet<usize>, Vec<ConnectorGroupId>)> = None;
        for record in records {
            match record {
                Record::Asked { is_back, effects, known } => {
                    open = Some((*is_back, effects.iter().copied().collect(), known.clone()));
                }
                Record::Settled { is_back, done, undone, ids } => {
                    machine.settle(*is_back, done, ids);
                    if let Some((_, open, _)) = &mut open {
                        open.retain(|effect| !done.contains(effect) && !undone.contains(effect));
                    }
                }
                Record::Turned { is_back } => machine.is_back = *is_back,
                Record::LeftOut { effects } => machine.left_out.extend(effects),
                Record::Stopped { .. } | Record::Applied | Record::RolledBack => {}
            }
        }
        if let Some((is_back, mut effects, known)) = open {
            effects.retain(|effect| !machine.left_out.contains(effect));
            let round = machine.round(is_back, effects, Stage::After, known);
            machine.open = Some(round).filter(|round| !round.items.is_empty());
        }
        if machine.is_back != is_back {
            (machine.is_back, machine.phase) = (is_back, Phase::Turning);
        }
        machine
    }

    /// The step that is worked on, counted from 0.
    pub(crate) fn step(&self) -> Option<usize> {
        let (Phase::Reopening(round)
        | Phase::Looking(round)
        | Phase::Asking(round)
        | Phase::Sending(round)
        | Phase::Settling(round, _)) = &self.phase
        else {
            return None;
        };
        round.items.first().and_then(|item| self.index.get(item.at)).map(|(step, _)| *step)
    }

    /// What to do next, after what happened.
    pub(crate) fn next(&mut self, happened: Happened) -> Action {
        match (mem::replace(&mut self.phase, Phase::Free), happened) {
            (Phase::Turning, Happened::Began) => {
                self.phase = Phase::Turning;
                Action::Write(Record::Turned { is_back: self.is_back })
            }
            (Phase::Free | Phase::Turning, _) => self.begin(),
            (Phase::Looking(round), Happened::Read(seen)) => self.judge(round, seen),
            (Phase::Reopening(round) | Phase::Looking(round), _) => self.look(round),
            (Phase::Sending(round), Happened::Sent(sent)) => self.answered(round, sent),
            (Phase::Asking(round) | Phase::Sending(round), _) => self.send(round),
            (Phase::Settling(round, why), _) => self.settled(&round, why),
            (Phase::Ending(end), _) => {
                self.phase = Phase::Ending(end.clone());
                Action::End(end)
            }
        }
    }

    /// The next round: what is open, then what is first, or on the way back last.
    fn begin(&mut self) -> Action {
        if let Some(round) = self.open.take() {
            return if round.is_back == self.is_back { self.look(round) } else { self.turn(round) };
        }
        let is_next = |at: &usize| self.is_next(*at);
        let all = 0..self.done.len();
        let first = if self.is_back { all.rev().find(is_next) } else { all.clone().find(is_next) };
        let Some(first) = first else {
            let (end, record) =
                if self.is_back { (End::RolledBack, Record::RolledBack) } else { (End::Applied, Record::Applied) };
            self.phase = Phase::Ending(end);
            return Action::Write(record);
        };
        let step = self.index.get(first).map(|(step, _)| *step);
        let one_way = step.and_then(|step| self.work.steps.get(step)?.one_way.as_ref());
        if let Some(why) = one_way.filter(|_| self.is_back) {
            let number = step.map_or(0, |step| step.saturating_add(1));
            return self.stop(format!("step {number} cannot be taken back: {why}"));
        }
        let same = |at: &usize| is_next(at) && self.index.get(*at).map(|(step, _)| *step) == step;
        let needs = |at| self.needs(at, self.is_back);
        let effects = if self.is_back {
            together((0..=first).rev().filter(same), needs, self.patience.round)
        } else {
            together((first..self.done.len()).filter(same), needs, self.patience.round)
        };
        let round = self.round(self.is_back, effects, Stage::Before, Vec::new());
        self.look(round)
    }

    /// The group that the plan keeps available and an effect could leave without a connector.
    fn needs(&self, at: usize, is_back: bool) -> Option<ConnectorGroupId> {
        let (step, place) = self.index.get(at)?;
        self.work.steps.get(*step)?.needs(*place, is_back)
    }

    /// What was open in the other direction. What cannot simply be sent the other way is looked at first.
    fn turn(&mut self, mut round: Round) -> Action {
        let is_one_way = |at: usize| {
            let step = self.index.get(at).and_then(|(step, _)| self.work.steps.get(*step));
            self.is_back && step.is_some_and(|step| step.one_way.is_some())
        };
        let turns = |item: &Item| {
            item.effect.may_be_repeated() && item.effect.inverse().may_be_repeated() && !is_one_way(item.at)
        };
        let turning: BTreeSet<_> = round.items.iter().filter(|item| turns(item)).map(|item| item.at).collect();
        round.items.retain(|item| !turning.contains(&item.at));
        if !round.items.is_empty() {
            let rest = self.round(round.is_back, turning, Stage::After, Vec::new());
            self.open = Some(rest).filter(|rest| !rest.items.is_empty());
            return self.look(round);
        }
        let effects = turning.iter().copied().collect();
        self.phase = Phase::Reopening(self.round(self.is_back, turning, Stage::After, Vec::new()));
        Action::Write(Record::Asked { is_back: self.is_back, effects, known: Vec::new() })
    }

    fn round(&self, is_back: bool, effects: BTreeSet<usize>, stage: Stage, known: Vec<ConnectorGroupId>) -> Round {
        let mut round = Round::new(is_back, stage, known);
        for at in effects {
            let Some((step, place)) = self.index.get(at) else { continue };
            let Some(step) = self.work.steps.get(*step) else { continue };
            let Some(effect) = step.effects.get(*place) else { continue };
            let effect = if is_back { effect.inverse() } else { effect.clone() };
            // One that is found open was sent, and its answer never came.
            let status = if stage == Stage::After { Status::Lost } else { Status::Open };
            round.served.extend(self.needs(at, is_back));
            let was_lost = status == Status::Lost;
            round.items.push(Item { at, effect, status, was_lost });
        }
        round
    }

    fn look(&mut self, mut round: Round) -> Action {
        let reads = round.missing(round.reads(&|id| self.id(id), round.is_back == self.is_back));
        self.phase = Phase::Looking(round);
        Action::Read(reads)
    }

    /// Waits, and then does again what the phase says.
    fn wait(&self, round: &mut Round, pause: Option<Duration>, why: &str) -> Result<Action, String> {
        let doubled = self.patience.pause.saturating_mul(2_u32.saturating_pow(round.pauses.min(16)));
        let pause = pause.unwrap_or_else(|| doubled.min(self.patience.pause_max));
        if pause > LONGEST {
            return Err(format!("the service asks to wait for {} s; go on after that", pause.as_secs()));
        }
        round.pauses = round.pauses.saturating_add(1);
        round.waited = round.waited.saturating_add(pause);
        Ok(Action::Wait(pause, why.into()))
    }

    fn look_later(&mut self, mut round: Round, pause: Option<Duration>, why: &str) -> Action {
        match self.wait(&mut round, pause, why) {
            Ok(action) => {
                self.phase = Phase::Looking(round);
                action
            }
            Err(why) => self.finish(round, Some(why)),
        }
    }

    fn judge(&mut self, mut round: Round, seen: Vec<Seen>) -> Action {
        let seen = round.whole(seen);
        let later = match Seen::later(&seen) {
            Ok(later) => later,
            Err(why) => return self.finish(round, Some(why)),
        };
        if let Some((pause, why)) = later {
            round.unanswered = if round.keep(seen) { 0 } else { round.unanswered.saturating_add(1) };
            if round.unanswered >= self.patience.tries {
                let why = format!("{why}, {} times in a row", round.unanswered);
                return self.finish(round, Some(why));
            }
            return self.look_later(round, pause, &why);
        }
        round.unanswered = 0;
        round.kept.clear();
        let (glances, unserved) = round.glances(&seen, &self.ours, &|id| self.id(id));
        match round.stage {
            Stage::Before => self.judge_before(round, &seen, glances, unserved),
            Stage::After => self.judge_after(round, glances, unserved),
        }
    }

    /// Sends only what is as the plan has it. A read may lag, so that another state is looked at again for a while.
    fn judge_before(
        &mut self,
        mut round: Round,
        seen: &[Seen],
        glances: Vec<Glance>,
        unserved: Option<String>,
    ) -> Action {
        let mut obstacle = unserved;
        let mut is_there = Vec::new();
        for (item, glance) in round.items.iter().zip(glances) {
            match glance {
                Glance::Before => {}
                Glance::After(_) => is_there.push(item.at),
                Glance::Other(text) => _ = obstacle.get_or_insert(text),
            }
        }
        if round.looked < self.patience.settle && (obstacle.is_some() || !is_there.is_empty()) {
            let why = obstacle.as_deref().unwrap_or("something is as it is to be already");
            return self.look_later(round, None, why);
        }
        if obstacle.is_some() {
            return self.finish(round, obstacle);
        }
        // Somebody else has done it: it is not sent, and counts as done.
        for item in &mut round.items {
            if is_there.contains(&item.at) {
                item.status = Status::Done(None);
            }
        }
        let effects: Vec<_> = round.open().map(|item| item.at).collect();
        if effects.is_empty() {
            return self.finish(round, None);
        }
        round.remember(seen);
        let record = Record::Asked { is_back: round.is_back, effects, known: round.known.clone() };
        self.phase = Phase::Asking(round);
        Action::Write(record)
    }

    fn send(&mut self, mut round: Round) -> Action {
        round.sends = round.sends.saturating_add(1);
        (round.waited, round.pauses) = (Duration::ZERO, 0);
        let requests = round.open().map(|item| item.effect.renamed(|id| self.id(id)).request()).collect();
        self.phase = Phase::Sending(round);
        Action::Send(requests)
    }

    fn answered(&mut self, mut round: Round, sent: Vec<Sent>) -> Action {
        round.stage = Stage::After;
        let mut later: Option<(Option<Duration>, String)> = None;
        let open = round.items.iter_mut().filter(|item| matches!(item.status, Status::Open));
        for (item, sent) in open.zip(sent) {
            item.status = match sent {
                Sent::Accepted(id) => {
                    // Only what brings nothing on counts as sent in vain.
                    round.sends = 0;
                    Status::Accepted(id)
                }
                // What is gone already, is gone: a deletion whose first answer was lost.
                Sent::Refused { status: 404, .. } if matches!(item.effect, Effect::DeleteConnectorGroup { .. }) => {
                    Status::Accepted(None)
                }
                Sent::Refused { why, .. } => Status::Refused(why),
                Sent::Busy { pause, why } => {
                    later = later.max(Some((pause, why)));
                    Status::Busy
                }
                Sent::Lost { pause, why } => {
                    later = later.max(Some((pause, why)));
                    item.was_lost = true;
                    Status::Lost
                }
            };
        }
        let is_back = round.is_back;
        let needs = |at| self.needs(at, is_back);
        self.patience.round = round.fewer(needs).unwrap_or(self.patience.round);
        match later {
            Some((pause, why)) => self.look_later(round, pause, &why),
            None => self.look(round),
        }
    }

    /// What became of each request, as a read shows it.
    fn judge_after(&mut self, mut round: Round, glances: Vec<Glance>, unserved: Option<String>) -> Action {
        let is_late = round.looked >= self.patience.settle;
        let goes_on = round.is_back == self.is_back;
        let seconds = round.looked.as_secs();
        let (mut waits, mut stops, mut again) = (None, round.stops.take(), false);
        let is_old_group = |effect: &Effect| match effect {
            Effect::DeleteConnectorGroup { id, .. } => !self.ids.contains_key(id),
            _ => false,
        };
        let unsettled = round.items.iter_mut().filter(|item| !item.status.is_settled());
        for (item, glance) in unsettled.zip(glances) {
            match (glance, &item.status) {
                // What was never accepted may seem done by an old state. It stays open, so that another run sends it again.
                (Glance::After(_), Status::Refused(why)) => stops = Some(why.clone()),
                (Glance::After(_), Status::Busy | Status::Lost) if goes_on && item.effect.may_be_repeated() => {
                    item.status = Status::Open;
                    again = true;
                }
                // Nothing of it is sent, so that only time tells whether an old state is shown. In none a group is gone that was
                // there before the run.
                (Glance::After(None), Status::Lost) if !goes_on && !is_late && !is_old_group(&item.effect) => {
                    waits = Some(format!("{} may have happened", item.effect));
                }
                (Glance::After(id), _) => item.status = Status::Done(id),
                (Glance::Other(text), _) if is_late => stops = Some(text),
                (Glance::Other(text), _) => waits = Some(text),
                // A read that lags may not show what an earlier request did: it stays open.
                (Glance::Before, Status::Refused(why)) if item.was_lost => stops = Some(why.clone()),
                (Glance::Before, Status::Refused(why)) => {
                    stops = Some(why.clone());
                    item.status = Status::Undone;
                }
                (Glance::Before, Status::Accepted(_)) if is_late => {
                    stops = Some(format!("{} was accepted, and {seconds} s later it is not seen", item.effect));
                }
                (Glance::Before, Status::Accepted(_)) => waits = Some(format!("{} is not seen yet", item.effect)),
                // Nothing more is sent of it, so that only time tells that it will not be seen any more.
                (Glance::Before, _) if !goes_on && is_late => item.status = Status::Undone,
                (Glance::Before, Status::Lost) if !(is_late || goes_on && item.effect.may_be_repeated()) => {
                    waits = Some(format!("{} may have happened", item.effect));
                }
                (Glance::Before, _) if !goes_on => waits = Some(format!("{} may have happened", item.effect)),
                (Glance::Before, _) => {
                    item.status = Status::Open;
                    again = true;
                }
            }
        }
        if let Some(why) = waits.filter(|_| !is_late) {
            round.reopen();
            round.stops = stops;
            return self.look_later(round, None, &why);
        }
        if again && stops.is_none() {
            match unserved {
                Some(why) if !is_late => {
                    round.reopen();
                    return self.look_later(round, None, &why);
                }
                None if round.sends < self.patience.tries => return self.send(round),
                None => stops = Some(format!("the service did not answer, {} times in a row", round.sends)),
                unserved => stops = unserved,
            }
        }
        self.finish(round, stops)
    }

    /// Keeps what is known of a round, and stops where there is a reason.
    fn finish(&mut self, round: Round, why: Option<String>) -> Action {
        let (done, mut undone, ids) = round.outcome();
        // What was led the other way before it was known whether it had happened, has not.
        let is_new = |at: &usize| self.done.get(*at).is_some_and(|done| *done == round.is_back);
        let (done, turned): (Vec<_>, Vec<_>) = done.into_iter().partition(is_new);
        undone.extend(turned);
        if done.is_empty() && undone.is_empty() {
            return match why {
                Some(why) => self.stop(why),
                // Nothing came of the round, and nothing hinders: it begins anew.
                None => self.begin(),
            };
        }
        let record = Record::Settled { is_back: round.is_back, done, undone, ids };
        self.phase = Phase::Settling(round, why);
        Action::Write(record)
    }

    fn settled(&mut self, round: &Round, why: Option<String>) -> Action {
        let (done, _, ids) = round.outcome();
        self.settle(round.is_back, &done, &ids);
        match why {
            Some(why) => self.stop(why),
            None => self.begin(),
        }
    }

    fn stop(&mut self, why: String) -> Action {
        self.phase = Phase::Ending(End::Stopped(why.clone()));
        Action::Write(Record::Stopped { why })
    }

    fn settle(&mut self, is_back: bool, done: &[usize], ids: &BTreeMap<ConnectorGroupId, ConnectorGroupId>) {
        for at in done {
            if let Some(done) = self.done.get_mut(*at) {
                *done = !is_back;
            }
        }
        self.ids.extend(ids);
        self.ours.extend(ids.values());
    }
}
