//! The hashes of ids and texts.

use core::hash::{BuildHasher, Hasher};

use foldhash::fast::FixedState;

/// What the keys of an index are hashed with. Nothing that a caller sees depends on it but the time that keys take which
/// somebody has chosen so that they fall together; who does not know it cannot choose them beforehand.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct HashSeed {
    /// What the hasher calls its seed: it goes into the lower half of a key.
    lower: u64,
    /// What is in the upper half too. Without it, what the hasher puts there would be known, and a key that has the same
    /// there would make its product nothing, whatever the lower half.
    upper: u64,
}

impl Default for HashSeed {
    /// Fixed, so that the same run takes the same path everywhere.
    fn default() -> Self {
        Self::of(0x5eed_0fc0_11ec_7045)
    }
}

impl HashSeed {
    pub(crate) fn of(seed: u64) -> Self {
        let [lower, upper] = [0_u32, 1].map(|half| FixedState::with_seed(seed).hash_one(half));
        Self { lower, upper }
    }

    fn mixed_with(self, bits: u128) -> u128 {
        bits ^ u128::from(self.upper).wrapping_shl(64)
    }

    /// The hash of an id.
    pub(super) fn hash_bits(self, bits: u128) -> u64 {
        FixedState::with_seed(self.lower).hash_one(self.mixed_with(bits))
    }

    /// The hash of a text, the same for each ASCII case of it.
    pub(super) fn hash_ignoring_ascii_case(self, text: &str) -> u64 {
        let mut hasher = FixedState::with_seed(self.lower).build_hasher();
        for chunk in text.as_bytes().chunks(16) {
            let mut lower_case = [0_u8; 16];
            for (to, from) in lower_case.iter_mut().zip(chunk) {
                *to = from.to_ascii_lowercase();
            }
            hasher.write_u128(self.mixed_with(u128::from_le_bytes(lower_case)));
        }
        hasher.write_usize(text.len());
        hasher.finish()
    }
}

#[cfg(test)]
mod tests {
    use alloc::{format, sync::Arc, vec::Vec};

    use super::{
        super::{
            State, Vacancies, first_repeated,
            tests::{connector, group, ids, published, state_of},
            work,
        },
        *,
    };
    use crate::{
        ids::{ConnectorGroupId, ConnectorId},
        model::{
            application::Application,
            group::{ConnectorGroup, Name},
            publishing::OnPremisesPublishing,
        },
    };

    #[test]
    fn a_text_has_one_hash_in_every_ascii_case() {
        let hash = |text| HashSeed::default().hash_ignoring_ascii_case(text);
        assert_eq!(hash("https://Expenses.Contoso.Local/"), hash("HTTPS://expenses.contoso.local/"));
        assert_ne!(hash("https://expenses.contoso.local/"), hash("https://expenses.contoso.local"));
        assert_ne!(hash("a\0"), hash("a"));
    }

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
            let anew = state.laid_out_anew(seed, Vacancies::None);
            let find: [fn(&State, &Application, &str) -> bool; 7] = [
                |state, application, _| {
                    state.connector_group(ConnectorGroupId::from_u128(application.id.as_u128())).is_some()
                },
                |state, application, _| state.connector(ConnectorId::from_u128(application.id.as_u128())).is_some(),
                |state, application, _| state.application(application.id).is_some(),
                |state, application, _| state.application_by_app_id(application.app_id).is_some(),
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
}
