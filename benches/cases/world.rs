//! All engines over the same data, each built when it is first asked for, and shared by the cases.

use std::{
    cell::{OnceCell, RefCell},
    rc::Rc,
};

use crate::peers::{
    Data,
    careful::Careful,
    naive::Naive,
    ours::Ours,
    persistent::Persistent,
    sqlite::{Keys, Sqlite},
};

/// An engine, and which of the works that lead to each other comes next.
pub struct Turn<E> {
    pub engine: E,
    pub next: usize,
}

pub type Shared<E> = Rc<RefCell<Turn<E>>>;

/// Above this size a peer takes more memory, or longer for a run, than anybody has.
const PEERS_MAX: u32 = 1_000_000;

pub struct World {
    pub data: Data,
    ours: OnceCell<Shared<Ours>>,
    careful: OnceCell<Shared<Careful>>,
    naive: OnceCell<Shared<Naive>>,
    persistent: OnceCell<Shared<Persistent>>,
    integers: OnceCell<Shared<Sqlite>>,
    texts: OnceCell<Shared<Sqlite>>,
}

fn get<E>(cell: &OnceCell<Shared<E>>, make: impl FnOnce() -> E) -> Shared<E> {
    cell.get_or_init(|| Rc::new(RefCell::new(Turn { engine: make(), next: 0 }))).clone()
}

impl World {
    pub fn new(applications: u32) -> Self {
        Self {
            data: Data::new(applications),
            ours: OnceCell::new(),
            careful: OnceCell::new(),
            naive: OnceCell::new(),
            persistent: OnceCell::new(),
            integers: OnceCell::new(),
            texts: OnceCell::new(),
        }
    }

    /// Whether peers take part.
    pub fn has_peers(&self) -> bool {
        self.data.len() <= PEERS_MAX
    }

    pub fn ours(&self) -> Shared<Ours> {
        get(&self.ours, || Ours::new(&self.data))
    }

    pub fn careful(&self) -> Shared<Careful> {
        get(&self.careful, || Careful::new(&self.data))
    }

    pub fn naive(&self) -> Shared<Naive> {
        get(&self.naive, || Naive::new(&self.data))
    }

    pub fn persistent(&self) -> Shared<Persistent> {
        get(&self.persistent, || Persistent::new(&self.data))
    }

    pub fn sqlite(&self, keys: Keys) -> Shared<Sqlite> {
        let cell = if keys == Keys::Integers { &self.integers } else { &self.texts };
        get(cell, || Sqlite::new(&self.data, keys))
    }
}
