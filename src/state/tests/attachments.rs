//! What few applications have costs the others nothing, and is found without a look at all of it.

use alloc::{format, sync::Arc, vec, vec::Vec};

use super::{ids, published, state_with};
use crate::{
    columns::{HashSeed, work},
    ids::{ApplicationId, ApplicationSegmentId, ServicePrincipalId},
    model::{
        properties::{ApplicationProperties, SegmentProperties},
        segment::{ApplicationSegment, SegmentProtocol},
        service_principal::ServicePrincipal,
    },
    state::State,
};

fn segment(number: u128, destination_type: &str, host: &str, ports: &[&str]) -> ApplicationSegment {
    ApplicationSegment {
        id: ApplicationSegmentId::from_u128(number),
        destination_host: host.into(),
        destination_type: destination_type.into(),
        protocol: SegmentProtocol::Tcp,
        ports: ports.iter().map(|port| Arc::from(*port)).collect(),
        properties: SegmentProperties::default(),
    }
}

/// How many entries of the column have memory.
fn entries(state: &State) -> usize {
    state.applications.attachments.extras_in_memory()
}

#[test]
fn an_application_without_attachments_takes_no_memory_for_them() {
    let mut state = state_with(1_000);
    assert_eq!(entries(&state), 0);
    // An entry is a pointer, and a page of them is made for those that have something.
    assert_eq!(super::super::attachment_columns::ENTRY_BYTES, 8);
    let properties = ApplicationProperties::default();
    let service_principal = ServicePrincipal { id: ServicePrincipalId::from_u128(1), properties };
    state.attach_service_principal(ApplicationId::from_u128(700), &service_principal);
    assert_eq!(entries(&state), 64);
    state.detach_service_principal(service_principal.id);
    state.remove_application(ApplicationId::from_u128(5));
    state.unpublish_application(ApplicationId::from_u128(6));
    assert_eq!(entries(&state), 64);
    let mut filled = super::state();
    filled.fill_with_applications((0..1_000).map(published));
    assert_eq!(entries(&filled), 0);
}

/// Thousands of segments: one more looks at a few dozen, whatever it leads to; a clone keeps what it had.
#[test]
fn a_segment_is_held_against_those_that_are_near() {
    const MANY: u128 = 3_000;
    let mut state = state_with(40);
    let add = |state: &mut State, number: u128, segment: &ApplicationSegment| {
        state.insert_segment(ApplicationId::from_u128(number % 40), usize::MAX, segment);
    };
    for number in 0..MANY {
        let host = format!("10.{}.{}.0/24", number / 250, number % 250);
        add(&mut state, number, &segment(number, "ipRangeCidr", &host, &["80", "443"]));
        let port = format!("{}", 2 * number);
        add(&mut state, number, &segment(MANY + number, "fqdn", "one.contoso.com", &[&port]));
        let host = format!("{number}.contoso.com");
        add(&mut state, number, &segment(2 * MANY + number, "fqdn", &host, &[]));
    }
    let before = state.clone();
    let found = |state: &State, segment: &ApplicationSegment| {
        let mut found = None;
        let work = work::of(|| found = state.overlapping_segment(segment).map(|(_, other)| other.id.as_u128()));
        assert!(work.nodes < 80 && work.buckets < 20, "{work:?}");
        found
    };
    let wanted = [
        (segment(90_000, "ip", "10.4.5.6", &["443"]), Some(1_005)),
        (segment(90_000, "ip", "10.4.5.6", &["444"]), None),
        (segment(90_000, "ip", "11.4.5.6", &["443"]), None),
        (segment(90_000, "fqdn", "ONE.contoso.com", &["4000"]), Some(MANY + 2_000)),
        (segment(90_000, "fqdn", "one.contoso.com", &["4001"]), None),
        (segment(90_000, "fqdn", "7.Contoso.com", &[]), Some(2 * MANY + 7)),
        (segment(90_000, "dnsSuffix", "7.contoso.com", &[]), None),
    ];
    for (segment, expected) in &wanted {
        assert_eq!(found(&state, segment), *expected, "{segment:?}");
    }
    for number in 0..MANY {
        state.remove_segment(ApplicationSegmentId::from_u128(number));
    }
    assert_eq!((found(&state, &wanted[0].0), found(&before, &wanted[0].0)), (None, Some(1_005)));
    for id in ids(0..40) {
        state.unpublish_application(id);
    }
    assert_eq!(state.application_segments_count(), 0);
    assert_eq!(before.application_segments_count(), usize::try_from(3 * MANY).unwrap());
    assert_eq!(before.application_segments().count(), before.application_segments_count());
}

/// Found by its name for as long as it has it, however it came to it; who has none takes no place in the index.
#[test]
fn a_unique_name_leads_to_who_has_it() {
    let mut state = state_with(3_000);
    let rename = |state: &mut State, number: u128, name: serde_json::Value| {
        let changes = serde_json::from_value(serde_json::json!({ "uniqueName": name, "notes": "kept" })).unwrap();
        state.change_application_properties(ApplicationId::from_u128(number), &changes);
    };
    let found = |state: &State, name: &str| {
        let mut found = Vec::new();
        let work = work::of(|| {
            found = state.applications_by_unique_name(name).map(|application| application.id().as_u128()).collect();
        });
        assert!(work.buckets <= 2 && work.steps == 0, "{work:?}");
        found
    };
    assert_eq!(state.applications.attachments.names_in_index(), 0);
    for (number, name) in [(700, "b"), (7, "B"), (2_900, "a"), (8, "c")] {
        rename(&mut state, number, name.into());
    }
    rename(&mut state, 9, 5.into());
    assert_eq!((found(&state, "b"), found(&state, "A"), found(&state, "5")), (vec![7, 700], vec![2_900], vec![]));
    let before = state.clone();
    rename(&mut state, 700, "a".into());
    rename(&mut state, 8, serde_json::Value::Null);
    let removed = state.application(ApplicationId::from_u128(2_900)).unwrap().to_application();
    state.remove_application(removed.id);
    assert_eq!((found(&state, "b"), found(&state, "a"), found(&state, "c")), (vec![7], vec![700], vec![]));
    assert_eq!(state.applications.attachments.names_in_index(), 2);
    // Back at its old place, which is behind that of the other.
    state.restore_application(2_900, &removed);
    assert_eq!((found(&state, "a"), found(&before, "a")), (vec![700, 2_900], vec![2_900]));
    let anew = state.laid_out_anew(HashSeed::default());
    assert_eq!((found(&anew, "a"), anew.applications.attachments.names_in_index()), (vec![700, 2_900], 3));
}
