//! What few applications have costs the others nothing, and is found without a look at all of it.

use alloc::{format, sync::Arc, vec::Vec};

use super::{ids, published, state_with};
use crate::{
    columns::work,
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
    filled.fill_with_applications((0..1_000).map(published).collect::<Vec<_>>().into_iter());
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
