//! Tenants.

use super::checks;
use crate::{
    command::CreateTenant,
    model::{
        group::{ConnectorGroup, ConnectorGroupType},
        region::Region,
    },
    refusal::Refusal,
};

/// The name of a default group for which no name was given.
const DEFAULT_NAME: &str = "Default";

/// The default region and the default group of a new tenant; `taken` tells whether the directory has one with this id.
pub(crate) fn create(command: &CreateTenant, taken: bool) -> Result<(Region, ConnectorGroup), Refusal> {
    let region = checks::region(&command.default_region)?;
    let given = &command.default_connector_group;
    let name = checks::name(given.name.as_ref().unwrap_or(&DEFAULT_NAME.into()))?;
    // After the fields of the command, as in every command: fields first, then ids, then the state.
    checks::tenant_is_free(command.id, taken)?;
    let connector_group_type = ConnectorGroupType::ApplicationProxy;
    let default = ConnectorGroup { id: given.id, name, connector_group_type, is_default: true, region: region.clone() };
    Ok((region, default))
}
