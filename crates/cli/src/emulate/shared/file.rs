//! The file of the database: how it comes to be, and what is told where it cannot be read.

use core::{cell::Cell, fmt::Display, panic::AssertUnwindSafe};
use std::{
    ffi::OsStr,
    fs::{self, File},
    io,
    os::unix::fs::PermissionsExt,
    panic::{catch_unwind, set_hook, take_hook},
    path::{Path, PathBuf},
    sync::Once,
};

use redb::{Database, DatabaseError, StorageError};

/// Where a folder keeps its database.
pub(super) fn of(folder: &Path) -> PathBuf {
    folder.join("directory.redb")
}

/// Opens the database of a folder, or makes both.
pub(super) fn open(folder: &Path) -> io::Result<Database> {
    fs::create_dir_all(folder)?;
    let file = of(folder);
    if !file.try_exists()? {
        refuse_foreign(folder)?;
        make(folder, &file)?;
    }
    // Never `create`, which would take an empty file for a new one.
    let opened = whole(&file, || Database::open(&file))?;
    opened.map_err(|error| match error {
        DatabaseError::DatabaseAlreadyOpen => io::Error::other("another process has it open"),
        DatabaseError::Storage(StorageError::Io(error)) if !says_damaged(&error) => error,
        error => damaged(&file, &error),
    })
}

/// Refuses a folder with files of tenants: it is somebody's export or backup. Others may have what a mounted volume begins with.
fn refuse_foreign(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let extension = path.extension().and_then(OsStr::to_str).unwrap_or_default();
        if ["json", "jsonl", "yaml", "yml", "csv"].contains(&extension) {
            let name = path.file_name().unwrap_or_default().display();
            let text = format!("it is no data folder of the emulator, as it has {name}: name a new folder");
            return Err(io::Error::other(text));
        }
    }
    Ok(())
}

/// Makes the file under another name first: under its own it is whole from the first moment on, so that one which is empty, or
/// begins in another way, was damaged later, and is no start that a kill has cut short.
fn make(folder: &Path, file: &Path) -> io::Result<()> {
    let new = tempfile::Builder::new().permissions(fs::Permissions::from_mode(0o666)).tempfile_in(folder)?;
    drop(Database::create(new.path()).map_err(io::Error::other)?);
    match new.persist_noclobber(file) {
        Ok(_) => File::open(folder)?.sync_all(),
        // Another process was faster. Whose it is, the lock of the file decides.
        Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error.error),
    }
}

fn says_damaged(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof)
}

/// The file is there, and cannot be read.
pub(super) fn damaged(file: &Path, why: &impl Display) -> io::Error {
    let file = file.display();
    let text = format!("{file} is damaged ({why}): put back a copy of it, or delete it to begin anew");
    io::Error::new(io::ErrorKind::InvalidData, text)
}

/// Does what reads the file. The library of the store panics at much of what it does not expect in a file that was cut off or
/// written over; that is an error here, and one line in place of a panic's.
pub(super) fn whole<T>(file: &Path, read: impl FnOnce() -> T) -> io::Result<T> {
    thread_local! {
        static IS_READING: Cell<bool> = const { Cell::new(false) };
    }
    static HOOK: Once = Once::new();
    // Set once and by thread: other threads' panics are told as ever, at the start and while a store is opened anew.
    HOOK.call_once(|| {
        let tell = take_hook();
        set_hook(Box::new(move |panic| {
            if !IS_READING.get() {
                tell(panic);
            }
        }));
    });
    IS_READING.set(true);
    // What it leaves half read is not looked at: the emulator does not start, or keeps what it has in memory.
    let read = catch_unwind(AssertUnwindSafe(read));
    IS_READING.set(false);
    read.map_err(|_| damaged(file, &"it is cut off or written over"))
}
