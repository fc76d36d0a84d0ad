//! A code is good once (RFC 6749 §4.1.2): which ones were redeemed.

use alloc::collections::BTreeMap;
use core::sync::atomic::{AtomicU64, Ordering};
use std::sync::Mutex;

use super::token::Grant;
use crate::emulate::held::held;

/// How many are remembered. Beyond it the oldest are forgotten, which could be redeemed again then, until they expire.
const REDEEMED_MAX: usize = 10_000;

/// The numbers that codes have, and until when those count that were redeemed.
#[derive(Default)]
pub(crate) struct Codes {
    last: AtomicU64,
    redeemed: Mutex<BTreeMap<u64, u64>>,
}

impl Codes {
    /// The number of one more code. By it, two codes that a client asks for within a second are two.
    pub(crate) fn number(&self) -> u64 {
        self.last.fetch_add(1, Ordering::Relaxed)
    }

    /// Whether a code is redeemed for the first time.
    pub(crate) fn redeem(&self, grant: &Grant, now: u64) -> bool {
        let mut redeemed = held(&self.redeemed);
        // Numbers grow with time, so that the first to expire are in front.
        while redeemed.first_key_value().is_some_and(|(_, end)| *end <= now) || redeemed.len() >= REDEEMED_MAX {
            redeemed.pop_first();
        }
        redeemed.insert(grant.number, grant.exp).is_none()
    }
}

#[cfg(test)]
mod tests {
    use connector_groups::TenantId;

    use super::*;
    use crate::emulate::sign_in::token::CODE;

    #[test]
    fn as_many_are_remembered_as_count_and_no_more_than_there_is_room_for() {
        let codes = Codes::default();
        let code = |exp| Grant {
            aud: CODE.into(),
            exp,
            tid: TenantId::from_u128(1),
            client_id: "client".into(),
            scope: "s".into(),
            username: "u".into(),
            number: codes.number(),
            code: None,
        };
        let (first, second) = (code(10), code(20));
        assert!(codes.redeem(&first, 0) && codes.redeem(&second, 9));
        assert!(!codes.redeem(&first, 9) && !codes.redeem(&second, 9));
        assert!(!codes.redeem(&second, 10));
        assert_eq!(held(&codes.redeemed).len(), 1, "the first has expired");
        for _ in 0..REDEEMED_MAX {
            assert!(codes.redeem(&code(20), 10));
        }
        assert_eq!(held(&codes.redeemed).len(), REDEEMED_MAX);
    }
}
