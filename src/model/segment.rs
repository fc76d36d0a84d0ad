//! A segment of an application: a destination in the network that the application stands for (Private Access).

use alloc::{collections::BTreeSet, string::String, sync::Arc, vec::Vec};
use core::{fmt, net::IpAddr};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{ids::ApplicationSegmentId, model::properties::SegmentProperties};

objects! {
    /// A segment of an application (Graph: `ipApplicationSegment`). No two of a tenant overlap (I9, R-51).
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct ApplicationSegment {
        /// Its id, unique in the tenant.
        pub id: ApplicationSegmentId,
        /// An address, a network, a range of addresses or a name, by its type; kept as it came.
        pub destination_host: Arc<str>,
        /// `ip` (also `ipAddress`), `ipRangeCidr`, `ipRange`, `fqdn`, `dnsSuffix`, or what the service may yet name; kept as
        /// it came.
        pub destination_type: Arc<str>,
        /// Its protocols.
        pub protocol: SegmentProtocol,
        /// Its ports, each `n` or `a-b`; kept as they came.
        pub ports: Vec<Arc<str>>,
        /// Its other properties.
        #[serde(default, skip_serializing_if = "SegmentProperties::is_empty")]
        pub properties: SegmentProperties,
    }
}

/// The protocols of a segment (Graph: `privateNetworkProtocol`, flags).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SegmentProtocol {
    /// `tcp`, which is also what an absent one means.
    Tcp,
    /// `udp`.
    Udp,
    /// `tcp,udp`.
    TcpAndUdp,
    /// `0`, which the service answers for a `dnsSuffix`, and a protocol of its own.
    Zero,
}

impl SegmentProtocol {
    /// The text that JSON has.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Tcp => "tcp",
            Self::Udp => "udp",
            Self::TcpAndUdp => "tcp,udp",
            Self::Zero => "0",
        }
    }

    /// Reads `tcp`, `udp`, both with a comma in any order, or `0`; in any ASCII case, spaces around them let go.
    pub(crate) fn read(text: &str) -> Option<Self> {
        // By hand and not by a set: `tcp,tcp` names a protocol twice and is none, and `0` stands alone.
        let parts: Vec<&str> = text.split(',').map(|part| part.trim_matches(' ')).collect();
        let is = |part: &str, name: &str| part.eq_ignore_ascii_case(name);
        match parts.as_slice() {
            [one] if is(one, "tcp") => Some(Self::Tcp),
            [one] if is(one, "udp") => Some(Self::Udp),
            ["0"] => Some(Self::Zero),
            [one, other] if (is(one, "tcp") && is(other, "udp")) || (is(one, "udp") && is(other, "tcp")) => {
                Some(Self::TcpAndUdp)
            }
            _ => None,
        }
    }

    /// A bit for each protocol, so that two segments have one in common where their bits have.
    pub(crate) const fn bits(self) -> u8 {
        match self {
            Self::Tcp => 1,
            Self::Udp => 2,
            Self::TcpAndUdp => 3,
            Self::Zero => 4,
        }
    }
}

