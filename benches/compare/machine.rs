//! What it was measured on, asked at run time.

use std::{fs, process::Command, time::SystemTime};

use connector_groups::Timestamp;

#[derive(serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Machine {
    pub(crate) processor: String,
    pub(crate) cores: usize,
    pub(crate) memory_mebibytes: u64,
    pub(crate) compiler: String,
    pub(crate) date: String,
    /// With a plus sign behind it where files differ from it.
    pub(crate) commit: String,
}

/// The value behind a key in one of the system's own files; where there is no such file, nothing is known.
fn value(file: &str, key: &str) -> Option<String> {
    let text = fs::read_to_string(file).ok()?;
    let line = text.lines().find(|line| line.starts_with(key))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

fn said(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).output().ok().filter(|output| output.status.success())?;
    Some(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

impl Machine {
    pub(crate) fn here() -> Self {
        let unknown = || String::from("unknown");
        let memory = value("/proc/meminfo", "MemTotal").and_then(|text| text.split(' ').next()?.parse::<u64>().ok());
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).expect("after 1970");
        let now = Timestamp::from_unix_microseconds(i64::try_from(now.as_secs()).unwrap() * 1_000_000);
        // Results of a former run are no difference.
        let changes = said("git", &["status", "--porcelain", "--", ":!benches/results"]);
        let is_changed = changes.is_none_or(|changes| !changes.is_empty());
        let commit = said("git", &["rev-parse", "--short=12", "HEAD"]).unwrap_or_else(unknown);
        Self {
            processor: value("/proc/cpuinfo", "model name").unwrap_or_else(unknown),
            cores: std::thread::available_parallelism().map_or(0, core::num::NonZero::get),
            memory_mebibytes: memory.unwrap_or_default() / 1_024,
            compiler: said("rustc", &["--version"]).unwrap_or_else(unknown),
            date: now.map_or_else(unknown, |now| now.to_string().chars().take(10).collect()),
            commit: if is_changed { commit + "+" } else { commit },
        }
    }

    pub(crate) fn line(&self) -> String {
        let Self { processor, cores, memory_mebibytes, compiler, date, commit } = self;
        format!("{processor}, {cores} cores, {memory_mebibytes} MiB, {compiler}, {date}, commit {commit}")
    }
}
