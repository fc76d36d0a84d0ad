//! Where the token comes from. It is never printed and never written.

use core::time::Duration;
use std::{env, process::Command, thread};

use serde_json::Value;

/// The client id of Microsoft Graph Command Line Tools, which each tenant knows.
const GRAPH_TOOLS: &str = "14d82eec-204b-4c2f-b7e8-296a70dab67e";
/// What is asked for: the least permission that Graph takes for connector groups, reads included. Without a resource before
/// it, it is a permission of Graph in the cloud that is signed in to, where Graph may have another host.
const SCOPE: &str = "Directory.ReadWrite.All";

/// One of them says where the token comes from.
#[derive(clap::Args)]
#[group(id = "token", multiple = false)]
struct Way {
    /// The token is in this environment variable
    #[arg(long, value_name = "VARIABLE")]
    token_env: Option<String>,
    /// Ask the Azure CLI, `az account get-access-token`
    #[arg(long)]
    az: bool,
    /// Sign in with a browser, here or elsewhere, by a code
    #[arg(long)]
    device_code: bool,
}

#[derive(clap::Args)]
#[group(skip)]
pub(crate) struct Options {
    #[command(flatten)]
    way: Way,
    /// With `--device-code`: the tenant to sign in to, by id or domain name
    #[arg(long, value_name = "TENANT", default_value = "organizations", requires = "device_code")]
    tenant: String,
    /// With `--device-code`: the client to sign in as
    #[arg(long, value_name = "ID", default_value = GRAPH_TOOLS, requires = "device_code")]
    client_id: String,
    /// With `--device-code`: where to sign in
    #[arg(long, value_name = "URL", default_value = "https://login.microsoftonline.com", requires = "device_code")]
    login: String,
}

impl Options {
    pub(super) const fn is_given(&self) -> bool {
        self.way.token_env.is_some() || self.way.az || self.way.device_code
    }
}

/// What to say where nothing says it.
pub(super) const MISSING: &str =
    "say where the token comes from: --token-env VARIABLE, --az or --device-code; `--help` tells more";

/// Gives a token, and another when that one has run out.
pub(crate) enum Source {
    Fixed(String),
    Az,
    Device { tenant: String, client_id: String, login: String },
}

impl Source {
    pub(crate) fn new(options: &Options) -> Result<Self, String> {
        if !options.is_given() {
            return Err(MISSING.into());
        }
        if let Some(variable) = &options.way.token_env {
            return Self::of_environment(variable);
        }
        if options.way.az {
            return Ok(Self::Az);
        }
        let Options { tenant, client_id, login, .. } = options;
        let login = login.trim_end_matches('/').into();
        Ok(Self::Device { tenant: tenant.clone(), client_id: client_id.clone(), login })
    }

    /// The token in an environment variable.
    pub(crate) fn of_environment(variable: &str) -> Result<Self, String> {
        let token = env::var(variable).map_err(|_| format!("the environment variable {variable} is not set"))?;
        let token = token.trim().to_string();
        // A header must not be broken by what somebody pasted.
        if token.is_empty() || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(format!("the environment variable {variable} holds no token"));
        }
        Ok(Self::Fixed(token))
    }

    /// Whether another token can be had without somebody.
    pub(super) const fn renews(&self) -> bool {
        matches!(self, Self::Az)
    }

    pub(super) fn token(&self, agent: &ureq::Agent) -> Result<String, String> {
        match self {
            Self::Fixed(token) => Ok(token.clone()),
            Self::Az => az(),
            Self::Device { tenant, client_id, login } => device(agent, tenant, client_id, login),
        }
    }
}

fn az() -> Result<String, String> {
    // By the kind of resource, as the address of Graph depends on the cloud of `az login`.
    let arguments =
        ["account", "get-access-token", "--resource-type", "ms-graph", "--query", "accessToken", "--output", "tsv"];
    // On Windows, `az` is a batch file.
    let program = if cfg!(windows) { "az.cmd" } else { "az" };
    let output = Command::new(program).args(arguments).output().map_err(|error| format!("cannot run az: {error}"))?;
    let token = String::from_utf8_lossy(&output.stdout).trim().to_string();
    if output.status.success() && !token.is_empty() {
        return Ok(token);
    }
    let said = String::from_utf8_lossy(&output.stderr).trim().to_string();
    Err(format!("az account get-access-token failed; is `az login` done? {said}"))
}

