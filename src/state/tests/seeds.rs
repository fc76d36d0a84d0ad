//! Nobody who does not know the seed can choose keys that are slow to find.

use alloc::{format, sync::Arc, vec::Vec};

use super::{connector, group, ids, published, state_of};
use crate::{
    columns::{HashSeed, first_repeated, work},
    ids::{ConnectorGroupId, ConnectorId, ServicePrincipalId},
    model::{
        application::Application,
        group::{ConnectorGroup, Name},
        properties::ApplicationProperties,
        publishing::OnPremisesPublishing,
        service_principal::ServicePrincipal,
    },
    state::State,
};

/// Names, ids and URLs that somebody has chosen because they fall together under a seed do not under another, however the
/// state came about. All are found in each way that there is.
#[test]
fn who_knows_no_seed_cannot_choose_what_is_found_slowly() {
    const MANY: usize = 400;
    let (known, secret) = (HashSeed::default(), HashSeed::of(7));
    let fall_together = |hash: u64| hash < u64::MAX / 500;
    let chosen: Vec<u128> = (1..).filter(|id| fall_together(known.hash_bits(*id))).take(MANY).collect();
    let texts = (0..).map(|number: u32| format!("https://{number}/"));
    let texts = texts.filter(|text| fall_together(known.hash_ignoring_ascii_case(text)));
    let texts: Vec<Arc<str>> = texts.take(MANY).map(Arc::from).collect();
    let publishing = |url: &Arc<str>| OnPremisesPublishing {
        internal_url: Some(url.clone()),
        external_url: Some(url.clone()),
        ..Default::default()
    };
    let application = |(number, url): (&u128, &Arc<str>)| {
        let mut application = published(*number);
        let id = ServicePrincipalId::from_u128(*number);
        application.service_principal = Some(ServicePrincipal { id, properties: ApplicationProperties::default() });
        *application.publication.as_mut().unwrap().on_premises_publishing = publishing(url);
        application
    };
    let applications: Vec<Application> = chosen.iter().zip(&texts).map(application).collect();
    let looked_into = |seed: HashSeed| {
        let mut state = state_of(seed);
        for (number, text) in chosen.iter().zip(&texts) {
            state.push_connector_group(&ConnectorGroup { name: Name::new(text).unwrap(), ..group(*number) });
            state.push_connector(&connector(*number));
        }
        let mut filled = state.clone();
        filled.fill_with_applications(applications.clone().into_iter());
        for application in &applications {
            state.push_application(application);
        }
        let anew = state.laid_out_anew(seed);
        let find: [fn(&State, &Application, &str) -> bool; 8] = [
            |state, application, _| {
                state.connector_group(ConnectorGroupId::from_u128(application.id.as_u128())).is_some()
            },
            |state, application, _| state.connector(ConnectorId::from_u128(application.id.as_u128())).is_some(),
            |state, application, _| state.application(application.id).is_some(),
            |state, application, _| state.application_by_app_id(application.app_id).is_some(),
            |state, application, _| {
                state.service_principal(ServicePrincipalId::from_u128(application.id.as_u128())).is_some()
            },
            |state, _, url| state.application_by_internal_url(url).is_some(),
            |state, _, url| state.application_by_external_url(url).is_some(),
            |state, _, name| state.connector_groups_named(&Name::new(name).unwrap()).count() == 1,
        ];
        [state, filled, anew].map(|state| {
            find.map(|find| {
                let find = |(application, text): (&Application, &Arc<str>)| find(&state, application, text);
                work::of(|| assert!(applications.iter().zip(&texts).all(find))).buckets
            })
        })
    };
    let (slow, fast) = (looked_into(known), looked_into(secret));
    assert!(slow.iter().flatten().all(|buckets| *buckets > 10 * MANY), "{slow:?}");
    assert!(fast.iter().flatten().all(|buckets| *buckets < 2 * MANY), "{fast:?}");
    let ids = ids(chosen.iter().copied());
    let repeated = |seed| work::of(|| assert_eq!(first_repeated(seed, ids.iter().copied()), None)).buckets;
    assert!(repeated(known) > 10 * MANY && repeated(secret) < 2 * MANY);
}
