//! What the command line says.

use core::{
    net::SocketAddr,
    num::{NonZeroU32, NonZeroU64, NonZeroUsize},
    time::Duration,
};
use std::{ffi::OsString, path::PathBuf};

use connector_groups::{
    TenantId, Timestamp,
    graph::{self, Profile, Quirks},
};

use super::{http::connection::Limits, sign_in::grants::Grants};

const EXAMPLES: &str = "\
Examples:
  # Contoso on http://127.0.0.1:8080/; the bearer token of a request is the id of its tenant
  connector-groups emulate --seed examples/contoso.jsonl
  curl -H 'authorization: Bearer 7e000000-0000-4000-8000-000000000001' \\
    http://127.0.0.1:8080/beta/onPremisesPublishingProfiles/applicationProxy/connectorGroups

  # Any free port, printed as the first line; nothing else is said
  connector-groups emulate --listen 127.0.0.1:0 --quiet

  # Requests without a token are those of this tenant
  connector-groups emulate --seed examples/contoso.jsonl \\
    --anonymous 7e000000-0000-4000-8000-000000000001

  # Answers as the reference pages have them, with an answer that the service gives now and then
  connector-groups emulate --profile documented --quirk unpublishedNotEnabled

  # Reads see a write after two seconds
  connector-groups emulate --lag 2000

  # For tests: control routes (commands, state, snapshots), and the same ids in each run
  connector-groups emulate --control --request-ids 1

  # A clock that a test moves by POST /_control/clock: tokens expire and throttling ends without waiting
  connector-groups emulate --control --clock 2026-03-02T08:00:00Z

  # HTTPS for another name, with the certificate that a client has to trust
  connector-groups emulate --tls --tls-name graph.test --tls-certificate-out authority.pem

  # Any unmodified program: it runs with the proxy and the certificate set, and its exit status is the emulator's
  connector-groups emulate --seed examples/contoso.jsonl -- python3 script.py

  # The same by hand: a proxy for Graph's own names, with permissions asked for as the service does
  connector-groups emulate --proxy 127.0.0.1:8081 --enforce-permissions --grant Application.ReadWrite.All

  # Behind a proxy that ends TLS and sets X-Forwarded-Proto and X-Forwarded-Host: links lead back through it
  connector-groups emulate --seed examples/contoso.jsonl --trust-forwarded

  # Another machine may reach it without TLS
  connector-groups emulate --listen 0.0.0.0:8080 --insecure

  # A new tenant that is kept over restarts; faults from the start, the last 100 calls, figures for Prometheus
  connector-groups emulate --tenant --data emulator-data --faults faults.json --journal 100 --metrics

  # The log of --data is folded into a snapshot after this many commands
  connector-groups emulate --tenant --data emulator-data --data-log 1000

  # Limits: connections at once, seconds for a request, bytes of its body
  connector-groups emulate --connections 64 --time 10 --body 65536";

fn body_bytes_max() -> NonZeroUsize {
    NonZeroUsize::new(graph::Options::default().body_bytes_max).unwrap_or(NonZeroUsize::MAX)
}

