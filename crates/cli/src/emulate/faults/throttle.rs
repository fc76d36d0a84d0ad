//! Limits on how much a client may ask for: Graph's, or a test's own.
//!
//! Graph speaks of token buckets, and so this has them: a bucket is full at first, each request takes its cost, and it fills
//! up evenly. What finds too little in it is refused and takes nothing. The clock is the emulator's, so that equal requests
//! at equal times are refused in the same way.

use alloc::collections::BTreeMap;

use connector_groups::{TenantId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::emulate::calls::call::Call;

/// More buckets than these are not kept. Clients name themselves, so that they could make as many as they like.
const BUCKETS_MAX: usize = 100_000;
const MICROSECONDS: i128 = 1_000_000;

#[derive(Clone, Serialize, Deserialize)]
#[serde(
    untagged,
    expecting = "a throttle is \"graph\", or has requests, seconds, and if wanted writesOnly (true or false) and per \
                 (applicationAndTenant, application or tenant)"
)]
pub(crate) enum Throttle {
    Profile(Profile),
    Limit(Limit),
}

#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Profile {
    Graph,
}

/// So many requests, or units of cost, in so many seconds.
#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Limit {
    requests: u64,
    seconds: u64,
    #[serde(default)]
    writes_only: bool,
    #[serde(default)]
    per: Scope,
}

/// Whose requests share a bucket.
#[derive(Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Scope {
    /// Those of one application in one tenant.
    #[default]
    ApplicationAndTenant,
    /// Those of one application in all tenants.
    Application,
    /// Those of all applications in one tenant.
    Tenant,
}

const fn limit(requests: u64, seconds: u64, writes_only: bool, per: Scope) -> Limit {
    Limit { requests, seconds, writes_only, per }
}

/// What Graph documents for identity and access, for a tenant of the smallest size, and its limit for all services
/// (`learn.microsoft.com/graph/throttling-limits`, as of 2026-11). It documents none for connector groups by themselves.
const GRAPH_LIMITS: [Limit; 6] = [
    limit(3_500, 10, false, Scope::ApplicationAndTenant),
    limit(3_000, 150, true, Scope::ApplicationAndTenant),
    limit(150_000, 20, false, Scope::Application),
    limit(35_000, 300, true, Scope::Application),
    limit(18_000, 300, true, Scope::Tenant),
    limit(130_000, 10, false, Scope::Application),
];

/// Why a request is throttled.
pub(crate) struct Throttled {
    /// When it is worth another try, in seconds, rounded up.
    pub(crate) seconds: u64,
    /// The headers that Graph documents for such an answer.
    pub(crate) headers: Vec<(&'static str, String)>,
}

/// Of each limit by its place in the list, and of whoever shares it: when the bucket is full again, as the microsecond since
/// 1970 times the limit's requests, so that all of it is whole numbers.
type Full = BTreeMap<(usize, Option<TenantId>, Option<String>), i128>;

#[derive(Clone, Default)]
pub(crate) struct Buckets(Full);

impl Throttle {
    /// A limit that nothing could pass, or everything, is a mistake.
    pub(crate) const fn is_possible(&self) -> bool {
        match self {
            Self::Profile(_) => true,
            Self::Limit(limit) => limit.requests > 0 && limit.seconds > 0,
        }
    }

    fn limits(&self) -> &[Limit] {
        match self {
            Self::Profile(Profile::Graph) => &GRAPH_LIMITS,
            Self::Limit(limit) => core::slice::from_ref(limit),
        }
    }

    /// What a request costs. A batch costs what its requests do, which are counted one by one.
    fn cost(&self, call: &Call) -> i128 {
        if call.route.ends_with("/$batch") {
            return 0;
        }
        match self {
            Self::Limit(_) => 1,
            Self::Profile(Profile::Graph) if call.is_graph() => cost(call),
            // Signing in is another service's.
            Self::Profile(Profile::Graph) => 0,
        }
    }
}

/// The documented cost in resource units: 2 for a list of applications and 1 for anything else that is served here, 1 less
/// with `$select` or a `$top` below 20, 1 more with `$expand`, and never less than 1.
fn cost(call: &Call) -> i128 {
    let is_list = call.method == "GET" && call.route.ends_with("/applications") && call.route.matches('/').count() == 2;
    let query = call.target.split_once('?').map_or("", |(_, query)| query);
    let mut cost: i128 = if is_list { 2 } else { 1 };
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        match &*name.trim_start_matches('$').to_ascii_lowercase() {
            "select" => cost = cost.saturating_sub(1),
            "expand" => cost = cost.saturating_add(1),
            "top" if value.parse::<u32>().is_ok_and(|top| top < 20) => cost = cost.saturating_sub(1),
            _ => {}
        }
    }
    cost.max(1)
}

