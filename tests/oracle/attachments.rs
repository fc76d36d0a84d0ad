//! Properties, service principals, segments and the profile, naively.

use std::net::IpAddr;

use connector_groups::{command::*, event::*, ids::*, model::*, refusal::Kind, *};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};

use super::{Answer, Oracle};

/// Open properties as JSON, changed by member: what they are then, and the members that changed, before and after.
fn merge<P: Serialize + DeserializeOwned, C: Serialize + DeserializeOwned>(present: &P, changes: &C) -> (P, C, C) {
    let mut merged = serde_json::to_value(present).unwrap();
    let (mut from, mut to) = (Map::new(), Map::new());
    for (name, value) in serde_json::to_value(changes).unwrap().as_object().unwrap() {
        let members = merged.as_object_mut().unwrap();
        let former = members.remove(name).unwrap_or_default();
        if !value.is_null() {
            members.insert(name.clone(), value.clone());
        }
        if former != *value {
            from.insert(name.clone(), former);
            to.insert(name.clone(), value.clone());
        }
    }
    let typed = |map| serde_json::from_value(Value::Object(map)).unwrap();
    (serde_json::from_value(merged).unwrap(), typed(from), typed(to))
}

/// A segment as it is compared: interval or text, protocols, ports.
struct Reach {
    space: String,
    interval: (u128, u128),
    protocols: Vec<&'static str>,
    ports: Vec<(u32, u32)>,
}

fn number(text: &str) -> Option<u32> {
    (!text.is_empty() && text.chars().all(|digit| digit.is_ascii_digit())).then(|| text.parse().ok())?
}

fn address(text: &str) -> Option<(&'static str, u128, u32)> {
    Some(match text.parse().ok()? {
        IpAddr::V4(address) => ("IPv4", u32::from(address).into(), 32),
        IpAddr::V6(address) => ("IPv6", address.into(), 128),
    })
}

/// Where a host of a type leads to.
fn destination(destination_type: &str, host: &str) -> Option<(String, (u128, u128))> {
    match &*destination_type.to_ascii_lowercase() {
        "ip" | "ipaddress" => address(host).map(|(space, address, _)| (space.into(), (address, address))),
        "iprangecidr" => {
            let (network, prefix) = host.split_once('/')?;
            let ((space, address, bits), prefix) = (address(network)?, number(prefix)?);
            let hosts = bits.checked_sub(prefix)?;
            let low = if hosts == 128 { 0 } else { address >> hosts << hosts };
            let size_less_one = if hosts == 128 { u128::MAX } else { (1 << hosts) - 1 };
            Some((space.into(), (low, low + size_less_one)))
        }
        "iprange" => {
            let (from, to) = host.split_once("..")?;
            let ((space, from, _), (other_space, to, _)) = (address(from)?, address(to)?);
            (space == other_space && from <= to).then(|| (space.into(), (from, to)))
        }
        kind @ ("fqdn" | "dnssuffix") => {
            let right = |letter: char| letter.is_ascii_alphanumeric() || "-_.*".contains(letter);
            let is_name = !host.is_empty() && host.chars().all(right);
            is_name.then(|| (format!("{kind} {}", host.to_ascii_lowercase()), (0, 0)))
        }
        _ => Some((format!("other {destination_type} {host}"), (0, 0))),
    }
}

fn protocols(text: &str, is_suffix: bool) -> Option<(SegmentProtocol, Vec<&'static str>)> {
    let mut parts: Vec<String> = text.split(',').map(|part| part.trim_matches(' ').to_ascii_lowercase()).collect();
    parts.sort();
    Some(match parts.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["tcp"] => (SegmentProtocol::Tcp, vec!["tcp"]),
        ["udp"] => (SegmentProtocol::Udp, vec!["udp"]),
        ["tcp", "udp"] => (SegmentProtocol::TcpAndUdp, vec!["tcp", "udp"]),
        ["0"] if is_suffix => (SegmentProtocol::Zero, vec!["0"]),
        _ => return None,
    })
}

