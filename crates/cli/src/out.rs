//! Folders out: whole, or not there.

use std::{
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
};

/// A folder with older files in it would be read as one with the new ones.
pub(crate) fn check(out: &Path) -> Result<(), String> {
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
        if out.is_dir() {
            fs::remove_dir(out)?;
        }
        fs::rename(&partial, out)
    })();
    written.map_err(|error: std::io::Error| {
        _ = fs::remove_dir_all(&partial);
        format!("cannot write {}: {error}", out.display())
    })
}
