//! The tenant's publishing profile for application proxy.

use alloc::{boxed::Box, format, string::String};

use serde_json::{Map, Value};

use super::{
    engine::Writer,
    entity::{Entity, Property, Related, Segment, kept_or_unset, object},
    error::Error,
    json::unchanged,
    open::Open,
    query::Query,
    reply::Reply,
    schema::{PROFILE, Type},
};
use crate::{Tenant, command::UpdateProfile, model::OpenMembers};

const ID: &str = "applicationProxy";

/// The profile of a tenant. That it is enabled is what the engine takes for granted.
#[derive(Clone, Copy)]
pub(super) struct ProfileView<'a>(pub(super) &'a Tenant);

impl<'a> Entity<'a> for ProfileView<'a> {
    fn schema(self) -> &'static Type {
        &PROFILE
    }

    fn key(self) -> String {
        ID.into()
    }

    fn property(self, name: &str) -> Property<'a> {
        match name {
            "id" => Property::Text(ID.into()),
            "isEnabled" => Property::Bool(true),
            _ => kept_or_unset(self.0.on_premises_publishing_profile(), &PROFILE, name),
        }
    }

    fn navigate(self, navigation: &str) -> Related<'a> {
        let path = format!("onPremisesPublishingProfiles/{ID}/{navigation}");
        match navigation {
            "connectorGroups" => Related::AllGroups(Box::new(self.0.connector_groups()), path),
            "connectors" => Related::Connectors(Box::new(self.0.connectors()), path),
            "applicationSegments" => Related::Segments(Segment::all(self.0), path),
            _ => Related::Nothing,
        }
    }

    fn kept(self) -> Map<String, Value> {
        object(self.0.on_premises_publishing_profile())
    }

    fn members(self) -> Option<OpenMembers<'a>> {
        Some(self.0.on_premises_publishing_profile().members())
    }
}

/// `PATCH` of the profile, as `Microsoft365DSC` does.
pub(super) fn update(writer: &mut Writer<'_, '_>) -> Result<Reply, Error> {
    Query::none(writer.call)?;
    let mut members = writer.call.members(&PROFILE)?;
    unchanged(&mut members, "id", ID)?;
    // Written back by tools that read it. The engine takes it for granted, so only its own value can be
    // accepted.
    if members.take("isEnabled").is_some_and(|enabled| enabled != Value::Bool(true)) {
        return Err(Error::read_only("isEnabled"));
    }
    let kept = ProfileView(writer.tenant()?).kept();
    let body = Open { members, schema: &PROFILE, version: writer.version, kept: &kept, shown: &kept };
    if let Some(properties) = body.changes(Map::new())? {
        writer.apply(UpdateProfile { properties }.into())?;
    }
    Ok(Reply::no_content())
}
