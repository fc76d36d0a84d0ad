//! The values that a step's numbers stand for: ids, names, regions, URLs, times. There are few of each, so that they clash.

use alloc::{format, string::String, sync::Arc, vec::Vec};

use serde::Deserialize;

use crate::{
    count::wide,
    ids::{AppId, ApplicationId, ApplicationSegmentId, ConnectorGroupId, ConnectorId, ServicePrincipalId, TenantId},
    model::{
        properties::ProfilePropertyChanges,
        publishing::{Change, PublishingChanges},
    },
    timestamp::Timestamp,
};

/// A number taken apart, choice by choice, as digits of a mixed radix. Zero always makes the first choice.
pub(super) struct Picks(u64);

impl Picks {
    pub(super) fn new(number: u32) -> Self {
        Self(number.into())
    }

    /// A number below `count`; 0 where there is nothing to choose.
    pub(super) fn below(&mut self, count: usize) -> usize {
        let count = wide(count);
        // The remainder is the choice and the quotient is what is left, so one number feeds many choices without bias
        // between them, and a shrunk number makes plainer choices.
        let chosen = self.0.checked_rem(count).unwrap_or(0);
        self.0 = self.0.checked_div(count).unwrap_or(self.0);
        debug_assert!(usize::try_from(chosen).is_ok(), "a choice below a length is one");
        usize::try_from(chosen).unwrap_or(0)
    }

    /// True for one number in `count`, never for zero.
    pub(super) fn once_in(&mut self, count: usize) -> bool {
        // The last choice, not the first: a zero has to make the plainest choice, and shrinking leads to zeros.
        self.below(count).checked_add(1) == Some(count)
    }

    /// What is left of the number for the choices to come.
    pub(super) fn rest(&self) -> u32 {
        debug_assert!(u32::try_from(self.0).is_ok(), "it began with 32 bits, and choices divide it");
        u32::try_from(self.0).unwrap_or(u32::MAX)
    }

    pub(super) fn of<T: Copy>(&mut self, first: T, others: &[T]) -> T {
        let chosen = self.below(others.len().saturating_add(1));
        chosen.checked_sub(1).and_then(|at| others.get(at).copied()).unwrap_or(first)
    }

    pub(super) fn text(&mut self, first: &'static str, others: &[&'static str]) -> Arc<str> {
        self.of(first, others).into()
    }

    /// `None` for all but one number in `count`.
    pub(super) fn rarely<T>(&mut self, count: usize, some: impl FnOnce(&mut Self) -> T) -> Option<T> {
        self.once_in(count).then(|| some(self))
    }

    /// Two in three change the property, a few of those back to its default.
    fn change<T>(&mut self, value: impl FnOnce(&mut Self) -> T) -> Change<T> {
        match self.below(6) {
            0 | 1 => Change::Keep,
            2 => Change::Reset,
            _ => Change::Set(value(self)),
        }
    }
}

pub(super) fn connector_group_name(picks: &mut Picks) -> Arc<str> {
    // Names that are equal only when trimmed or in another case, also beyond ASCII; and two blank ones.
    picks.text("One", &["Two", "Default", " one ", "TWO", "Straße", "STRAẞE", "Lyon", "", " \u{3000}"])
}

pub(super) fn region(picks: &mut Picks) -> Arc<str> {
    picks.text("nam", &["eur", "NAM", "eur", "japan", "asia", "nam", "unknownFutureValue", ""])
}

/// Mostly the tenant's default region, else another.
pub(super) fn optional_region(picks: &mut Picks) -> Option<Arc<str>> {
    picks.rarely(2, region)
}

pub(super) fn display_name(picks: &mut Picks) -> Arc<str> {
    picks.text("App", &["Expenses", "Éxpenses", "app two", ""])
}

pub(super) fn machine_name(picks: &mut Picks) -> Arc<str> {
    picks.text("host", &["Host-2", "other", ""])
}

pub(super) fn prefix(picks: &mut Picks) -> Arc<str> {
    picks.text("", &["a", "HOST", "ex", "é", "none"])
}

pub(super) fn version(picks: &mut Picks) -> Arc<str> {
    picks.text("1.5.4287.0", &["1.5.4522.0"])
}

pub(super) fn external_ip(picks: &mut Picks) -> Arc<str> {
    picks.text("192.0.2.1", &["192.0.2.2"])
}

const HOUR: i64 = 3_600_000_000;
const DAY: i64 = 24 * HOUR;

/// Up to and around the ten days of R-37, to the microsecond, and once a moment back.
pub(super) fn later(now: Timestamp, picks: &mut Picks) -> Timestamp {
    // One microsecond short of ten days and exactly ten days: a comparison that is wrong by one shows here.
    let after = picks.of(HOUR, &[3 * DAY, 0, 5 * DAY, 10 * DAY - 1, 10 * DAY, 7 * DAY, -1]);
    now.unix_microseconds().checked_add(after).and_then(Timestamp::from_unix_microseconds).unwrap_or(now)
}

