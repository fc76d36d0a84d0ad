//! A history: the steps of a tenant, with access to the state at any point.

use alloc::{collections::VecDeque, vec::Vec};

use crate::{command::Command, count::wide, event::Event, refusal::Refusal, tenant::Tenant};

/// A tenant with its past. Points are numbered: 0 is the state that the history began with, and each command that changes
/// something leads to the next point. Going back keeps the undone steps until a new step is made from there.
///
/// It keeps the events of each step and a snapshot every [`SNAPSHOT_STEPS`](Self::SNAPSHOT_STEPS) steps. A snapshot shares
/// what has not changed since; what it costs is that the next writes copy the pages they meet.
///
/// # Example: back to before it went wrong
/// ```
/// # use connector_groups::Directory;
/// # let mut directory = Directory::default();
/// # for line in include_str!("../examples/contoso.jsonl").lines().filter(|line| !line.is_empty()) {
/// #     directory.apply(&serde_json::from_str(line).unwrap()).unwrap();
/// # }
/// # let tenant = directory.tenants().next().unwrap();
/// use connector_groups::{History, Selection, command::{MoveConnectors, ReassignApplications}};
/// let group = |name| tenant.connector_groups_by_name(name).next().expect("Contoso has one").id();
/// let (dublin, amsterdam) = (group("Datacenter Dublin"), group("Datacenter Amsterdam"));
/// let mut history = History::new(tenant.clone());
/// history.apply(&ReassignApplications { applications: Selection::In(dublin), connector_group: amsterdam }.into())?;
/// history.apply(&MoveConnectors { connectors: Selection::In(amsterdam), connector_group: dublin }.into())?;
/// assert_eq!(history.point(), 2);
/// assert_eq!(history.at(0).as_ref(), Some(tenant)); // to look at
/// history.go_to(1).expect("there is such a point"); // the connectors back, the applications where they are
/// assert_eq!(history.present().connector_group(dublin).map(|group| group.applications_count()), Some(0));
/// history.redo().expect("it was done before");
/// assert_eq!(history.point(), history.last_point());
/// # Ok::<(), connector_groups::Refusal>(())
/// ```
#[derive(Debug, Clone)]
pub struct History {
    /// The tenant at the first point that is kept.
    first: Tenant,
    first_point: u64,
    steps: VecDeque<Step>,
    present: Tenant,
    /// The number of steps that are done; the rest of `steps` is undone.
    done: usize,
    steps_max: usize,
}

#[derive(Debug, Clone)]
struct Step {
    command: Option<Command>,
    events: Vec<Event>,
    /// The tenant after the step, at every multiple of `SNAPSHOT_STEPS`.
    snapshot: Option<Tenant>,
}

/// One step of a history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct HistoryEntry<'a> {
    /// The point that it leads to.
    pub point: u64,
    /// The command; `None` if the step was given as events.
    pub command: Option<&'a Command>,
    /// The events of the step, at least one.
    pub events: &'a [Event],
}

impl History {
    /// A snapshot is kept every so many steps; going anywhere replays the events of fewer.
    ///
    /// Why 64: a snapshot makes the next writes copy the pages that they meet. 20,000 moves of single applications, in a tenant
    /// of 1,000 of them and of 1,000,000, with a snapshot after every so many, on a machine with two cores:
    ///
    /// | snapshot after | a step, 1,000 | a step, 1,000,000 | to any point, 1,000 | to any point, 1,000,000 |
    /// |---|---|---|---|---|
    /// | none | 0.2 KB, 1 us | 0.2 KB, 2 us | - | - |
    /// | 1 | 9.3 KB, 10 us | 9.9 KB, 12 us | 2 us | 0.2 us |
    /// | 8 | 1.5 KB, 2 us | 8.3 KB, 10 us | 7 us | 15 us |
    /// | 64 | 0.4 KB, 0.5 us | 7.7 KB, 7 us | 13 us | 95 us |
    /// | 1,024 | 0.2 KB, 0.6 us | 4.8 KB, 14 us | 162 us | 4,171 us |
    ///
    /// In the large tenant moves seldom meet a page twice, so that fewer snapshots save little, and cost when somebody goes
    /// back.
    pub const SNAPSHOT_STEPS: u64 = 64;

    /// A history that begins here and keeps everything.
    #[must_use]
    pub fn new(tenant: Tenant) -> Self {
        Self::with_steps_max(tenant, usize::MAX)
    }

    /// A history that keeps so many steps, one at least, and then forgets the oldest.
    #[must_use]
    pub fn with_steps_max(tenant: Tenant, steps_max: usize) -> Self {
        Self { first: tenant.clone(), first_point: 0, steps: VecDeque::new(), present: tenant, done: 0, steps_max }
    }

    /// The tenant as it is.
    #[must_use]
    pub const fn present(&self) -> &Tenant {
        &self.present
    }

    /// The tenant as it is; the past is forgotten.
    #[must_use]
    pub fn into_present(self) -> Tenant {
        self.present
    }

    /// The present point.
    #[must_use]
    pub fn point(&self) -> u64 {
        self.point_after(self.done)
    }

    /// The first point that is kept; 0 unless something was forgotten.
    #[must_use]
    pub const fn first_point(&self) -> u64 {
        self.first_point
    }

    /// The last point, behind all that is undone.
    #[must_use]
    pub fn last_point(&self) -> u64 {
        self.point_after(self.steps.len())
    }