fn ports(texts: &[std::sync::Arc<str>]) -> Option<Vec<(u32, u32)>> {
    let one = |text: &std::sync::Arc<str>| {
        let (from, to) = text.split_once('-').unwrap_or((text, text));
        let (from, to) = (number(from)?, number(to)?);
        (from <= to && to <= 65_535).then_some((from, to))
    };
    texts.iter().map(one).collect()
}

fn is_suffix(destination_type: &str) -> bool {
    destination_type.eq_ignore_ascii_case("dnsSuffix")
}

/// What a segment's fields mean, or which of them is wrong.
fn reach(segment: &ApplicationSegment, protocol: &str) -> Result<(SegmentProtocol, Reach), Refusal> {
    let wrong = |property| Refusal::InvalidSegment { property };
    let (space, interval) = destination(&segment.destination_type, &segment.destination_host)
        .ok_or(wrong(SegmentProperty::DestinationHost))?;
    let (protocol, protocols) =
        protocols(protocol, is_suffix(&segment.destination_type)).ok_or(wrong(SegmentProperty::Protocol))?;
    let ports = ports(&segment.ports).ok_or(wrong(SegmentProperty::Ports))?;
    Ok((protocol, Reach { space, interval, protocols, ports }))
}

impl Reach {
    fn overlaps(&self, other: &Self) -> bool {
        let meet = |one: (u32, u32), other: (u32, u32)| one.0 <= other.1 && other.0 <= one.1;
        self.space == other.space
            && self.interval.0 <= other.interval.1
            && other.interval.0 <= self.interval.1
            && self.protocols.iter().any(|protocol| other.protocols.contains(protocol))
            && (self.ports.is_empty() && other.ports.is_empty()
                || self.ports.iter().any(|one| other.ports.iter().any(|other| meet(*one, *other))))
    }
}

impl Oracle {
    pub(super) fn update_application(&mut self, command: &UpdateApplication) -> Answer {
        let id = command.id;
        let application = self.application(id)?;
        let mut events = vec![];
        if let Some(to) = command.display_name.clone().filter(|to| *to != application.display_name) {
            let from = std::mem::replace(&mut application.display_name, to.clone());
            events.push(Event::ApplicationRenamed { id, from, to });
        }
        if let Some(changes) = &command.properties {
            let (merged, from, to) = merge(&application.properties, changes);
            application.properties = merged;
            if from != to {
                events.push(Event::ApplicationPropertiesUpdated { id, from, to });
            }
        }
        Ok(events)
    }

    pub(super) fn update_profile(&mut self, command: &UpdateProfile) -> Vec<Event> {
        let (merged, from, to) = merge(&self.document.on_premises_publishing_profile, &command.properties);
        self.document.on_premises_publishing_profile = merged;
        if from == to { vec![] } else { vec![Event::ProfileUpdated { from, to }] }
    }

    /// Whose service principal this is.
    fn owner(&self, id: ServicePrincipalId) -> Option<usize> {
        let has = |application: &document::ApplicationDocument| {
            application.service_principal.as_ref().is_some_and(|one| one.id == id)
        };
        self.document.applications.iter().position(has)
    }

    pub(super) fn create_service_principal(&mut self, command: &CreateServicePrincipal) -> Answer {
        let CreateServicePrincipal { id, application, properties } = command.clone();
        let present = self.application(application)?.service_principal.clone();
        if self.owner(id).is_some() {
            return Err(Refusal::AlreadyExists { kind: Kind::ServicePrincipal, id: id.into() });
        }
        if let Some(present) = present {
            return Err(Refusal::ServicePrincipalExists { application, service_principal: present.id });
        }
        let thing = ServicePrincipal { id, properties: properties.unwrap_or_default() };
        self.application(application)?.service_principal = Some(thing.clone());
        Ok(vec![Event::ServicePrincipalCreated(Attached { application, thing })])
    }

    pub(super) fn update_service_principal(&mut self, command: &UpdateServicePrincipal) -> Answer {
        let id = command.id;
        let owner = self.owner(id).ok_or(Refusal::ServicePrincipalNotFound { id })?;
        let present = self.document.applications[owner].service_principal.as_mut().unwrap();
        let (merged, from, to) = merge(&present.properties, &command.properties);
        present.properties = merged;
        Ok(if from == to { vec![] } else { vec![Event::ServicePrincipalUpdated { id, from, to }] })
    }

