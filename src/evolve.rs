//! The effect of each event on a state, and its undoing. Both are total: no rule is checked here, and nothing can fail.

use crate::{
    count::length,
    event::{Attached, Event, Removed},
    model::application::Application,
    state::State,
};

fn place<T>(removed: &Removed<T>) -> usize {
    length(removed.place)
}

/// Applies an event that [`decide`](crate::decide::decide) gave for this state.
pub(crate) fn evolve(state: &mut State, event: &Event) {
    // No `_` arm, here and in `undo`: a new event does not compile until it has its effect and its undoing.
    match event {
        Event::ConnectorGroupCreated(group) => state.push_connector_group(group),
        Event::ConnectorGroupRenamed { id, from: _, to } => state.rename_connector_group(*id, to),
        Event::ConnectorGroupRegionChanged { id, from: _, to } => state.set_region(*id, to),
        Event::ConnectorGroupDeleted(removed) => state.remove_connector_group(removed.thing.id),
        Event::ConnectorRegistered(connector) => state.push_connector(connector),
        Event::ConnectorReported { id, from: _, to } => state.report_connector(*id, to),
        Event::ConnectorsMoved { connector_group, connectors } => {
            state.move_connectors(connectors.iter().map(|moved| (moved.id, *connector_group)));
        }
        Event::ConnectorsExpired { connectors } => {
            state.remove_connectors(connectors.iter().map(|removed| removed.thing.id));
        }
        Event::ClockAdvanced { from: _, to } => state.set_now(*to),
        Event::ApplicationCreated { id, app_id, display_name, properties } => {
            let plain = Application::unpublished(*id, *app_id, display_name.clone());
            state.push_application(&Application { properties: properties.clone(), ..plain });
        }
        Event::ApplicationRenamed { id, from: _, to } => state.rename_application(*id, to),
        Event::ApplicationDeleted(removed) => state.remove_application(removed.thing.id),
        Event::ApplicationPublished { id, connector_group, on_premises_publishing } => {
            state.publish_application(*id, *connector_group, on_premises_publishing, &[]);
        }
        Event::PublishingUpdated { id, from: _, to } => state.set_publishing(*id, Some(to)),
        Event::ApplicationUnpublished { id, .. } => state.unpublish_application(*id),
        Event::ApplicationsReassigned { connector_group, applications } => match applications.as_bulk() {
            // A bulk move of whole groups needs no visit to each application; a list is moved one by one.
            Ok(bulk) => state.apply_bulk_move(bulk, *connector_group),
            Err(moves) => state.reassign_applications(moves.iter().map(|moved| (moved.id, *connector_group))),
        },
        Event::ApplicationPropertiesUpdated { id, from: _, to } => state.change_application_properties(*id, to),
        Event::ServicePrincipalCreated(Attached { application, thing }) => {
            state.attach_service_principal(*application, thing);
        }
        Event::ServicePrincipalUpdated { id, from: _, to } => state.change_service_principal(*id, to),
        Event::ServicePrincipalDeleted(Attached { application: _, thing }) => state.detach_service_principal(thing.id),
        Event::ApplicationSegmentAdded(added) => state.insert_segment(added.application, usize::MAX, &added.thing),
        Event::ApplicationSegmentUpdated { id: _, from: _, to } => state.replace_segment(to),
        Event::ApplicationSegmentRemoved(removed) => state.remove_segment(removed.thing.thing.id),
        Event::ProfileUpdated { from: _, to } => state.change_profile(to),
    }
}

/// Takes back the last event that was applied to this state.
pub(crate) fn undo(state: &mut State, event: &Event) {
    match event {
        Event::ConnectorGroupCreated(group) => state.remove_connector_group(group.id),
        Event::ConnectorGroupRenamed { id, from, to: _ } => state.rename_connector_group(*id, from),
        Event::ConnectorGroupRegionChanged { id, from, to: _ } => state.set_region(*id, from),
        Event::ConnectorGroupDeleted(removed) => state.restore_connector_group(place(removed), &removed.thing),
        Event::ConnectorRegistered(connector) => state.remove_connectors([connector.id].into_iter()),
        Event::ConnectorReported { id, from, to: _ } => state.report_connector(*id, from),
        Event::ConnectorsMoved { connector_group: _, connectors } => {
            state.move_connectors(connectors.iter().map(|moved| (moved.id, moved.from)));
        }
        Event::ConnectorsExpired { connectors } => {
            // In creation order: a place counts the things before it in the former state, and those have to be back first.
            for removed in connectors {
                state.restore_connector(place(removed), &removed.thing);
            }
        }
        Event::ClockAdvanced { from, to: _ } => state.set_now(*from),
        Event::ApplicationCreated { id, .. } => state.remove_application(*id),
        Event::ApplicationRenamed { id, from, to: _ } => state.rename_application(*id, from),
        Event::ApplicationDeleted(removed) => state.restore_application(place(removed), &removed.thing),
        Event::ApplicationPublished { id, .. } => state.unpublish_application(*id),
        Event::PublishingUpdated { id, from, to: _ } => state.set_publishing(*id, Some(from)),
        Event::ApplicationUnpublished { id, connector_group, on_premises_publishing, application_segments } => {
            state.publish_application(*id, *connector_group, on_premises_publishing, application_segments);
        }
        Event::ApplicationsReassigned { connector_group: _, applications } => match applications.as_bulk() {
            // A bulk move has no single group of origin to move back to; it knows the former state instead.
            Ok(bulk) => state.undo_bulk_move(bulk),
            Err(moves) => state.reassign_applications(moves.iter().map(|moved| (moved.id, moved.from))),
        },
        Event::ApplicationPropertiesUpdated { id, from, to: _ } => state.change_application_properties(*id, from),
        Event::ServicePrincipalCreated(Attached { application: _, thing }) => state.detach_service_principal(thing.id),
        Event::ServicePrincipalUpdated { id, from, to: _ } => state.change_service_principal(*id, from),
        Event::ServicePrincipalDeleted(Attached { application, thing }) => {
            state.attach_service_principal(*application, thing);
        }
        Event::ApplicationSegmentAdded(added) => state.remove_segment(added.thing.id),
        Event::ApplicationSegmentUpdated { id: _, from, to: _ } => state.replace_segment(from),
        Event::ApplicationSegmentRemoved(removed) => {
            state.insert_segment(removed.thing.application, place(removed), &removed.thing.thing);
        }
        Event::ProfileUpdated { from, to: _ } => state.change_profile(from),
    }
}
