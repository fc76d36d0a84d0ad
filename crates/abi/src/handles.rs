//! Numbers for things that live on this side: directories, buffers and answers.

use alloc::{collections::BTreeMap, sync::Arc, vec::Vec};
use std::sync::{Mutex, MutexGuard, PoisonError};

use connector_groups::Directory;

use crate::{
    analysis, engine,
    status::{Failure, Status},
    wire::Incoming,
};

type Shared = Arc<Mutex<Directory>>;

enum Thing {
    // Behind a lock of its own: two threads with two directories do not wait for each other.
    Directory(Shared),
    // A `Vec`, and never given away: its bytes stay where they are until it is dropped.
    Bytes(Vec<u8>),
}

/// What a call gives: bytes, or a new directory.
pub enum Given {
    /// Bytes, which may be none.
    Bytes(Vec<u8>),
    /// A directory.
    Directory(Directory),
    /// Nothing but that it is done.
    Nothing,
}

/// Everything that has a handle.
///
/// Handles are counted up and given out once: of the two ways to make a stale handle an error, a generation beside a place
/// and a number that never comes again, this one has no generation that could wrap.
#[derive(Default)]
pub struct Handles {
    things: BTreeMap<u32, Thing>,
    last: u32,
}

impl Handles {
    /// An empty table.
    #[must_use]
    pub const fn new() -> Self {
        Self { things: BTreeMap::new(), last: 0 }
    }

    fn add(&mut self, thing: Thing) -> Option<u32> {
        let handle = self.last.checked_add(1)?;
        self.things.insert(handle, thing);
        self.last = handle;
        Some(handle)
    }

    /// Keeps what a call gave, and says under which handle; `None` where there is nothing to keep or no handle is left.
    pub fn keep(&mut self, given: Given) -> Option<u32> {
        match given {
            Given::Bytes(bytes) if bytes.is_empty() => None,
            Given::Bytes(bytes) => self.add(Thing::Bytes(bytes)),
            Given::Directory(directory) => self.add(Thing::Directory(Arc::new(Mutex::new(directory)))),
            Given::Nothing => None,
        }
    }

    /// The bytes of a buffer or an answer.
    pub fn bytes(&mut self, handle: u32) -> Option<&mut Vec<u8>> {
        match self.things.get_mut(&handle) {
            Some(Thing::Bytes(bytes)) => Some(bytes),
            Some(Thing::Directory(_)) | None => None,
        }
    }

    /// Takes a thing out of the table: whoever has it drops it, where nobody waits for the table. `None` where there is none.
    pub fn take(&mut self, handle: u32) -> Option<impl Sized + use<>> {
        self.things.remove(&handle)
    }

    /// How many things there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.things.len()
    }

    fn directory(&self, handle: u32) -> Result<Shared, Failure> {
        match self.things.get(&handle) {
            Some(Thing::Directory(directory)) => Ok(Arc::clone(directory)),
            Some(Thing::Bytes(_)) | None => Err(Failure::handle(handle, "a directory")),
        }
    }
}

/// All handles of this process, or of this instance of the WebAssembly.
pub static HANDLES: Mutex<Handles> = Mutex::new(Handles::new());

/// The table, also after a panic: it changes in single steps, none of which can be left half done.
pub fn handles() -> MutexGuard<'static, Handles> {
    HANDLES.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A buffer of zeros that the caller may write to.
///
/// # Errors
/// [`Status::Memory`] where there is no room.
pub fn buffer(length: usize) -> Result<u32, Failure> {
    let none = || Failure::new(Status::Memory, format_args!("there is no room for {length} bytes"));
    let mut bytes = Vec::new();
    bytes.try_reserve_exact(length.max(1)).map_err(|_| none())?;
    bytes.resize(length.max(1), 0);
    handles().add(Thing::Bytes(bytes)).ok_or_else(none)
}

/// What is asked of a directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Question {
    /// [`engine::apply`].
    Apply,
    /// [`engine::decide`].
    Decide,
    /// A request: [`Incoming::respond`].
    Respond,
    /// [`engine::document`]; the bytes are not looked at.
    Document,
    /// [`analysis::impact`].
    Impact,
    /// [`analysis::plan`].
    Plan,
}

/// Asks something of a directory.
///
/// # Errors
/// As the function that answers, and [`Status::Handle`].
pub fn ask(question: Question, handle: u32, bytes: &[u8]) -> Result<Given, Failure> {
    let directory = handles().directory(handle)?;
    let answer = match question {
        Question::Apply => engine::apply(&mut lock(&directory), bytes),
        Question::Respond => respond(&directory, bytes),
        // What only reads holds nobody up: it works on a copy, which shares all with the directory.
        Question::Decide => engine::decide(&copy(&directory), bytes),
        Question::Document => engine::document(&copy(&directory)),
        Question::Impact => analysis::impact(&copy(&directory), bytes),
        Question::Plan => analysis::plan(&copy(&directory), bytes),
    };
    answer.map(Given::Bytes)
}

fn respond(directory: &Mutex<Directory>, bytes: &[u8]) -> Result<Vec<u8>, Failure> {
    let incoming = Incoming::read(bytes)?;
    let stale = match incoming.call.stale {
        // Its own lock is let go before the next is taken: a directory may be its own snapshot.
        Some(stale) => Some(copy(&*handles().directory(stale)?)),
        None => None,
    };
    Ok(incoming.respond(&mut lock(directory), stale))
}

/// A copy of a directory under a handle of its own: later changes of the one are not seen in the other.
///
/// # Errors
/// [`Status::Handle`].
pub fn snapshot(handle: u32) -> Result<Given, Failure> {
    let directory = handles().directory(handle)?;
    Ok(Given::Directory(copy(&directory)))
}

/// Makes a directory what another one is; both handles stay.
///
/// # Errors
/// [`Status::Handle`].
pub fn restore(handle: u32, snapshot: u32) -> Result<Given, Failure> {
    let (directory, snapshot) = {
        let handles = handles();
        (handles.directory(handle)?, handles.directory(snapshot)?)
    };
    let restored = copy(&snapshot);
    *lock(&directory) = restored;
    Ok(Given::Nothing)
}

/// What sets two directories apart: [`analysis::diff`].
///
/// # Errors
/// As that, and [`Status::Handle`].
pub fn diff(from: u32, to: u32, bytes: &[u8]) -> Result<Given, Failure> {
    let (from, to) = {
        let handles = handles();
        (handles.directory(from)?, handles.directory(to)?)
    };
    let (from, to) = (copy(&from), copy(&to));
    analysis::diff(&from, &to, bytes).map(Given::Bytes)
}

fn lock(directory: &Mutex<Directory>) -> MutexGuard<'_, Directory> {
    directory.lock().unwrap_or_else(PoisonError::into_inner)
}

fn copy(directory: &Mutex<Directory>) -> Directory {
    lock(directory).clone()
}
