//! Those who do the same work: the engine, its peers and its floors, over the same things.

pub mod careful;
pub mod floors;
pub mod naive;
pub mod ours;
pub mod persistent;
pub mod sqlite;

use std::collections::HashMap;

/// Groups that the applications are spread over at first.
pub const SPREAD: u32 = 16;
/// Two groups more, for all to go to and back.
pub const HERE: u32 = SPREAD;
pub const THERE: u32 = SPREAD + 1;

/// Regions of groups: the first of even ones, the second of odd ones, the third of the two to go to.
pub const REGIONS: [&str; 3] = ["eur", "nam", "asia"];
/// What the name of every tenth application begins with.
pub const TENTH: &str = "Payroll ";
pub const TENTH_IN_ANOTHER_CASE: &str = "pAYROLL ";

/// What all of them hold. Things are known by their number: their place in creation order.
pub struct Data {
    pub applications: Vec<Application>,
    pub groups: Vec<Group>,
    pub connectors: Vec<Connector>,
    /// Every application once, at random.
    pub order: Vec<u32>,
    /// An id that nothing has.
    pub unknown: u128,
}

pub struct Application {
    pub id: u128,
    pub app_id: u128,
    pub name: String,
    /// The number of the group that it is assigned to at first.
    pub group: u32,
}

pub struct Group {
    pub id: u128,
    pub region: &'static str,
}

pub struct Connector {
    pub id: u128,
    pub group: u32,
}

impl Data {
    /// So many applications, and a connector for every tenth, but no fewer than two for each group.
    pub fn new(applications: u32) -> Self {
        let mut dice = Dice(u64::from(applications));
        let groups = (0..SPREAD + 2).map(|number| {
            let region = if number < SPREAD { REGIONS[at(number % 2)] } else { REGIONS[2] };
            Group { id: dice.guid(), region }
        });
        let groups: Vec<Group> = groups.collect();
        let connectors = (0..(applications / 10).max(2 * SPREAD))
            .map(|number| Connector { id: dice.guid(), group: number % SPREAD })
            .collect();
        let mut order: Vec<u32> = (0..applications).collect();
        let applications = order.iter().map(|number| {
            let start = if number % 10 == 3 { TENTH } else { "Application " };
            let (id, app_id, group) = (dice.guid(), dice.guid(), dice.below(SPREAD));
            Application { id, app_id, name: format!("{start}{number}"), group }
        });
        let applications = applications.collect();
        dice.shuffle(&mut order);
        Self { applications, groups, connectors, order, unknown: dice.guid() }
    }

    /// The same without names: what an engine needs for ids and assignments alone.
    pub fn without_names(mut self) -> Self {
        self.applications.iter_mut().for_each(|application| application.name = String::new());
        self
    }

    /// The id of a thing; that of the application behind the last is nobody's.
    pub fn guid(&self, thing: Thing) -> u128 {
        match thing {
            Thing::Application(number) => {
                self.applications.get(at(number)).map_or(self.unknown, |application| application.id)
            }
            Thing::Group(number) => self.groups[at(number)].id,
            Thing::Connector(number) => self.connectors[at(number)].id,
        }
    }

    /// The number of each group by its id.
    pub fn group_numbers(&self) -> HashMap<u128, u32> {
        self.groups.iter().map(|group| group.id).zip(0..).collect()
    }

    pub fn len(&self) -> u32 {
        u32::try_from(self.applications.len()).unwrap()
    }
}

/// A bulk command, or one on a single application.
#[derive(Clone)]
pub enum Work {
    /// All that one group holds.
    Group {
        from: u32,
        to: u32,
    },
    /// These, in this order.
    List {
        applications: Vec<u32>,
        to: u32,
    },
    /// Each application to its own group.
    Assign {
        assignments: Vec<(u32, u32)>,
    },
    Region {
        region: &'static str,
        to: u32,
    },
    Named {
        prefix: &'static str,
        to: u32,
    },
    All {
        to: u32,
    },
    /// One, by the command for one.
    One {
        application: u32,
        to: u32,
    },
    /// These connectors, in this order.
    Connectors {
        connectors: Vec<u32>,
        to: u32,
    },
}