    fn point_after(&self, steps: usize) -> u64 {
        self.first_point.saturating_add(wide(steps))
    }

    /// The steps that are kept, the undone ones last.
    #[must_use]
    pub fn entries(&self) -> impl DoubleEndedIterator<Item = HistoryEntry<'_>> + ExactSizeIterator {
        self.steps.iter().enumerate().map(|(index, step)| HistoryEntry {
            point: self.point_after(index.saturating_add(1)),
            command: step.command.as_ref(),
            events: &step.events,
        })
    }

    /// The events that lead from a point to the present one, to replay elsewhere; `None` where the point is not kept or still
    /// to come.
    #[must_use]
    pub fn events_since(&self, point: u64) -> Option<impl DoubleEndedIterator<Item = &Event>> {
        let done = self.steps_until(point).filter(|done| *done <= self.done)?;
        Some(self.steps.iter().take(self.done).skip(done).flat_map(|step| &step.events))
    }

    /// How many steps lead to a point; `None` where it is not kept or never was.
    fn steps_until(&self, point: u64) -> Option<usize> {
        let steps = usize::try_from(point.checked_sub(self.first_point)?).ok()?;
        (steps <= self.steps.len()).then_some(steps)
    }

    /// The tenant as it is or was at a point, undone ones included; `None` where the point is not kept or never was.
    ///
    /// Cost: a snapshot, and the events of fewer than [`SNAPSHOT_STEPS`](Self::SNAPSHOT_STEPS) steps.
    #[must_use]
    pub fn at(&self, point: u64) -> Option<Tenant> {
        let steps = self.steps_until(point)?;
        if steps == self.done {
            return Some(self.present.clone());
        }
        // From the nearest snapshot at or before the point, so that fewer than `SNAPSHOT_STEPS` steps have to be replayed.
        let before = self.steps.iter().take(steps).enumerate().rev();
        let mut snapshots = before.filter_map(|(index, step)| Some((index.saturating_add(1), step.snapshot.as_ref()?)));
        let (kept, snapshot) = snapshots.next().unwrap_or((0, &self.first));
        let mut tenant = snapshot.clone();
        for step in self.steps.iter().take(steps).skip(kept) {
            tenant.evolve(&step.events);
        }
        Some(tenant)
    }

    /// Decides, and where the command is accepted and changes something, lets it happen as the next step; what was undone is
    /// forgotten then. The events that happened.
    ///
    /// # Errors
    /// The refusal that [`Tenant::apply`] would give; then nothing changes.
    pub fn apply(&mut self, command: &Command) -> Result<&[Event], Refusal> {
        let events = self.present.decide(command)?;
        Ok(self.step(Some(command.clone()), events))
    }

    /// Lets events happen that were decided elsewhere for a tenant that is equal to the present one; see
    /// [`Tenant::evolve`].
    pub fn evolve(&mut self, events: Vec<Event>) {
        self.step(None, events);
    }

    fn step(&mut self, command: Option<Command>, events: Vec<Event>) -> &[Event] {
        if events.is_empty() {
            return &[];
        }
        // A new step from here makes the undone ones wrong: their events were decided for another state.
        self.present.evolve(&events);
        self.steps.truncate(self.done);
        // By point and not by the number of steps kept, which stays the same once the oldest are forgotten.
        let point = self.point().saturating_add(1);
        let snapshot = point.is_multiple_of(Self::SNAPSHOT_STEPS).then(|| self.present.clone());
        self.steps.push_back(Step { command, events, snapshot });
        self.done = self.steps.len();
        // At least the new step stays: its events are what this method returns.
        while self.steps.len() > self.steps_max.max(1) {
            self.forget_first();
        }
        self.steps.back().map_or(&[], |step| &step.events)
    }

    fn forget_first(&mut self) {
        if let Some(step) = self.steps.pop_front() {
            match step.snapshot {
                // The snapshot is the same state as a replay would give, and taking it lets go of the pages of the older one.
                Some(snapshot) => self.first = snapshot,
                None => self.first.evolve(&step.events),
            }
            debug_assert!(self.done > 0, "a step is forgotten that was undone: `apply` drops those first");
            self.first_point = self.first_point.saturating_add(1);
            self.done = self.done.saturating_sub(1);
        }
    }

    /// Goes to a point, back or forth; the tenant as it is then. `None`, and nothing changes, where the point is not kept or
    /// never was.
    pub fn go_to(&mut self, point: u64) -> Option<&Tenant> {
        // `at` fails first, so that neither field changes for an unknown point.
        self.present = self.at(point)?;
        self.done = self.steps_until(point)?;
        Some(&self.present)
    }

    /// Goes one step back, by its events alone; `None` where there is none.
    pub fn undo(&mut self) -> Option<&Tenant> {
        let done = self.done.checked_sub(1)?;
        // Undoing one step's events is cheaper than `go_to`, which replays up to a snapshot's distance of steps.
        self.present.undo(&self.steps.get(done)?.events);
        self.done = done;
        Some(&self.present)
    }

    /// Does again what was undone last; `None` where nothing is.
    pub fn redo(&mut self) -> Option<&Tenant> {
        self.present.evolve(&self.steps.get(self.done)?.events);
        self.done = self.done.saturating_add(1);
        Some(&self.present)
    }
}