impl fmt::Display for SegmentProtocol {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl Serialize for SegmentProtocol {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for SegmentProtocol {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::read(&text).ok_or_else(|| crate::ids::invalid_text(&text, &"`tcp`, `udp`, `tcp,udp` or `0`"))
    }
}

/// What a segment leads to, as its host and type say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Destination<'a> {
    /// All addresses from one to another, both included, of IPv4 or of IPv6.
    Addresses { is_ipv6: bool, from: u128, to: u128 },
    /// A host's name or, of another kind, a suffix of names; two are one in any ASCII case.
    Name { is_suffix: bool, name: &'a str },
    /// A type that nothing is known of: two are one where both texts are the same.
    Other { destination_type: &'a str, host: &'a str },
}

impl<'a> Destination<'a> {
    /// What a host is by its type; `None` where it is none of that type. Types are read in any ASCII case.
    pub(crate) fn read(destination_type: &'a str, host: &'a str) -> Option<Self> {
        let is = |name: &str| destination_type.eq_ignore_ascii_case(name);
        // Graph's schema says `ipAddress` and the service takes `ip`: one kind of destination under two names,
        // or the same address could be there twice.
        if is("ip") || is("ipAddress") {
            let address = host.parse().ok()?;
            addresses(address, address)
        } else if is("ipRangeCidr") {
            network(host)
        } else if is("ipRange") {
            let (from, to) = host.split_once("..")?;
            addresses(from.parse().ok()?, to.parse().ok()?)
        } else if is("fqdn") || is("dnsSuffix") {
            let is_of_a_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'*');
            let is_name = !host.is_empty() && host.bytes().all(is_of_a_name);
            is_name.then_some(Self::Name { is_suffix: is_dns_suffix(destination_type), name: host })
        } else {
            Some(Self::Other { destination_type, host })
        }
    }

    /// Whether the two have an address or a name in common.
    pub(crate) fn meets(self, other: Destination<'_>) -> bool {
        match (self, other) {
            // Two intervals meet if and only if each begins before the other ends. IPv4 and IPv6 are two spaces: an
            // address of one is none of the other.
            (
                Self::Addresses { is_ipv6, from, to },
                Destination::Addresses { is_ipv6: is_other_ipv6, from: other_from, to: other_to },
            ) => is_ipv6 == is_other_ipv6 && from <= other_to && other_from <= to,
            (Self::Name { is_suffix, name }, Destination::Name { is_suffix: is_other_suffix, name: other }) => {
                is_suffix == is_other_suffix && name.eq_ignore_ascii_case(other)
            }
            (
                Self::Other { destination_type, host },
                Destination::Other { destination_type: other_type, host: other_host },
            ) => (destination_type, host) == (other_type, other_host),
            _ => false,
        }
    }
}

/// Whether this is the type whose protocol may be, and by default is, `0`.
pub(crate) const fn is_dns_suffix(destination_type: &str) -> bool {
    destination_type.eq_ignore_ascii_case("dnsSuffix")
}

/// Two addresses of one family, the first not after the second.
fn addresses(from: IpAddr, to: IpAddr) -> Option<Destination<'static>> {
    let (is_ipv6, from, to) = match (from, to) {
        (IpAddr::V4(from), IpAddr::V4(to)) => (false, u32::from(from).into(), u32::from(to).into()),
        (IpAddr::V6(from), IpAddr::V6(to)) => (true, u128::from(from), u128::from(to)),
        _ => return None,
    };
    (from <= to).then_some(Destination::Addresses { is_ipv6, from, to })
}

/// An address and the length of its prefix. Bits behind the prefix may be set, and are of no account.
fn network(host: &str) -> Option<Destination<'static>> {
    let (address, prefix) = host.split_once('/')?;
    let prefix = u32::from(digits::<u8>(prefix)?);
    // All bits behind the prefix; a shift by as many bits as there are leaves none.
    let (is_ipv6, bits, host_bits) = match address.parse().ok()? {
        IpAddr::V4(address) => {
            let host_bits = if prefix <= 32 { u32::MAX.checked_shr(prefix).unwrap_or(0) } else { return None };
            (false, u128::from(u32::from(address)), u128::from(host_bits))
        }
        IpAddr::V6(address) => {
            let host_bits = if prefix <= 128 { u128::MAX.checked_shr(prefix).unwrap_or(0) } else { return None };
            (true, u128::from(address), host_bits)
        }
    };
    Some(Destination::Addresses { is_ipv6, from: bits & !host_bits, to: bits | host_bits })
}

/// A number of digits only: what Rust reads may begin with a sign.
fn digits<T: core::str::FromStr>(text: &str) -> Option<T> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_number { text.parse().ok() } else { None }
}

