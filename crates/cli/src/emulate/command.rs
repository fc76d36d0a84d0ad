//! A command that is run with the emulator in the place of Microsoft's hosts, and what such a command has to be told.

use core::net::SocketAddr;
use std::{
    ffi::OsString,
    io::{self, IsTerminal},
    os::unix::process::ExitStatusExt,
    path::Path,
    process::ExitStatus,
};

use rustix::process::{Pid, Signal, kill_process};
use tokio::{
    process::{Child, Command},
    signal::unix::{SignalKind, signal},
};

/// The variables that tell where the emulator is, and make the usual clients use the proxy and trust its certificate.
///
/// `HTTPS_PROXY` is read by almost every client, `SSL_CERT_FILE` by OpenSSL, Go and Python's httpx, `REQUESTS_CA_BUNDLE` by
/// Python's requests, `NODE_EXTRA_CA_CERTS` by Node.js, and `NODE_USE_ENV_PROXY` makes the `fetch` of Node.js 22.21, 24 and
/// later look at the proxy at all. Servers of the same machine are reached without the proxy.
pub(crate) fn variables(url: &str, proxy: Option<(SocketAddr, &Path)>) -> Vec<(&'static str, String)> {
    let mut variables = proxy.map_or(Vec::new(), |(proxy, trusted)| of_proxy(proxy, trusted));
    variables.push(("CONNECTOR_GROUPS_URL", url.into()));
    variables
}

fn of_proxy(proxy: SocketAddr, trusted: &Path) -> Vec<(&'static str, String)> {
    let proxy = format!("http://{proxy}");
    let trusted = trusted.display().to_string();
    let local = "localhost,127.0.0.1,::1";
    vec![
        // In both cases, as some clients read only one of them.
        ("HTTPS_PROXY", proxy.clone()),
        ("https_proxy", proxy),
        ("NO_PROXY", local.into()),
        ("no_proxy", local.into()),
        ("SSL_CERT_FILE", trusted.clone()),
        ("NODE_EXTRA_CA_CERTS", trusted.clone()),
        ("REQUESTS_CA_BUNDLE", trusted.clone()),
        ("CURL_CA_BUNDLE", trusted),
        ("NODE_USE_ENV_PROXY", "1".into()),
    ]
}

/// The line that tells which variables to set where no command is run.
pub(crate) fn hint(variables: &[(&'static str, String)]) -> String {
    let settings: Vec<String> = variables.iter().map(|(name, value)| format!("{name}={value}")).collect();
    format!("export {}", settings.join(" "))
}

/// Runs a command until it ends, passes on the signals that would end this program, and tells the command's exit status:
/// 128 and the signal's number where a signal has ended it, as shells do.
pub(crate) async fn run(command: &[OsString], variables: &[(&'static str, String)]) -> io::Result<u8> {
    let Some((program, arguments)) = command.split_first() else { return Ok(0) };
    // Whoever sends a signal as soon as the command runs must find somebody who passes it on.
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut hang_up = signal(SignalKind::hangup())?;
    let environment = variables.iter().map(|(name, value)| (name, value));
    let mut child = Command::new(program).args(arguments).envs(environment).spawn()?;
    // A terminal sends ^C to every process that is in its foreground: the command has had it already.
    let had_interrupt = io::stdin().is_terminal();
    loop {
        tokio::select! {
            ended = child.wait() => return ended.map(code),
            _ = terminate.recv() => pass_on(&child, Signal::TERM),
            _ = interrupt.recv() => if !had_interrupt { pass_on(&child, Signal::INT) },
            _ = hang_up.recv() => pass_on(&child, Signal::HUP),
        }
    }
}

fn pass_on(child: &Child, signal: Signal) {
    let id = child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
    if let Some(id) = id {
        // One that has just ended needs no signal.
        _ = kill_process(id, signal);
    }
}

fn code(status: ExitStatus) -> u8 {
    let code = status.code().unwrap_or_else(|| status.signal().map_or(1, |signal| signal.saturating_add(128)));
    u8::try_from(code).unwrap_or(1)
}