impl Buckets {
    /// Takes a request's cost out of every bucket that it concerns, or out of none where one of them has too little.
    pub(crate) fn take(&mut self, throttle: &Throttle, call: &Call, now: Timestamp) -> Option<Throttled> {
        let cost = throttle.cost(call);
        let is_read = matches!(&*call.method, "GET" | "HEAD");
        let now = i128::from(now.unix_microseconds());
        let (mut taken, mut longest) = (Vec::new(), None);
        for (place, limit) in throttle.limits().iter().enumerate() {
            if cost == 0 || (limit.writes_only && is_read) {
                continue;
            }
            let (requests, span) = (i128::from(limit.requests), i128::from(limit.seconds).saturating_mul(MICROSECONDS));
            // A write counts as one of the limit's writes, whatever it costs in units.
            let cost = if limit.writes_only { 1 } else { cost };
            let key = limit.per.key(place, call);
            // Of a request's cost, each unit takes span / requests microseconds to come back.
            let begin = now.saturating_mul(requests);
            // When the bucket would be full again behind this request. One that was full by now is as full as it can be.
            let full = self.0.get(&key).copied().unwrap_or(begin).max(begin).saturating_add(cost.saturating_mul(span));
            let too_much = full.saturating_sub(begin).saturating_sub(requests.saturating_mul(span));
            if too_much > 0 {
                let second = requests.saturating_mul(MICROSECONDS).max(1);
                let wait = too_much.saturating_add(second.saturating_sub(1)).checked_div(second).unwrap_or(1);
                // The longest of all, or the client would come back to be refused by the next bucket.
                if longest.is_none_or(|(longest, _)| wait > longest) {
                    longest = Some((wait, limit));
                }
            }
            taken.push((key, full));
        }
        let Some((wait, limit)) = longest else {
            self.0.extend(taken);
            self.tidy(throttle, now);
            return None;
        };
        let headers = match throttle {
            Throttle::Profile(Profile::Graph) => limit.headers(call),
            Throttle::Limit(_) => Vec::new(),
        };
        Some(Throttled { seconds: u64::try_from(wait).unwrap_or(u64::MAX), headers })
    }

    /// A full bucket is as good as none.
    fn tidy(&mut self, throttle: &Throttle, now: i128) {
        if self.0.len() <= BUCKETS_MAX {
            return;
        }
        let limits = throttle.limits();
        let begin = |place: usize| limits.get(place).map_or(0, |limit| now.saturating_mul(i128::from(limit.requests)));
        self.0.retain(|(place, ..), full| *full > begin(*place));
        // Whoever signs in as so many applications at once is not throttled any more, and takes no more memory.
        while self.0.len() > BUCKETS_MAX {
            self.0.pop_first();
        }
    }
}

impl Scope {
    fn key(self, place: usize, call: &Call) -> (usize, Option<TenantId>, Option<String>) {
        let tenant = call.tenant.filter(|_| self != Self::Application);
        (place, tenant, call.application.clone().filter(|_| self != Self::Tenant))
    }
}

