//! Generated traces, and a harness that holds other implementations against the engine (feature `workload`).
//!
//! A [`Step`] is three small integers. What it means is decided by the state that it meets: the verb is taken modulo the
//! verbs, the subject modulo the things there are and one that is not. So a step means something in any state, and
//! dropping an earlier one never orphans a later one.

mod conformance;
mod coverage;
mod resolve;
mod shrink;
mod values;

use crate::command::DirectoryCommand;
use crate::directory::Directory;

pub use conformance::{Comparison, Conformance, Difference, Implementation};
pub use coverage::Coverage;
pub use shrink::shortest;

/// One row a verb: its name, as JSON tags the command, and how often it comes up beside the others.
macro_rules! verbs {
    ($($name:literal: $weight:literal)*) => {
        /// The commands' names; a step's verb counts here. Those of the directory come last.
        pub const VERBS: [&str; VERBS_COUNT] = [$($name),*];
        const WEIGHTS: Weights = Weights([$($weight),*]);
    };
}

const VERBS_COUNT: usize = 29;
/// How many of [`VERBS`] are commands in a tenant.
const TENANT_VERBS_COUNT: usize = 27;

verbs! {
    "createConnectorGroup": 6
    "updateConnectorGroup": 8
    "deleteConnectorGroup": 5
    "addConnector": 8
    "removeConnector": 5
    "createApplication": 6
    "updateApplication": 2
    "deleteApplication": 2
    "publishApplication": 12
    "unpublishApplication": 2
    "addApplication": 11
    "removeApplication": 7
    "reassignApplications": 5
    "moveConnectors": 5
    "assignApplications": 5
    "transaction": 4
    "registerConnector": 5
    "reportConnector": 7
    "advanceClock": 3
    "provisionConnectorGroup": 1
    "createServicePrincipal": 4
    "updateServicePrincipal": 3
    "deleteServicePrincipal": 2
    "addApplicationSegment": 8
    "updateApplicationSegment": 6
    "removeApplicationSegment": 3
    "updateProfile": 2
    "createTenant": 1
    "deleteTenant": 1
}

/// A command before it is known what it meets.
///
/// ```
/// use connector_groups::{Command, Directory, DirectoryCommand, workload::Step};
/// let mut directory = Directory::default();
/// let first = Step { verb: 27, subject: 0, object: 0 }.resolve(&directory);
/// assert!(matches!(first, DirectoryCommand::CreateTenant(_)));
/// directory.apply(&first)?;
/// let second = Step { verb: 2, subject: 0, object: 0 }.resolve(&directory);
/// assert!(matches!(second, DirectoryCommand::InTenant { command: Command::DeleteConnectorGroup(_), .. }));
/// # Ok::<(), connector_groups::Refusal>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Step {
    /// Which of [`VERBS`], modulo their number.
    pub verb: u8,
    /// Which thing: the first is 0; one behind the last is a thing that does not exist. In a directory the lowest digits
    /// choose the tenant.
    pub subject: u32,
    /// All else that the command asks, the plainest choice first.
    pub object: u32,
}

impl Step {
    /// The step that nine bytes spell, as a fuzzer has them.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 9]) -> Self {
        let [verb, s0, s1, s2, s3, object @ ..] = bytes;
        Self { verb, subject: u32::from_le_bytes([s0, s1, s2, s3]), object: u32::from_le_bytes(object) }
    }
}

/// How often each of [`VERBS`] comes up beside the others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Weights([u32; VERBS_COUNT]);

impl Default for Weights {
    fn default() -> Self {
        WEIGHTS
    }
}

impl Weights {
    /// These weights with another for one verb; `None` where there is no verb of this name.
    #[must_use]
    pub fn with(mut self, verb: &str, weight: u32) -> Option<Self> {
        let at = VERBS.iter().position(|name| *name == verb)?;
        *self.0.get_mut(at)? = weight;
        Some(self)
    }

    /// The verb on which a number falls.
    fn verb(&self, number: u64) -> u8 {
        // If all weights are 0, every subtraction succeeds and the first verb is left.
        let total: u64 = self.0.iter().map(|weight| u64::from(*weight)).sum();
        let mut rest = number.checked_rem(total).unwrap_or(0);
        for (verb, weight) in (0..).zip(self.0) {
            match rest.checked_sub(weight.into()) {
                Some(less) => rest = less,
                None => return verb,
            }
        }
        0
    }
}

/// Numbers without end out of a seed (`SplitMix64`, Steele, Lea and Flood 2014): equal seeds, equal numbers, everywhere.
#[derive(Debug, Clone)]
pub(crate) struct Numbers(pub(crate) u64);

impl Numbers {
    pub(crate) const fn draw(&mut self) -> u64 {
        // A generator of our own in three lines: a seed names a trace in bug reports and in the harness of other
        // languages, so the numbers may never change with a library.
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// The upper half of the next number.
    pub(crate) fn half(&mut self) -> u32 {
        let [first, second, third, fourth, ..] = self.draw().to_be_bytes();
        u32::from_be_bytes([first, second, third, fourth])
    }
}

/// Steps without end out of a seed. Equal seeds and weights give equal steps, on every machine.
///
/// ```
/// use connector_groups::{Directory, workload::Workload};
/// let mut directory = Directory::default();
/// let mut workload = Workload::new(7);
/// for _ in 0..100 {
///     let command = workload.next_command(&directory);
///     _ = directory.apply(&command);
/// }
/// assert!(directory.tenants().all(|tenant| tenant.audit().is_empty()));
/// ```
#[derive(Debug, Clone)]
pub struct Workload {
    numbers: Numbers,
    weights: Weights,
}

impl Workload {
    /// The steps of this seed, with the usual weights.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self { numbers: Numbers(seed), weights: WEIGHTS }
    }

    /// The same with other weights.
    #[must_use]
    pub fn with_weights(self, weights: Weights) -> Self {
        Self { weights, ..self }
    }

    /// The next step.
    pub fn next_step(&mut self) -> Step {
        // Three numbers a step, whatever the verb: other weights change the verbs and leave subjects and objects alone.
        let verb = self.weights.verb(self.numbers.draw());
        Step { verb, subject: self.numbers.half(), object: self.numbers.half() }
    }

    /// The next step's command in a directory.
    pub fn next_command(&mut self, directory: &Directory) -> DirectoryCommand {
        self.next_step().resolve(directory)
    }
}
