//! The organization that a tenant is. Clients ask for it to know whose tenant a token is for.

use alloc::string::{String, ToString};

use super::{
    entity::{Entity, Property, Related},
    error::Error,
    schema::{ORGANIZATION, Type},
};
use crate::Tenant;

/// A tenant as an organization. The engine knows its id, and neither a name nor domains.
#[derive(Clone, Copy)]
pub(super) struct Organization<'a>(pub(super) &'a Tenant);

impl<'a> Entity<'a> for Organization<'a> {
    fn schema(self) -> &'static Type {
        &ORGANIZATION
    }

    fn key(self) -> String {
        self.0.id().to_string()
    }

    fn property(self, name: &str) -> Property<'a> {
        match name {
            "id" => Property::id(self.0.id()),
            _ => ORGANIZATION.property(name).map_or(Property::Null, |known| known.default_value().into()),
        }
    }

    fn navigate(self, _: &str) -> Related<'a> {
        Related::Nothing
    }
}

/// The one organization of a tenant; any other id names nothing.
pub(super) fn find<'a>(tenant: &'a Tenant, id: &str) -> Result<Organization<'a>, Error> {
    let is_own = id.parse() == Ok(tenant.id());
    is_own.then_some(Organization(tenant)).ok_or_else(|| Error::resource_not_found(id))
}