fn url(picks: &mut Picks, app_id: AppId) -> Arc<str> {
    if picks.once_in(12) {
        return picks.text("https://10.0.0.1/", &["api://contoso", "ftp://a.contoso.com/", "contoso"]);
    }
    if picks.once_in(12) {
        return picks.of("api", &["API"]).chars().chain(format!("://{app_id}").chars()).collect::<String>().into();
    }
    // Few hosts, so that applications often want the same URL.
    let host = picks.of("a", &["b", "A", "c", "d", "e", "f", "g", "h", "i", "j", "k"]);
    let end = picks.of("/", &["", "/", "?a"]);
    format!("https://{host}.contoso.com{end}").into()
}

fn from_json<T: for<'de> Deserialize<'de> + Default>(text: &str) -> T {
    let read = serde_json::from_str(text);
    debug_assert!(read.is_ok(), "a text of this file is not read: {text}");
    read.unwrap_or_default()
}

/// Of an application or a service principal, new or changed.
pub(super) fn properties<T: for<'de> Deserialize<'de> + Default>(picks: &mut Picks) -> T {
    from_json(picks.of(
        r#"{"tags":["HideApp"]}"#,
        &[r#"{"tags":null}"#, r#"{"notes":"n","web":{"redirectUris":[]}}"#, r#"{"notes":null,"web":{}}"#, "{}"],
    ))
}

pub(super) fn segment_properties<T: for<'de> Deserialize<'de> + Default>(picks: &mut Picks) -> T {
    from_json(picks.of(r#"{"action":"tunnel"}"#, &[r#"{"action":null,"port":0}"#, "{}"]))
}

pub(super) fn profile(picks: &mut Picks) -> ProfilePropertyChanges {
    from_json(picks.of(r#"{"isDefaultAccessEnabled":true}"#, &[r#"{"isDefaultAccessEnabled":null}"#, "{}"]))
}

/// A type and a host, most of which are of their type, and many of which meet.
pub(super) fn destination(picks: &mut Picks) -> (Arc<str>, Arc<str>) {
    const NEAR: [(&str, &str); 4] =
        [("ip", "10.0.0.1"), ("ipRangeCidr", "10.0.0.3/30"), ("ip", "10.0.0.2"), ("ipRange", "10.0.0.2..10.0.0.9")];
    // Two in three of a handful that meet each other: segments are about overlaps, and addresses drawn at large would
    // never clash.
    if !picks.once_in(3) {
        let (destination_type, host) = NEAR.get(picks.below(NEAR.len())).copied().unwrap_or_default();
        return (destination_type.into(), host.into());
    }
    let (destination_type, host) = picks.of(
        ("ipAddress", "10.0.1.1"),
        &[
            ("ip", "fd00::1"),
            ("ipRangeCidr", "fd00::/64"),
            ("fqdn", "a.contoso.com"),
            ("FQDN", "A.contoso.com"),
            ("fqdn", "b.contoso.com"),
            ("dnsSuffix", "a.contoso.com"),
            ("dnsSuffix", "contoso.com"),
            ("other", "x"),
            ("other", "X"),
            ("ip", "10.0.0"),
            ("ipRange", "10.0.0.9..10.0.0.1"),
            ("ipRangeCidr", "10.0.0.0/33"),
            ("fqdn", "a b"),
        ],
    );
    (destination_type.into(), host.into())
}

pub(super) fn protocol(picks: &mut Picks) -> Option<Arc<str>> {
    let protocol = picks.rarely(3, |picks| picks.of("tcp", &["UDP", "udp, tcp", "tcp,udp", "icmp", "0"]));
    protocol.map(Arc::from)
}

pub(super) fn ports(picks: &mut Picks) -> Option<Vec<Arc<str>>> {
    // Mostly two ranges of which one is a single port: that is where comparisons of bounds go wrong.
    let ports: Option<&[&str]> = picks
        .rarely(3, |picks| {
            picks.of(
                Some(&["80-90"][..]),
                &[None, Some(&["85"]), Some(&[]), Some(&["90-80"]), Some(&["1", "2-443", "2"])],
            )
        })
        .unwrap_or(Some(&["80-90", "443-443"]));
    Some(ports?.iter().map(|port| Arc::from(*port)).collect())
}

/// Every other property in turn, set and back at its default, the read-only ones too. The plainest first.
const OTHER_PROPERTIES: [&str; 40] = [
    "{}",
    r#"{"alternateUrl":"https://front.contoso.com/","useAlternateUrlForTranslationAndRedirect":true}"#,
    r#"{"alternateUrl":null,"useAlternateUrlForTranslationAndRedirect":null}"#,
    r#"{"externalAuthenticationType":"passthru"}"#,
    r#"{"externalAuthenticationType":null}"#,
    r#"{"applicationServerTimeout":"Long"}"#,
    r#"{"applicationServerTimeout":null}"#,
    r#"{"applicationType":"nonwebapp","isAccessibleViaZTNAClient":true}"#,
    r#"{"applicationType":null,"isAccessibleViaZTNAClient":null}"#,
    r#"{"isDnsResolutionEnabled":true,"isDeviceAccessEnabled":true}"#,
    r#"{"isDnsResolutionEnabled":null,"isDeviceAccessEnabled":false}"#,
    r#"{"isBackendCertificateValidationEnabled":false,"isContinuousAccessEvaluationEnabled":false}"#,
    r#"{"isBackendCertificateValidationEnabled":null,"isContinuousAccessEvaluationEnabled":true}"#,
    r#"{"isHttpOnlyCookieEnabled":true,"isPersistentCookieEnabled":true,"isSecureCookieEnabled":false}"#,
    r#"{"isHttpOnlyCookieEnabled":null,"isPersistentCookieEnabled":false,"isSecureCookieEnabled":null}"#,
    r#"{"isStateSessionEnabled":true,"isTranslateHostHeaderEnabled":false,"isTranslateLinksInBodyEnabled":true}"#,
    r#"{"isStateSessionEnabled":null,"isTranslateHostHeaderEnabled":null,"isTranslateLinksInBodyEnabled":null}"#,
    r#"{"singleSignOnSettings":{"singleSignOnMode":"onPremisesKerberos","kerberosSignOnSettings":{"kerberosServicePrincipalName":"HTTP/expenses.contoso.local"}}}"#,
    r#"{"singleSignOnSettings":{"singleSignOnMode":"saml"}}"#,
    r#"{"singleSignOnSettings":null}"#,
    r#"{"segmentsConfiguration":{"@odata.type":"webSegmentConfiguration","applicationSegments":[]}}"#,
    r#"{"segmentsConfiguration":null}"#,
    r#"{"onPremisesApplicationSegments":[{"internalUrl":"https://intranet.contoso.com/","corsConfigurations":[]}]}"#,
    r#"{"onPremisesApplicationSegments":null}"#,
    r#"{"trafficRoutingMethod":"sessionPersistence","wafProvider":"contoso"}"#,
    r#"{"trafficRoutingMethod":null,"wafProvider":null}"#,
    r#"{"verifiedCustomDomainKeyCredential":{"keyId":"1"},"verifiedCustomDomainPasswordCredential":{}}"#,
    r#"{"verifiedCustomDomainKeyCredential":null,"verifiedCustomDomainPasswordCredential":null}"#,
    r#"{"wafIpRanges":[{"lowerAddress":"192.0.2.1"}],"wafAllowedHeaders":{"x-azure-fdid":["1"]}}"#,
    r#"{"wafIpRanges":null,"wafAllowedHeaders":null}"#,
    r#"{"externalAuthenticationType":"PASSTHRU","applicationServerTimeout":"LONG","trafficRoutingMethod":"Random"}"#,
    r#"{"singleSignOnSettings":{"singleSignOnMode":"SAML","kerberosSignOnSettings":{"kerberosSignOnMappingAttributeType":"onpremisessamaccountname"}}}"#,
    r#"{"applicationType":"QuickAccessApp"}"#,
    r#"{"applicationType":"NONWEBAPP"}"#,
    r#"{"applicationType":"microsoftapp","onPremisesApplicationSegments":null}"#,
    r#"{"isOnPremPublishingEnabled":false}"#,
    r#"{"isOnPremPublishingEnabled":true}"#,
    r#"{"isOnPremPublishingEnabled":null}"#,
    r#"{"verifiedCustomDomainCertificatesMetadata":{"thumbprint":"1"}}"#,
    r#"{"verifiedCustomDomainCertificatesMetadata":null}"#,
];

/// The URLs, and now and then another property.
pub(super) fn publishing_changes(picks: &mut Picks, app_id: AppId) -> PublishingChanges {
    let url = |picks: &mut Picks| url(picks, app_id);
    let (internal_url, external_url) = (picks.change(url), picks.change(url));
    let others = picks.rarely(2, |picks| {
        let chosen = picks.below(OTHER_PROPERTIES.len());
        OTHER_PROPERTIES.get(chosen).map(|json| from_json::<PublishingChanges>(json))
    });
    PublishingChanges { internal_url, external_url, ..others.flatten().unwrap_or_default() }
}

/// Ids that can be told apart by eye: the kind in the first digit, the number in the last ones.
pub(super) trait Numbered: Copy {
    fn numbered(number: u64) -> Self;
}

macro_rules! numbered {
    ($($name:ident $kind:literal)*) => {$(
        impl Numbered for $name {
            fn numbered(number: u64) -> Self {
                // With the bits of version 4 and of the usual variant (RFC 9562): strict parsers of other implementations accept it.
                const KIND: u128 = 0x0000_0000_0000_4000_8000_0000_0000_0000 | ($kind << 120);
                Self::from_u128(KIND | u128::from(number))
            }
        }
    )*};
}

numbered! {
    TenantId 0x7e ConnectorGroupId 0x60 ConnectorId 0xc0 ApplicationId 0xa0 AppId 0xaa ServicePrincipalId 0x5e
    ApplicationSegmentId 0x56
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_other_property_is_read() {
        for json in OTHER_PROPERTIES {
            let changes: PublishingChanges = serde_json::from_str(json).unwrap();
            let written: serde_json::Value = serde_json::to_value(&changes).unwrap();
            assert_eq!(written.as_object().unwrap().is_empty(), json == "{}");
        }
    }
}
