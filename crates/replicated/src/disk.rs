//! A file that can lose its power: what was written since the last sync may be there afterwards, or not.

use std::{
    fs::OpenOptions,
    io,
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use rand::Rng;
use redb::{StorageBackend, backends::FileBackend};

/// A real file behind a cache as an operating system's: a write reaches the file with the next sync, or by chance when the
/// power goes. To the file itself no sync is sent, as nothing here outlives the process.
#[derive(Debug, Clone)]
pub(crate) struct Disk(Arc<Cached>);

#[derive(Debug)]
struct Cached {
    file: FileBackend,
    cache: Mutex<Cache>,
}

#[derive(Debug)]
struct Cache {
    /// Since the last sync, in order.
    writes: Vec<Write>,
    length: u64,
    powered: bool,
}

#[derive(Debug)]
enum Write {
    Bytes { at: u64, bytes: Vec<u8> },
    Length(u64),
}

impl Disk {
    pub(crate) fn open(path: &Path) -> Result<Self, redb::Error> {
        let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)?;
        let file = FileBackend::new(file)?;
        let cache = Cache { writes: Vec::new(), length: file.len()?, powered: true };
        Ok(Self(Arc::new(Cached { file, cache: Mutex::new(cache) })))
    }

    /// From here on nothing is read or written. Each write that no sync has made safe survives by chance, as a whole.
    pub(crate) fn power_off(&self, chance: &mut impl Rng, survives: f64) -> io::Result<()> {
        let mut cache = self.cache()?;
        cache.powered = false;
        // Each write by itself, so the file may keep a later write and lose an earlier one, as real disks
        // do.
        cache.writes.retain(|_| chance.gen_bool(survives));
        self.0.flush(&mut cache)
    }

    fn cache(&self) -> io::Result<MutexGuard<'_, Cache>> {
        let cache = self.0.cache.lock().unwrap_or_else(PoisonError::into_inner);
        if cache.powered { Ok(cache) } else { Err(io::Error::other("the power is off")) }
    }
}

impl Cached {
    fn flush(&self, cache: &mut Cache) -> io::Result<()> {
        cache.writes.drain(..).try_for_each(|write| match write {
            Write::Bytes { at, bytes } => self.file.write(at, &bytes),
            Write::Length(length) => self.file.set_len(length),
        })
    }
}

/// The bytes of `out`, which begins at `offset`, from `at` on, and how many bytes of what is written there come before.
fn overlap(out: &mut [u8], offset: u64, at: u64) -> (&mut [u8], usize) {
    let start = usize::try_from(at.saturating_sub(offset)).unwrap_or(usize::MAX).min(out.len());
    (out.get_mut(start..).unwrap_or_default(), usize::try_from(offset.saturating_sub(at)).unwrap_or(usize::MAX))
}

impl StorageBackend for Disk {
    fn len(&self) -> io::Result<u64> {
        Ok(self.cache()?.length)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let cache = self.cache()?;
        let in_file = usize::try_from(self.0.file.len()?.saturating_sub(offset)).unwrap_or(usize::MAX).min(out.len());
        let (from_file, behind) = out.split_at_mut(in_file);
        self.0.file.read(offset, from_file)?;
        // Space that was added and not yet written reads as zeros.
        behind.fill(0);
        // In the order of writing, so that the later of two overlapping writes is read.
        for write in &cache.writes {
            match write {
                Write::Bytes { at, bytes } => {
                    let (out, skipped) = overlap(out, offset, *at);
                    let bytes = bytes.get(skipped..).unwrap_or_default();
                    out.iter_mut().zip(bytes).for_each(|(out, byte)| *out = *byte);
                }
                Write::Length(length) => overlap(out, offset, *length).0.fill(0),
            }
        }
        Ok(())
    }

    fn set_len(&self, length: u64) -> io::Result<()> {
        let mut cache = self.cache()?;
        cache.length = length;
        cache.writes.push(Write::Length(length));
        Ok(())
    }

    fn sync_data(&self) -> io::Result<()> {
        self.0.flush(&mut *self.cache()?)
    }

    fn write(&self, at: u64, bytes: &[u8]) -> io::Result<()> {
        self.cache()?.writes.push(Write::Bytes { at, bytes: bytes.to_vec() });
        Ok(())
    }
}