/// A range of ports, both ends included.
pub(crate) type PortRange = (u16, u16);

/// The ports of a list, each `n` or `a-b`; `None` where one is none, or reversed.
pub(crate) fn ports(texts: &[Arc<str>]) -> Option<Vec<PortRange>> {
    texts.iter().map(|text| port_range(text)).collect()
}

fn port_range(text: &str) -> Option<PortRange> {
    let (from, to) = text.split_once('-').unwrap_or((text, text));
    let (from, to) = (digits(from)?, digits(to)?);
    (from <= to).then_some((from, to))
}

/// The same ports in order, those that touch or overlap as one range: as few as there can be.
pub(crate) fn joined(ports: &[PortRange]) -> Vec<PortRange> {
    let in_order: BTreeSet<PortRange> = ports.iter().copied().collect();
    let mut joined: Vec<PortRange> = Vec::with_capacity(in_order.len());
    for (from, to) in in_order {
        match joined.last_mut() {
            Some(last) if from <= last.1.saturating_add(1) => last.1 = last.1.max(to),
            _ => joined.push((from, to)),
        }
    }
    joined
}

/// A part of a segment that can be wrong by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum SegmentProperty {
    /// `destinationHost`.
    DestinationHost,
    /// `protocol`.
    Protocol,
    /// `ports`.
    Ports,
}

impl fmt::Display for SegmentProperty {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::DestinationHost => "destinationHost",
            Self::Protocol => "protocol",
            Self::Ports => "ports",
        })
    }
}

impl ApplicationSegment {
    /// The first part that is not of its kind; `None` where the segment is right.
    pub(crate) fn wrong_property(&self) -> Option<SegmentProperty> {
        let is_suffix = is_dns_suffix(&self.destination_type);
        if self.destination().is_none() {
            Some(SegmentProperty::DestinationHost)
        } else if self.protocol == SegmentProtocol::Zero && !is_suffix {
            Some(SegmentProperty::Protocol)
        } else if ports(&self.ports).is_none() {
            Some(SegmentProperty::Ports)
        } else {
            None
        }
    }

    /// Where it leads to; `None` where the host is none of its type.
    pub(crate) fn destination(&self) -> Option<Destination<'_>> {
        Destination::read(&self.destination_type, &self.destination_host)
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use super::*;

    fn is_right(destination_type: &str, host: &str) -> bool {
        Destination::read(destination_type, host).is_some()
    }

    #[test]
    fn a_host_is_of_its_type_or_refused() {
        for (destination_type, right, wrong) in [
            (
                "ip",
                &["10.0.0.1", "::1", "::ffff:10.0.0.1"][..],
                &["", "10.0.0", "010.0.0.1", "fe80::1%eth0", "a", "10.0.0.0/8"][..],
            ),
            ("IPADDRESS", &["10.0.0.1"], &["10.0.0.1 "]),
            (
                "ipRangeCidr",
                &["10.0.0.1/8", "0.0.0.0/0", "10.0.0.1/032", "::/0", "::1/128"],
                &["10.0.0.1", "10.0.0.0/33", "::/129", "10.0.0.0/+8", "10.0.0.0/", "10.0.0.0/8/8"],
            ),
            (
                "iprange",
                &["10.0.0.1..10.0.0.1", "10.0.0.1..10.0.1.0", "::1..::2"],
                &["10.0.0.2..10.0.0.1", "10.0.0.1..::1", "10.0.0.1-10.0.0.2", "10.0.0.1..", "10.0.0.1"],
            ),
            ("fqdn", &["a.contoso.com", "*.contoso.com", "A_b-c"], &["", "a b", "münchen.example", "a/b"]),
            ("DnsSuffix", &["contoso.com"], &["", "a:b"]),
            ("something else", &["", "any text"], &[]),
        ] {
            assert!(right.iter().all(|host| is_right(destination_type, host)), "{destination_type}");
            let read: Vec<_> = wrong.iter().filter(|host| is_right(destination_type, host)).collect();
            assert!(read.is_empty(), "{destination_type}: {read:?}");
        }
    }

