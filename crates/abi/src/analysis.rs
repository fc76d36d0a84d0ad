//! What would change, the way to what is wanted, and what sets two states apart (feature `analysis`).

use alloc::vec::Vec;

use connector_groups::{
    ConnectorGroupId, Desired, Directory, DirectoryCommand, Refusal, Tenant, TenantId, diff::diff as diff_tenants,
    impact::Loss, plan::PlanOptions,
};
use serde::{Deserialize, Serialize, de::IgnoredAny};

use crate::{
    engine::{read, written},
    status::Failure,
};

/// What a command would change for availability, or what a loss would: a line of the replay format for a command in a tenant,
/// or `{"tenant":…,"loss":{…}}`. Gives `{"impact":{…}}` or `{"refused":{…}}`.
///
/// # Errors
/// [`Status::Input`](crate::Status::Input) where it is neither.
pub fn impact(directory: &Directory, question: &[u8]) -> Result<Vec<u8>, Failure> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct WhatIf {
        tenant: TenantId,
        loss: Loss,
    }
    #[derive(Deserialize)]
    struct Kind {
        loss: Option<IgnoredAny>,
    }
    let impact = if read::<Kind>(question)?.loss.is_some() {
        let WhatIf { tenant, loss } = read(question)?;
        tenant_of(directory, tenant).and_then(|tenant| {
            let unknown = match loss {
                Loss::Connector(id) => Refusal::ConnectorNotFound { id },
                Loss::ConnectorGroup(id) => Refusal::ConnectorGroupNotFound { id },
                // A region without connectors loses nothing, and is never unknown.
                _ => Refusal::TenantNotFound { id: tenant.id() },
            };
            tenant.what_if(&loss).ok_or(unknown)
        })
    } else {
        let DirectoryCommand::InTenant { tenant, command } = read(question)? else {
            return Err(Failure::input("the availability of a whole tenant: a command in a tenant is asked for"));
        };
        tenant_of(directory, tenant).and_then(|tenant| tenant.impact(&command))
    };
    match impact {
        Ok(impact) => written(&One { impact }),
        Err(refused) => written(&Refused { refused }),
    }
}

#[derive(Serialize)]
struct One<T> {
    impact: T,
}

#[derive(Serialize)]
struct Refused {
    refused: Refusal,
}

/// The commands that lead to a desired state: `{"tenant":…,"desired":{…},"options":{…},"newIds":[…]}`, the last two optional.
/// Gives `{"plan":{…}}`, `{"unreachable":{…}}` or `{"refused":{…}}`.
///
/// # Errors
/// [`Status::Input`](crate::Status::Input) where it is no such question.
pub fn plan(directory: &Directory, question: &[u8]) -> Result<Vec<u8>, Failure> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    struct Question {
        tenant: TenantId,
        desired: Desired,
        #[serde(default)]
        options: PlanOptions,
        #[serde(default)]
        new_ids: Vec<ConnectorGroupId>,
    }
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    enum Planned<P, U> {
        Plan(P),
        Unreachable(U),
    }
    let Question { tenant, desired, options, new_ids } = read(question)?;
    match tenant_of(directory, tenant) {
        Err(refused) => written(&Refused { refused }),
        Ok(tenant) => written(&match tenant.plan(&desired, options, new_ids) {
            Ok(plan) => Planned::Plan(plan),
            Err(unreachable) => Planned::Unreachable(unreachable),
        }),
    }
}

/// What sets a tenant in one directory apart from the same tenant in another, and the commands that lead from the one to the
/// other: `{"tenant":…}`. Gives `{"diff":{…},"commands":[…],"leftovers":[…]}` or `{"refused":{…}}`.
///
/// # Errors
/// [`Status::Input`](crate::Status::Input) where it is no such question.
pub fn diff(from: &Directory, to: &Directory, question: &[u8]) -> Result<Vec<u8>, Failure> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Question {
        tenant: TenantId,
    }
    #[derive(Serialize)]
    struct Both<D, C> {
        diff: D,
        #[serde(flatten)]
        commands: C,
    }
    let Question { tenant } = read(question)?;
    match (tenant_of(from, tenant), tenant_of(to, tenant)) {
        (Ok(from), Ok(to)) => {
            let diff = diff_tenants(from, to);
            let commands = diff.commands();
            written(&Both { diff, commands })
        }
        (Err(refused), _) | (_, Err(refused)) => written(&Refused { refused }),
    }
}

fn tenant_of(directory: &Directory, id: TenantId) -> Result<&Tenant, Refusal> {
    directory.tenant(id).ok_or(Refusal::TenantNotFound { id })
}
