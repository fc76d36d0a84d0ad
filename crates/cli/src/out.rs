//! Folders out: whole, or not there.

use std::{
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
    time::SystemTime,
};

/// Files that were there before a run that is to write them.
pub(crate) struct Earlier(Vec<(PathBuf, SystemTime)>);

impl Earlier {
    pub(crate) fn of<'a>(files: impl Iterator<Item = &'a PathBuf>) -> Self {
        Self(files.filter_map(|file| Some((file.clone(), written(file)?))).collect())
    }

    /// What to say where the run failed: somebody may go on with such a file, which is the answer to another question.
    pub(crate) fn told(&self) -> impl Iterator<Item = String> {
        let left = self.0.iter().filter(|(file, before)| written(file) == Some(*before));
        left.map(|(file, _)| format!("{} is from before, and was not written", file.display()))
    }
}

fn written(file: &Path) -> Option<SystemTime> {
    fs::metadata(file).ok()?.modified().ok()
}

/// A folder with older files in it would be read as one with the new ones.
pub(crate) fn check(out: &Path) -> Result<(), String> {
    // `.` and `..`: the folder is written under another name first, beside the one that it gets, which these do not tell.
    if out.file_name().is_none() {
        return Err(format!(
            "{} has no name of its own: name a folder, such as {}",
            out.display(),
            out.join("new").display()
        ));
    }
    match fs::read_dir(out).map(|mut entries| entries.next().is_some()) {
        Ok(true) => Err(format!("{} is there and not empty: name another folder", out.display())),
        Ok(false) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(format!("{}: {error}", out.display())),
    }
}

/// Writes beside the folder and renames at the end, so that a folder that is there is whole.
pub(crate) fn write<'a>(out: &Path, files: impl Iterator<Item = (&'a str, &'a str)>) -> Result<(), String> {
    let mut name = out.file_name().map(OsStr::to_os_string).unwrap_or_default();
    name.push(format!(".{}.partial", std::process::id()));
    let partial: PathBuf = out.with_file_name(name);
    let written = (|| {
        for (file, text) in files {
            let path = partial.join(file);
            path.parent().map(fs::create_dir_all).transpose()?;
            fs::write(path, text)?;
        }
        // Not with what is in it: whatever came into the folder since the check is somebody's, and the error keeps it.
        if out.is_dir() {
            fs::remove_dir(out)?;
        }
        fs::rename(&partial, out)
    })();
    written.map_err(|error: std::io::Error| {
        // Where this fails too, the first error is the one to tell.
        _ = fs::remove_dir_all(&partial);
        format!("cannot write {}: {error}", out.display())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_has_a_name_of_its_own() {
        for folder in [".", "..", "there/.."] {
            let refused = check(Path::new(folder));
            assert!(refused.is_err_and(|text| text.contains("no name of its own")), "{folder}");
        }
        assert_eq!(check(Path::new("there/is/no/such/folder")), Ok(()));
    }
}
