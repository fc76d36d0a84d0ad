//! What the engine answers to a request: the other side of each comparison, in the ids of the trace.

extern crate alloc;

use alloc::sync::Arc;

use connector_groups::{
    ConnectorGroupId, ConnectorId, Directory, DirectoryCommand, Tenant, TenantId, Timestamp,
    command::{CreateTenant, DefaultConnectorGroup, RegisterConnector, ReportConnector},
    graph::{self, Context, Options, Profile},
    model::ConnectorStatus,
};
use serde_json::Value;
use ureq::http;

use super::{answer::Answer, request::Request};

/// The tenant of every trace.
pub(super) const TENANT: TenantId = TenantId::from_u128(0x7e00_0000_0000_4000_8000_0000_0000_0000);

/// What a trace begins with: what the service has that no request can make.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Seed {
    pub(super) default_group: ConnectorGroupId,
    pub(super) default_name: String,
    pub(super) default_region: String,
    /// All in the default group.
    pub(super) connectors: Vec<Connector>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Connector {
    pub(super) id: ConnectorId,
    pub(super) machine_name: String,
    pub(super) external_ip: String,
    pub(super) version: String,
    pub(super) is_active: bool,
}

impl Seed {
    /// The directory that it is.
    ///
    /// # Errors
    /// The service has what the engine calls impossible, such as an empty region.
    pub(super) fn directory(&self) -> Result<Directory, String> {
        let mut directory = Directory::default();
        let mut apply = |command: &DirectoryCommand| {
            let refused = |refusal| format!("the tenant begins with what cannot be: {refusal}");
            directory.apply(command).map(|_| ()).map_err(refused)
        };
        apply(&DirectoryCommand::CreateTenant(CreateTenant {
            id: TENANT,
            default_region: Arc::<str>::from(&*self.default_region).into(),
            // Time stands still: the service's times are its own, and no inactive connector expires during a trace.
            now: Timestamp::UNIX_EPOCH,
            default_connector_group: DefaultConnectorGroup {
                id: self.default_group,
                name: Some(Arc::<str>::from(&*self.default_name).into()),
            },
            rules: None,
        }))?;
        for Connector { id, machine_name, external_ip, version, is_active } in &self.connectors {
            let register = RegisterConnector {
                id: *id,
                machine_name: (&**machine_name).into(),
                external_ip: (&**external_ip).into(),
                version: (&**version).into(),
            };
            apply(&DirectoryCommand::InTenant { tenant: TENANT, command: register.into() })?;
            if !is_active {
                let status = Some(ConnectorStatus::Inactive);
                let report = ReportConnector { id: *id, status, external_ip: None, version: None };
                apply(&DirectoryCommand::InTenant { tenant: TENANT, command: report.into() })?;
            }
        }
        Ok(directory)
    }
}

/// The engine behind its own wire.
pub(super) struct Reference {
    pub(super) directory: Directory,
    options: Options,
}

impl Reference {
    pub(super) fn new(seed: &Seed, profile: Profile) -> Result<Self, String> {
        let options = Options { profile, anonymous: Some(TENANT), ..Options::default() };
        Ok(Self { directory: seed.directory()?, options })
    }

    pub(super) fn tenant(&self) -> Result<&Tenant, String> {
        self.directory.tenant(TENANT).ok_or_else(|| String::from("the tenant of the trace is gone"))
    }

    /// The ids of what a request makes follow from `number`, so that a trace means the same when lines before it are dropped.
    pub(super) fn ask(&mut self, request: &Request, number: u128) -> Result<Answer, String> {
        respond(&mut self.directory, request, number, &self.options)
    }
}

/// What the engine's wire answers to a request. The ids of what it makes are drawn from `number`.
pub(super) fn respond(
    directory: &mut Directory,
    request: &Request,
    number: u128,
    options: &Options,
) -> Result<Answer, String> {
    let body = request.body.as_ref().map(Value::to_string).unwrap_or_default();
    let url = format!("https://graph.microsoft.com/beta/{}", request.path.replace(' ', "%20"));
    let head = http::Request::builder().method(request.method).uri(url).header("content-type", "application/json");
    let request = head.body(body.into_bytes()).map_err(|error| format!("{}: {error}", request.path))?;
    let context = Context::new(Timestamp::UNIX_EPOCH, number);
    let response = graph::respond(directory, &request, &context, options).response;
    let status = response.status().as_u16();
    Ok(Answer { status, body: serde_json::from_slice(response.body()).unwrap_or_default() })
}