/// A thing by its number.
#[derive(Clone, Copy)]
pub enum Thing {
    Application(u32),
    Group(u32),
    Connector(u32),
}

/// The work by the keys of one that does it.
pub enum ByKey<K> {
    Group { from: K, to: K },
    List { applications: Vec<K>, to: K },
    Assign { assignments: Vec<(K, K)> },
    Region { region: &'static str, to: K },
    Named { prefix: &'static str, to: K },
    All { to: K },
    Connectors { connectors: Vec<K>, to: K },
}

impl Work {
    pub fn by_key<K>(&self, key: impl Fn(Thing) -> K) -> ByKey<K> {
        let group = |number: &u32| key(Thing::Group(*number));
        let application = |number: &u32| key(Thing::Application(*number));
        match self {
            Self::Group { from, to } => ByKey::Group { from: group(from), to: group(to) },
            Self::List { applications, to } => {
                ByKey::List { applications: applications.iter().map(application).collect(), to: group(to) }
            }
            Self::One { application: one, to } => ByKey::List { applications: vec![application(one)], to: group(to) },
            Self::Assign { assignments } => {
                let assignments = assignments.iter().map(|(one, to)| (application(one), group(to)));
                ByKey::Assign { assignments: assignments.collect() }
            }
            Self::Region { region, to } => ByKey::Region { region, to: group(to) },
            Self::Named { prefix, to } => ByKey::Named { prefix, to: group(to) },
            Self::All { to } => ByKey::All { to: group(to) },
            Self::Connectors { connectors, to } => {
                let connectors = connectors.iter().map(|number| key(Thing::Connector(*number)));
                ByKey::Connectors { connectors: connectors.collect(), to: group(to) }
            }
        }
    }
}

/// How many moved; or which entries of the list are refused, so that nothing did.
pub type Answer = Result<u32, Vec<u32>>;

/// Who does the work, with all that the engine promises: every entry checked, all or nothing.
pub trait Engine {
    /// The work in this one's own words, put into them outside the timed part.
    type Prepared;

    fn prepare(&self, data: &Data, work: &Work) -> Self::Prepared;

    fn apply(&mut self, work: &Self::Prepared) -> Answer;

    /// Does works one after the other, each accepted: what leads to where a measurement begins.
    fn begin<'w>(&mut self, data: &Data, works: impl IntoIterator<Item = &'w Work>) {
        for work in works {
            let prepared = self.prepare(data, work);
            self.apply(&prepared).expect("accepted");
        }
    }

    /// The number of each application's group.
    fn assignment(&self, data: &Data) -> Vec<u32>;

    /// The number of each connector's group; nothing where this one knows no connectors.
    fn membership(&self, data: &Data) -> Vec<u32> {
        let _ = data;
        Vec::new()
    }
}

/// Numbers without end out of a seed (`SplitMix64`).
pub struct Dice(pub u64);

impl Dice {
    pub fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut number = self.0;
        number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        number ^ (number >> 31)
    }

    pub fn below(&mut self, end: u32) -> u32 {
        u32::try_from((u128::from(self.number()) * u128::from(end)) >> 64).unwrap()
    }

    pub fn guid(&mut self) -> u128 {
        (u128::from(self.number()) << 64) | u128::from(self.number())
    }

    pub fn shuffle<T>(&mut self, things: &mut [T]) {
        for last in (1..things.len()).rev() {
            let other = self.below(u32::try_from(last + 1).unwrap());
            things.swap(last, at(other));
        }
    }
}

pub fn at(number: u32) -> usize {
    usize::try_from(number).unwrap()
}