    /// Each part that two destinations must share is missing once.
    #[test]
    fn destinations_meet_where_all_their_parts_do() {
        let read = |(destination_type, host)| Destination::read(destination_type, host).unwrap();
        for (one, other, expected) in [
            (("ipRange", "10.0.0.1..10.0.0.9"), ("ipRange", "10.0.0.9..10.0.0.20"), true),
            (("ipRange", "10.0.0.1..10.0.0.9"), ("ip", "10.0.0.10"), false),
            (("ip", "0.0.0.5"), ("ip", "::5"), false),
            (("fqdn", "a.example"), ("fqdn", "A.example"), true),
            (("fqdn", "a.example"), ("fqdn", "b.example"), false),
            (("fqdn", "a.example"), ("dnsSuffix", "a.example"), false),
            (("other", "a"), ("other", "a"), true),
            (("other", "a"), ("another", "a"), false),
            (("other", "a"), ("other", "b"), false),
            (("fqdn", "10.0.0.1"), ("ip", "10.0.0.1"), false),
        ] {
            assert_eq!(read(one).meets(read(other)), expected, "{one:?} {other:?}");
            assert_eq!(read(other).meets(read(one)), expected, "{other:?} {one:?}");
        }
    }

    #[test]
    fn what_is_printed_is_graphs_name() {
        assert_eq!(SegmentProtocol::TcpAndUdp.to_string(), "tcp,udp");
        let all = [SegmentProperty::DestinationHost, SegmentProperty::Protocol, SegmentProperty::Ports];
        assert_eq!(all.map(|property| property.to_string()), ["destinationHost", "protocol", "ports"]);
    }

    #[test]
    fn a_network_is_all_addresses_of_its_prefix() {
        let addresses = |from: u128, to: u128, is_ipv6| Some(Destination::Addresses { is_ipv6, from, to });
        assert_eq!(network("10.1.2.3/8"), addresses(0x0a00_0000, 0x0aff_ffff, false));
        assert_eq!(network("10.1.2.3/32"), addresses(0x0a01_0203, 0x0a01_0203, false));
        assert_eq!(network("10.1.2.3/0"), addresses(0, u32::MAX.into(), false));
        assert_eq!(network("::5/127"), addresses(4, 5, true));
        assert_eq!((network("::5/0"), network("::5/128")), (addresses(0, u128::MAX, true), addresses(5, 5, true)));
    }

    #[test]
    fn protocols_and_ports_are_read() {
        for (text, expected) in [
            ("tcp", Some("tcp")),
            (" UDP ", Some("udp")),
            ("udp, TCP", Some("tcp,udp")),
            ("0", Some("0")),
            ("", None),
            ("tcp,", None),
            ("tcp,tcp", None),
            ("icmp", None),
            ("tcp,udp,tcp", None),
            ("00", None),
        ] {
            assert_eq!(SegmentProtocol::read(text).map(SegmentProtocol::as_str), expected, "{text}");
        }
        let read = |text: &str| ports(&[text.into()]).map(|ranges| ranges[0]);
        for (text, expected) in [
            ("80", Some((80, 80))),
            ("0-65535", Some((0, 65_535))),
            ("443-443", Some((443, 443))),
            ("2-1", None),
            ("65536", None),
            ("+1", None),
            ("", None),
            ("1-", None),
            ("1-2-3", None),
            ("1 - 2", None),
        ] {
            assert_eq!(read(text), expected, "{text}");
        }
        let some = [(10, 20), (1, 2), (3, 4), (15, 30), (32, 32), (65_535, 65_535), (65_535, 65_535)];
        assert_eq!(joined(&some), [(1, 4), (10, 30), (32, 32), (65_535, 65_535)]);
    }
}