impl Limit {
    fn headers(&self, call: &Call) -> Vec<(&'static str, String)> {
        let what = if self.writes_only { "WriteLimitExceeded" } else { "ResourceUnitLimitExceeded" };
        let mut headers = vec![("x-ms-throttle-information", String::from(what))];
        // The scope names the application, which only a token tells.
        if let (Some(application), Some(tenant)) = (&call.application, call.tenant) {
            let scope = match self.per {
                Scope::ApplicationAndTenant => "Tenant_Application",
                Scope::Application => "Application",
                Scope::Tenant => "Tenant",
            };
            let kind = if self.writes_only { "Write" } else { "ReadWrite" };
            headers.push(("x-ms-throttle-scope", format!("{scope}/{kind}/{application}/{tenant}")));
        }
        headers
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::emulate::clock::timestamp;

    fn call(method: &str, target: &str, application: &str) -> Call {
        let route = target.split('?').next().unwrap_or_default().into();
        let tenant = Some(TenantId::from_u128(1));
        let application = Some(application.into());
        Call { method: method.to_owned().into(), target: target.into(), route, tenant, application, ..Call::default() }
    }

    fn seconds(buckets: &mut Buckets, call: &Call, microseconds: i64) -> u64 {
        let throttled = buckets.take(&Throttle::Profile(Profile::Graph), call, timestamp(microseconds));
        throttled.map_or(0, |throttled| throttled.seconds)
    }

    #[test]
    fn costs_are_the_documented_ones() {
        for (method, target, expected) in [
            ("GET", "/beta/applications", 2),
            ("GET", "/beta/applications?$select=id", 1),
            ("GET", "/beta/applications?%24select=id&$top=5", 1),
            ("GET", "/v1.0/applications?$top=20&$expand=owners", 3),
            ("GET", "/beta/applications/{id}", 1),
            ("POST", "/beta/applications", 1),
            ("GET", "/beta/$batch", 0),
            ("POST", "/{id}/oauth2/v2.0/token", 0),
        ] {
            assert_eq!(
                Throttle::Profile(Profile::Graph).cost(&call(method, target, "a")),
                expected,
                "{method} {target}"
            );
        }
    }

    #[test]
    fn a_bucket_is_an_applications_in_a_tenant_and_fills_up_evenly() {
        let mut buckets = Buckets::default();
        let list = call("GET", "/beta/applications", "a");
        for _ in 0..1_750 {
            assert_eq!(seconds(&mut buckets, &list, 0), 0);
        }
        assert_eq!(seconds(&mut buckets, &list, 0), 1, "3,500 units are taken");
        assert_eq!(seconds(&mut buckets, &call("GET", "/beta/applications", "b"), 0), 0, "another application");
        // Two units are back after 2 × 10 s / 3,500, which is 5,714.3 µs.
        assert_eq!((seconds(&mut buckets, &list, 5_714), seconds(&mut buckets, &list, 5_715)), (1, 0));
        assert_eq!(seconds(&mut buckets, &list, 5_715), 1);
    }

    #[test]
    fn writes_have_a_limit_of_their_own_and_a_tenant_has_one_for_all() {
        let mut buckets = Buckets::default();
        // Six applications take 3,000 writes each; time goes on a little, so that units are no hindrance.
        for application in ["a", "b", "c", "d", "e", "f"] {
            for _ in 0..3_000 {
                assert_eq!(seconds(&mut buckets, &call("POST", "/beta/applications", application), 0), 0);
            }
        }
        let throttled = |buckets: &mut Buckets, application: &str| {
            let write = call("POST", "/beta/applications", application);
            let throttled = buckets.take(&Throttle::Profile(Profile::Graph), &write, timestamp(0));
            throttled.map(|throttled| throttled.headers.into_iter().map(|(_, value)| value).collect::<Vec<_>>())
        };
        let tenant = TenantId::from_u128(1);
        let told = |scope: &str, application: &str| {
            Some(vec![String::from("WriteLimitExceeded"), format!("{scope}/Write/{application}/{tenant}")])
        };
        assert_eq!(throttled(&mut buckets, "a"), told("Tenant_Application", "a"));
        assert_eq!(throttled(&mut buckets, "g"), told("Tenant", "g"), "18,000 writes are all that a tenant has");
        assert_eq!(seconds(&mut buckets, &call("GET", "/beta/applications/{id}", "a"), 0), 0, "reads go on");
    }

    #[test]
    fn a_bucket_is_full_after_a_pause_and_no_fuller() {
        let (mut buckets, throttle) =
            (Buckets::default(), Throttle::Limit(limit(2, 10, false, Scope::ApplicationAndTenant)));
        let mut is_taken =
            |seconds: i64| buckets.take(&throttle, &call("GET", "/", "a"), timestamp(seconds * 1_000_000)).is_none();
        assert!(is_taken(0));
        assert_eq!([3_600, 3_600, 3_600].map(&mut is_taken), [true, true, false]);
        assert_eq!([3_604, 3_605, 3_605].map(is_taken), [false, true, false]);
    }

    #[test]
    fn a_bucket_is_shared_as_its_scope_says() {
        for (scope, shares_between_tenants) in
            [(Scope::ApplicationAndTenant, false), (Scope::Application, true), (Scope::Tenant, false)]
        {
            let (mut buckets, throttle) = (Buckets::default(), Throttle::Limit(limit(1, 10, false, scope)));
            let here = call("GET", "/", "a");
            let elsewhere = Call { tenant: Some(TenantId::from_u128(2)), ..here.clone() };
            assert!(buckets.take(&throttle, &here, timestamp(0)).is_none());
            assert_eq!(buckets.take(&throttle, &elsewhere, timestamp(0)).is_some(), shares_between_tenants);
        }
    }

    #[test]
    fn buckets_do_not_grow_without_end() {
        let (mut buckets, throttle) = (Buckets::default(), Throttle::Limit(limit(1, 1, false, Scope::Application)));
        for number in 0..=BUCKETS_MAX {
            assert!(buckets.take(&throttle, &call("GET", "/", &number.to_string()), timestamp(0)).is_none());
        }
        assert_eq!(buckets.0.len(), BUCKETS_MAX);
        assert!(buckets.take(&throttle, &call("GET", "/", "new"), timestamp(2_000_000)).is_none());
        assert_eq!(buckets.0.len(), 1, "all others are full again");
    }
}