    pub(super) fn delete_service_principal(&mut self, id: ServicePrincipalId) -> Answer {
        let owner = self.owner(id).ok_or(Refusal::ServicePrincipalNotFound { id })?;
        let application = &mut self.document.applications[owner];
        let thing = application.service_principal.take().unwrap();
        Ok(vec![Event::ServicePrincipalDeleted(Attached { application: application.id, thing })])
    }

    /// Which application has a segment, and where among its segments.
    fn place(&self, id: ApplicationSegmentId) -> Result<(usize, usize), Refusal> {
        let applications = self.document.applications.iter().enumerate();
        let mut found = applications.filter_map(|(owner, application)| {
            Some((owner, application.application_segments.iter().position(|segment| segment.id == id)?))
        });
        found.next().ok_or(Refusal::ApplicationSegmentNotFound { id })
    }

    /// The first other segment that overlaps, application by application.
    fn overlaps_none(&self, id: ApplicationSegmentId, wanted: &Reach) -> Result<(), Refusal> {
        for application in &self.document.applications {
            for other in application.application_segments.iter().filter(|other| other.id != id) {
                if reach(other, other.protocol.as_str())?.1.overlaps(wanted) {
                    return Err(Refusal::SegmentInUse { segment: other.id, application: application.id });
                }
            }
        }
        Ok(())
    }

    pub(super) fn add_segment(&mut self, command: &AddApplicationSegment) -> Answer {
        let AddApplicationSegment { id, application, destination_host, destination_type, .. } = command.clone();
        let default = if is_suffix(&destination_type) { "0" } else { "tcp" };
        let mut thing = ApplicationSegment {
            id,
            destination_host,
            destination_type,
            protocol: SegmentProtocol::Tcp,
            ports: command.ports.clone().unwrap_or_default(),
            properties: command.properties.clone().unwrap_or_default(),
        };
        let (protocol, wanted) = reach(&thing, command.protocol.as_deref().unwrap_or(default))?;
        thing.protocol = protocol;
        self.application(application)?;
        if self.place(id).is_ok() {
            return Err(Refusal::AlreadyExists { kind: Kind::ApplicationSegment, id: id.into() });
        }
        self.published(application)?;
        self.overlaps_none(id, &wanted)?;
        self.application(application)?.application_segments.push(thing.clone());
        Ok(vec![Event::ApplicationSegmentAdded(Box::new(Attached { application, thing }))])
    }

    pub(super) fn update_segment(&mut self, command: &UpdateApplicationSegment) -> Answer {
        let id = command.id;
        let (owner, place) = self.place(id)?;
        let from = self.document.applications[owner].application_segments[place].clone();
        let mut to = from.clone();
        to.destination_host = command.destination_host.clone().unwrap_or(to.destination_host);
        to.destination_type = command.destination_type.clone().unwrap_or(to.destination_type);
        to.ports = command.ports.clone().unwrap_or(to.ports);
        if let Some(changes) = &command.properties {
            to.properties = merge(&to.properties, changes).0;
        }
        let (protocol, wanted) = reach(&to, command.protocol.as_deref().unwrap_or(from.protocol.as_str()))?;
        to.protocol = protocol;
        self.overlaps_none(id, &wanted)?;
        self.document.applications[owner].application_segments[place] = to.clone();
        let event = Event::ApplicationSegmentUpdated { id, from: Box::new(from.clone()), to: Box::new(to.clone()) };
        Ok(if from == to { vec![] } else { vec![event] })
    }

    pub(super) fn remove_segment(&mut self, id: ApplicationSegmentId) -> Answer {
        let (owner, place) = self.place(id)?;
        let application = &mut self.document.applications[owner];
        let thing = Attached { application: application.id, thing: application.application_segments.remove(place) };
        let place = place.try_into().unwrap();
        Ok(vec![Event::ApplicationSegmentRemoved(Box::new(Removed { place, thing }))])
    }
}
