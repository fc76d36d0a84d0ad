//! Files and folders out: whole, or as they were.

use std::{
    ffi::OsStr,
    fs::{self, File},
    io::Write,
    path::{Path, PathBuf},
    time::SystemTime,
};

/// Files that were there before a run that is to write them.
pub(crate) struct Earlier<'a>(Vec<(&'a Path, SystemTime)>);

impl<'a> Earlier<'a> {
    pub(crate) fn of(files: &[&'a Path]) -> Self {
        Self(files.iter().filter_map(|file| Some((*file, written(file)?))).collect())
    }

    /// What to say where the run failed: somebody may go on with such a file, which is the answer to another question.
    pub(crate) fn told(&self) -> impl Iterator<Item = String> {
        let left = self.0.iter().filter(|(file, before)| written(file) == Some(*before));
        left.map(|(file, _)| format!("{} is from before, and was not written", file.display()))
    }
}

fn written(file: &Path) -> Option<SystemTime> {
    fs::metadata(file).ok().filter(fs::Metadata::is_file)?.modified().ok()
}

/// Refuses an output that would replace an input, or another output, of the same run.
pub(crate) fn apart(outputs: &[&Path], inputs: &[&Path]) -> Result<(), String> {
    let inputs: Vec<(&Path, PathBuf)> = inputs.iter().filter_map(|input| Some((*input, place(input)?))).collect();
    let mut written: Vec<PathBuf> = Vec::new();
    for output in outputs {
        let Some(place) = place(output) else { continue };
        // Below an input that is a folder, a new file is somebody's own business; one that is there may be a part of the input.
        let is_read = |(_, input): &&(&Path, PathBuf)| {
            place == *input || place.is_file() && input.is_dir() && place.starts_with(input)
        };
        if let Some((input, _)) = inputs.iter().find(is_read) {
            let (output, input) = (output.display(), input.display());
            return Err(format!("{output} would be written over what is read from {input}: name another file"));
        }
        if written.contains(&place) {
            return Err(format!("{} would be written twice: name another file", output.display()));
        }
        written.push(place);
    }
    Ok(())
}

/// Where a file is or would be, whatever links lead there; `None` of what is no file, such as a terminal, or has no folder.
fn place(path: &Path) -> Option<PathBuf> {
    if let Ok(place) = fs::canonicalize(path) {
        return Some(place).filter(|place| place.is_file() || place.is_dir());
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    Some(fs::canonicalize(folder).ok()?.join(path.file_name()?))
}

/// Writes a file. One that is there is replaced by the whole of the new one, or stays as it is.
pub(crate) fn file(path: &Path, text: &str) -> Result<(), String> {
    let written = match fs::metadata(path) {
        // A terminal or a pipe is written to, and not replaced.
        Ok(known) if !known.is_file() => fs::write(path, text),
        known => fs::canonicalize(path).or_else(|_| Ok(path.into())).and_then(|target: PathBuf| {
            let partial = partial(&target);
            let replaced = (|| {
                let mut file = File::create(&partial)?;
                if let Ok(known) = known {
                    file.set_permissions(known.permissions())?;
                }
                file.write_all(text.as_bytes())?;
                file.sync_all()?;
                fs::rename(&partial, &target)
            })();
            // Where this fails too, the first error is the one to tell.
            replaced.inspect_err(|_| drop(fs::remove_file(&partial)))
        }),
    };
    written.map_err(|error| format!("cannot write {}: {error}", path.display()))
}

/// What a file or a folder is called until it is whole. Beside it, as a name can only be given within one file system.
fn partial(path: &Path) -> PathBuf {
    let mut name = path.file_name().map(OsStr::to_os_string).unwrap_or_default();
    name.push(format!(".{}.partial", std::process::id()));
    path.with_file_name(name)
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
    let partial = partial(out);
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
    fn an_output_is_no_input_and_no_other_output() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::create_dir(at("backup")).unwrap();
        for name in ["tenant.json", "backup/document.json"] {
            fs::write(at(name), "{}").unwrap();
        }
        let refused = |outputs: &[&str], inputs: &[&str]| {
            let [outputs, inputs] =
                [outputs, inputs].map(|names| names.iter().map(|name| at(name)).collect::<Vec<_>>());
            let [outputs, inputs] =
                [&outputs, &inputs].map(|paths| paths.iter().map(PathBuf::as_path).collect::<Vec<_>>());
            apart(&outputs, &inputs).is_err()
        };
        let inputs = ["tenant.json", "backup"];
        for wrong in ["tenant.json", "backup/../tenant.json", "backup/document.json"] {
            assert!(refused(&[wrong], &inputs), "{wrong}");
        }
        assert!(refused(&["a", "backup/../a"], &inputs));
        for right in [&["a", "b"][..], &["backup/new.json"], &["there/is/none"]] {
            assert!(!refused(right, &inputs), "{right:?}");
        }
        let null = Path::new("/dev/null");
        assert_eq!(apart(&[null, null], &[null]), Ok(()));
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink(at("tenant.json"), at("link")).unwrap();
            assert!(refused(&["link"], &inputs));
        }
    }

    #[test]
    fn a_file_is_replaced_whole_or_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("plan.json");
        for text in ["new", "newer"] {
            file(&path, text).unwrap();
            assert_eq!(fs::read_to_string(&path).unwrap(), text);
        }
        // What would be its other name is taken by a folder, so that nothing can be written.
        fs::create_dir(partial(&path)).unwrap();
        file(&path, "newest").unwrap_err();
        assert_eq!(fs::read_to_string(&path).unwrap(), "newer");
        fs::remove_dir(partial(&path)).unwrap();
        #[cfg(unix)]
        {
            use std::os::unix::fs::{PermissionsExt, symlink};
            fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
            symlink(&path, folder.path().join("link")).unwrap();
            file(&folder.path().join("link"), "by a link").unwrap();
            assert_eq!(fs::read_to_string(&path).unwrap(), "by a link");
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
        assert_eq!(file(Path::new("/dev/null"), "text"), Ok(()));
    }

    #[test]
    fn a_folder_has_a_name_of_its_own() {
        for folder in [".", "..", "there/.."] {
            let refused = check(Path::new(folder));
            assert!(refused.is_err_and(|text| text.contains("no name of its own")), "{folder}");
        }
        assert_eq!(check(Path::new("there/is/no/such/folder")), Ok(()));
    }
}