/// Options of `emulate`.
#[derive(Clone, clap::Args)]
#[command(after_help = EXAMPLES)]
#[allow(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
pub(crate) struct Options {
    /// Where to listen; port 0 picks a free one [default: 127.0.0.1:8080, with a command 127.0.0.1:0]
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub(crate) listen: Option<SocketAddr>,
    /// Where to answer as a proxy for the hosts of Graph and its sign-in, which refuses all others
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub(crate) proxy: Option<SocketAddr>,
    /// Make a tenant, with this id or a new one, which is told on standard error
    #[arg(long, value_name = "ID", num_args = 0..=1)]
    #[allow(clippy::option_option, reason = "absent, present without a value, and present with one")]
    pub(crate) tenant: Option<Option<TenantId>>,
    /// Keep the directory and its snapshots in this folder over restarts; without it, in memory only
    #[arg(long, value_name = "FOLDER")]
    pub(crate) data: Option<PathBuf>,
    /// So many changes in that folder are folded into one document, while the emulator runs
    #[arg(long, value_name = "NUMBER", default_value = "10000")]
    pub(crate) data_log: NonZeroU32,
    /// Begin with these faults: a rule or a list of them, as for `POST /_control/faults`
    #[arg(long, value_name = "FILE")]
    pub(crate) faults: Option<PathBuf>,
    /// How many requests the journal keeps; 0 for none
    #[arg(long, value_name = "NUMBER", default_value_t = 10_000)]
    pub(crate) journal: usize,
    /// Answer `GET /metrics` for Prometheus
    #[arg(long)]
    pub(crate) metrics: bool,
    /// Begin with this: the document of a tenant or a directory, the answer of `GET /_control/state`, or replay lines
    #[arg(long, value_name = "FILE")]
    pub(crate) seed: Option<PathBuf>,
    /// Whose are the requests without a token that names a tenant
    #[arg(long, value_name = "TENANT")]
    pub(crate) anonymous: Option<TenantId>,
    /// Which answers where documentation and the live service differ
    #[arg(long, value_enum, default_value_t = Answers::Live)]
    profile: Answers,
    /// An answer that the service gives now and then; may be given more than once
    #[arg(long = "quirk", value_name = "NAME", value_enum)]
    quirks: Vec<Quirk>,
    /// Reads see writes this much later
    #[arg(long, value_name = "MILLISECONDS", default_value_t = 0)]
    lag: u64,
    /// The clock stands still at this time until a control route moves it; it goes with the machine's without it
    #[arg(long, value_name = "TIME")]
    pub(crate) clock: Option<Timestamp>,
    /// Open the routes below `/_control/`
    #[arg(long)]
    pub(crate) control: bool,
    /// Serve HTTPS, with a certificate made at the start
    #[arg(long)]
    pub(crate) tls: bool,
    /// One more name that the server answers to and that its certificate has; may be given more than once
    #[arg(long = "tls-name", value_name = "NAME")]
    pub(crate) tls_names: Vec<String>,
    /// Write what a client has to trust, as PEM
    #[arg(long, value_name = "FILE")]
    pub(crate) tls_certificate_out: Option<PathBuf>,
    /// Believe the headers `X-Forwarded-Proto` and `X-Forwarded-Host`: a proxy in front sets both, and links lead through it
    #[arg(long)]
    trust_forwarded: bool,
    /// Take tokens in the clear when not on loopback
    #[arg(long)]
    pub(crate) insecure: bool,
    /// The permissions that a sign-in gets, of every client or of one; may be given more than once [default: all]
    #[arg(long = "grant", value_name = "[CLIENT=]NAME,NAME…")]
    grants: Vec<String>,
    /// Answer 403 to a request whose token has not the permission that Graph asks for
    #[arg(long)]
    pub(crate) enforce_permissions: bool,
    /// The same ids in each run; random without it
    #[arg(long, value_name = "NUMBER")]
    pub(crate) request_ids: Option<u64>,
    /// How many connections at once
    #[arg(long, value_name = "NUMBER", default_value = "1024")]
    connections: NonZeroU32,
    /// The time for a request's head, its body, a handshake
    #[arg(long, value_name = "SECONDS", default_value = "30")]
    time: NonZeroU64,
    /// The longest body of a request
    #[arg(long, value_name = "BYTES", default_value_t = body_bytes_max())]
    body: NonZeroUsize,
    /// Say nothing on standard error about the seed and each request
    #[arg(long)]
    pub(crate) quiet: bool,
    /// A command to run with the proxy in its environment; its end and its exit status are the emulator's
    #[arg(last = true, value_name = "COMMAND")]
    pub(crate) command: Vec<OsString>,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum Answers {
    /// As the live service was seen to answer
    Live,
    /// As the reference pages say
    Documented,
}

#[derive(Clone, Copy, PartialEq, clap::ValueEnum)]
#[value(rename_all = "camelCase")]
enum Quirk {
    /// The applications of a group that has none are 404 in place of an empty list
    EmptyGroupApplicationsNotFound,
    /// The publishing of an application that was never published is 404 in place of 204
    UnpublishedNotEnabled,
    /// While the tenant has no connector, all of application proxy is 404
    ConnectorlessTenantNotEnabled,
}

impl Options {
    /// What the wire does where it may differ from one server to another.
    pub(crate) fn graph(&self) -> graph::Options {
        let has = |quirk| self.quirks.contains(&quirk);
        graph::Options {
            profile: match self.profile {
                Answers::Live => Profile::Live,
                Answers::Documented => Profile::Documented,
            },
            quirks: Quirks {
                empty_group_applications_not_found: has(Quirk::EmptyGroupApplicationsNotFound),
                unpublished_not_enabled: has(Quirk::UnpublishedNotEnabled),
                connectorless_tenant_not_enabled: has(Quirk::ConnectorlessTenantNotEnabled),
            },
            anonymous: self.anonymous,
            trusts_forwarded_headers: self.trust_forwarded,
            body_bytes_max: self.body.get(),
            ..graph::Options::default()
        }
    }

    pub(crate) const fn limits(&self) -> Limits {
        Limits { connections: self.connections.get(), time: Duration::from_secs(self.time.get()) }
    }

    pub(crate) const fn lag(&self) -> Duration {
        Duration::from_millis(self.lag)
    }

    pub(crate) fn grants(&self) -> Grants {
        let mut grants = Grants::default();
        self.grants.iter().for_each(|text| grants.add(text));
        grants
    }
}