/// The device authorization grant (RFC 8628).
fn device(agent: &ureq::Agent, tenant: &str, client_id: &str, login: &str) -> Result<String, String> {
    let post = |endpoint: &str, form: &[(&str, &str)]| -> Result<Value, String> {
        let url = format!("{login}/{tenant}/oauth2/v2.0/{endpoint}");
        check_scheme(&url)?;
        // What keeps the sign-in waiting comes as an error (RFC 8628 §3.5), which is an answer like any other here.
        let answer = agent.post(&url).send_form(form.iter().copied());
        let mut answer = answer.map_err(|error| format!("cannot sign in at {url}: {error}"))?;
        let text = answer.body_mut().read_to_string().map_err(|error| format!("cannot sign in at {url}: {error}"))?;
        serde_json::from_str(&text).map_err(|error| format!("cannot sign in at {url}: {error}"))
    };
    let text = |value: &Value, name: &str| value.get(name).and_then(Value::as_str).map(String::from);
    let begun = post("devicecode", &[("client_id", client_id), ("scope", SCOPE)])?;
    let (Some(code), Some(message)) = (text(&begun, "device_code"), text(&begun, "message")) else {
        return Err(format!("cannot sign in: {}", text(&begun, "error_description").unwrap_or_default()));
    };
    crate::output::say("sign in", &message);
    // RFC 8628 §3.2: five seconds where the answer names no interval.
    let mut pause = begun.get("interval").and_then(Value::as_u64).unwrap_or(5);
    let grant = "urn:ietf:params:oauth:grant-type:device_code";
    loop {
        thread::sleep(Duration::from_secs(pause));
        let answer = post("token", &[("grant_type", grant), ("client_id", client_id), ("device_code", &code)])?;
        if let Some(token) = text(&answer, "access_token") {
            return Ok(token);
        }
        match text(&answer, "error").as_deref() {
            // The sign-in page has not been used yet. It ends by itself, as the code expires.
            Some("authorization_pending") => {}
            // RFC 8628: five seconds more each time.
            Some("slow_down") => pause = pause.saturating_add(5),
            _ => return Err(format!("cannot sign in: {}", text(&answer, "error_description").unwrap_or_default())),
        }
    }
}

/// A token goes over TLS, or not out of this machine.
pub(super) fn check_scheme(url: &str) -> Result<(), String> {
    let host = url.strip_prefix("http://").map(|rest| rest.split(['/', '?', '#', '\\']).next().unwrap_or_default());
    let is_here = host.is_some_and(|host| {
        // Whatever stands before an `@` is no host, so that nothing but a port may follow the name.
        let port = ["localhost", "127.0.0.1", "[::1]"].iter().find_map(|name| host.strip_prefix(name));
        port.is_some_and(|port| {
            port.is_empty() || port.strip_prefix(':').is_some_and(|port| port.bytes().all(|byte| byte.is_ascii_digit()))
        })
    });
    if url.starts_with("https://") || is_here {
        Ok(())
    } else if !url.contains("://") {
        Err(format!("{url} has no scheme: https://{url}, or http://{url} on this machine"))
    } else {
        Err(format!("{url} is neither https nor on this machine: the token would be read by others"))
    }
}

#[cfg(test)]
mod tests {
    use super::{SCOPE, check_scheme};

    #[test]
    fn the_scope_names_no_cloud() {
        assert!(!SCOPE.contains("://"), "{SCOPE}");
    }

    #[test]
    fn a_token_stays_here_or_goes_over_tls() {
        for (url, expected) in [
            ("https://graph.microsoft.com", true),
            ("http://127.0.0.1:8080", true),
            ("http://localhost/x", true),
            ("http://[::1]:80", true),
            ("http://graph.microsoft.com", false),
            ("http://localhost.evil.example", false),
            ("http://127.0.0.1:8080@evil.example", false),
            ("http://localhost@evil.example", false),
            ("ftp://localhost", false),
        ] {
            assert_eq!(check_scheme(url).is_ok(), expected, "{url}");
        }
        let told = check_scheme("127.0.0.1:8080").unwrap_err();
        assert!(told.contains("has no scheme: https://127.0.0.1:8080, or http://127.0.0.1:8080 on"), "{told}");
    }
}
