//! The journal of a run on disk: one record a line, each on disk before the run goes on.

use std::{
    fs::{File, OpenOptions},
    io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

use super::{
    record::{Begun, FORMAT, Record},
    run,
};

/// An open journal. No other process writes to it.
pub(crate) struct Journal {
    file: File,
    path: PathBuf,
}

impl Journal {
    /// Makes a journal with its first record; there must be none.
    pub(crate) fn create(path: &Path, begun: &Begun) -> Result<Self, String> {
        let wrong = |error: std::io::Error| format!("cannot write {}: {error}", path.display());
        // A name of its own until the first record is whole: a journal that is there can always be read.
        let mut partial = path.as_os_str().to_owned();
        partial.push(format!(".{}.partial", std::process::id()));
        let partial = PathBuf::from(partial);
        let made = (|| {
            let mut file = OpenOptions::new().read(true).write(true).create_new(true).open(&partial)?;
            file.try_lock().map_err(std::io::Error::from)?;
            let mut line = serde_json::to_vec(begun)?;
            line.push(b'\n');
            file.write_all(&line)?;
            file.sync_all()?;
            // A link fails where there is a file of this name already; a rename would take its place.
            std::fs::hard_link(&partial, path)?;
            Ok(file)
        })();
        _ = std::fs::remove_file(&partial);
        let file = made.map_err(wrong)?;
        // The name is on disk only with its folder.
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
        if cfg!(unix) {
            File::open(folder).and_then(|folder| folder.sync_all()).map_err(wrong)?;
        }
        Ok(Self { file, path: path.into() })
    }

    /// What to do about the file that is where a run of `plan` is to have its journal.
    pub(crate) fn in_the_way(path: &Path, plan: &str) -> String {
        let shown = path.display();
        if !path.is_file() {
            return format!("{shown} is no file: name another with --journal FILE");
        }
        let mut first = Vec::new();
        let read = File::open(path).and_then(|file| BufReader::new(file).read_until(b'\n', &mut first));
        match read.ok().and_then(|_| serde_json::from_slice::<Begun>(&first).ok()) {
            Some(begun) if begun.plan == plan => format!(
                "{shown} is there: a run of this plan was begun at {}. There, go on with --resume, or back with --rollback; \
                 for a run elsewhere, name another with --journal FILE",
                begun.graph
            ),
            Some(_) => Self::of_another_plan(path),
            None => format!("{shown} is there and is no journal: move it away, or name another with --journal FILE"),
        }
    }

    pub(crate) fn of_another_plan(path: &Path) -> String {
        format!(
            "{} is the journal of another plan. If its run has not ended, end it with the plan file that it was begun with; \
             then move the journal away, or name another with --journal FILE",
            path.display()
        )
    }

    /// Opens a journal to go on with. A last line without its end was cut off while it was written: it counts as not written.
    pub(crate) fn open(path: &Path) -> Result<(Self, Begun, Vec<Record>), String> {
        let wrong = |error: io::Error| match error.kind() {
            io::ErrorKind::NotFound => format!(
                "there is no journal at {}: where it is elsewhere, name it with --journal FILE; without one, \
                 `connector-groups restore` plans the way back to a backup",
                path.display()
            ),
            _ => format!("cannot open {}: {error}", path.display()),
        };
        let mut file = OpenOptions::new().read(true).write(true).open(path).map_err(wrong)?;
        file.try_lock().map_err(|_| format!("{} is in use by another run", path.display()))?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(wrong)?;
        let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at.saturating_add(1));
        bytes.truncate(whole);
        let mut lines = bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        let first = lines.next().ok_or_else(|| format!("{} is no journal: it has no whole line", path.display()))?;
        let begun: Begun =
            serde_json::from_slice(first).map_err(|error| format!("{}: line 1: {error}", path.display()))?;
        if begun.format != FORMAT {
            return Err(format!("{}: the format is {:?}, not {FORMAT:?}", path.display(), begun.format));
        }
        let count = begun.work.effects_count();
        let mut records = Vec::new();
        for (number, line) in (2_usize..).zip(lines) {
            let record: Record =
                serde_json::from_slice(line).map_err(|error| format!("{}: line {number}: {error}", path.display()))?;
            if let Record::Asked { effects: named, .. }
            | Record::Settled { done: named, .. }
            | Record::LeftOut { effects: named } = &record
                && named.iter().any(|effect| *effect >= count)
            {
                return Err(format!("{}: line {number} names an effect that is none of the plan", path.display()));
            }
            records.push(record);
        }
        let whole = u64::try_from(whole).map_err(|error| error.to_string())?;
        file.set_len(whole).map_err(wrong)?;
        file.seek(SeekFrom::End(0)).map_err(wrong)?;
        Ok((Self { file, path: path.into() }, begun, records))
    }
}

impl run::Journal for Journal {
    fn write(&mut self, record: &Record) -> Result<(), String> {
        put(&mut self.file, record).map_err(|error| format!("cannot write {}: {error}", self.path.display()))
    }
}

/// What a journal is written to.
trait Disk: Write {
    fn sync(&mut self) -> io::Result<()>;
}

impl Disk for File {
    fn sync(&mut self) -> io::Result<()> {
        // The length of the file counts as data; times do not, and would cost a second write.
        self.sync_data()
    }
}

/// A record, on disk.
fn put(disk: &mut impl Disk, record: &Record) -> io::Result<()> {
    let mut line = serde_json::to_vec(record)?;
    // The line's end comes with it: a line without one was cut off.
    line.push(b'\n');
    disk.write_all(&line)?;
    disk.sync()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Remembers what a loss of power would leave.
    #[derive(Default)]
    struct Fake {
        written: Vec<u8>,
        on_disk: Vec<u8>,
    }

    impl Write for Fake {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.written.extend(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl Disk for Fake {
        fn sync(&mut self) -> io::Result<()> {
            self.on_disk.clone_from(&self.written);
            Ok(())
        }
    }

    #[test]
    fn a_record_that_was_written_is_on_disk_with_its_end() {
        let mut disk = Fake::default();
        for records in 1..4 {
            put(&mut disk, &Record::Applied).unwrap_or_default();
            assert_eq!(String::from_utf8_lossy(&disk.on_disk), "{\"record\":\"applied\"}\n".repeat(records));
        }
    }
}
