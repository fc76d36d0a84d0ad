//! Which names the server answers to, and that pages of other sites get no answer.
//!
//! A page in a browser may have its own DNS name point to this server's address ("DNS rebinding"). The browser takes this
//! server's answers for answers of that page's site then, and lets the page read them. What gives such a request away is its
//! `Host`, which is the page's name.

use alloc::collections::BTreeSet;
use core::net::{IpAddr, SocketAddr};

use connector_groups::graph;
use hyper::{
    HeaderMap, Method, Request, StatusCode, Uri,
    header::{HOST, ORIGIN},
    http::uri::Authority,
};

/// The names of Graph, of all clouds.
const GRAPHS: [&str; 4] =
    ["graph.microsoft.com", "graph.microsoft.us", "dod-graph.microsoft.us", "microsoftgraph.chinacloudapi.cn"];

/// Those of sign-in and of Azure's management.
const OTHERS: [&str; 9] = [
    "login.microsoftonline.com",
    "login.microsoft.com",
    "login.windows.net",
    "login.microsoftonline.us",
    "login.partner.microsoftonline.cn",
    "login.chinacloudapi.cn",
    "management.azure.com",
    "management.usgovcloudapi.net",
    "management.chinacloudapi.cn",
];

/// The id of Graph as an application, which an audience may be too.
const GRAPH_ID: &str = "00000003-0000-0000-c000-000000000000";

/// The names of Microsoft's services, of all clouds, that the proxy answers for: Graph, sign-in and Azure's management.
pub(crate) fn services() -> impl Iterator<Item = &'static str> {
    GRAPHS.into_iter().chain(OTHERS)
}

/// The names and addresses that a request may be for.
pub(crate) struct Hosts {
    names: BTreeSet<String>,
    /// A server that listens on every address of its machine answers to all addresses: which ones it has may change. An
    /// address cannot be made to point elsewhere, so this opens no way for rebinding.
    accepts_addresses: bool,
}

impl Hosts {
    /// Those of a server that listens here and has these further names.
    pub(crate) fn new(listens: SocketAddr, names: impl IntoIterator<Item = String>) -> Self {
        let mut names: BTreeSet<String> = names.into_iter().map(|name| canonical(&name)).collect();
        let address = listens.ip();
        names.insert(canonical(&address.to_string()));
        // Further names of loopback mean this machine as well, whichever of them a client was given.
        if address.is_loopback() || address.is_unspecified() {
            names.extend(["localhost", "127.0.0.1", "::1"].map(String::from));
        }
        Self { names, accepts_addresses: address.is_unspecified() }
    }

    /// Whether a request is for one of these, or with which status and text it is refused.
    pub(crate) fn check<B>(&self, request: &Request<B>) -> Result<(), (StatusCode, String)> {
        let refused = |status, text: &str| Err((status, text.into()));
        let mut hosts = request.headers().get_all(HOST).iter();
        let (host, further) = (hosts.next(), hosts.next());
        let Some(host) = host else { return refused(StatusCode::BAD_REQUEST, "the header Host is missing") };
        if further.is_some() {
            return refused(StatusCode::BAD_REQUEST, "there is more than one header Host");
        }
        let target = request.uri().authority();
        let host = host.to_str().unwrap_or_default();
        if target.is_none() && self.is_own(host) {
            return Ok(());
        }
        let Ok(host) = host.parse::<Authority>() else {
            return refused(StatusCode::BAD_REQUEST, "the header Host is not a host");
        };
        // A request may name its host in its target too, and then both must be ours: links are made from the target's.
        for authority in [Some(&host), target].into_iter().flatten() {
            if !self.has(authority.host()) {
                let text = format!(
                    "this server does not answer for {}: it may be given further names by --tls-name",
                    authority.host()
                );
                return Err((StatusCode::MISDIRECTED_REQUEST, text));
            }
        }
        Ok(())
    }

    /// Whether a token for this audience is for Graph: by a name of Graph, or by one of this server's own. The root is that
    /// of the request, which a proxy in front may have been asked by.
    pub(crate) fn is_graph(&self, audience: &str, root: &str) -> bool {
        let uri: Option<Uri> = audience.parse().ok();
        let Some(uri) = uri.filter(|uri| matches!(uri.scheme_str(), Some("http" | "https")) && uri.path() == "/")
        else {
            return audience.eq_ignore_ascii_case(GRAPH_ID);
        };
        let host = canonical(uri.host().unwrap_or_default());
        // Where there is a proxy, the names of all services are this server's own.
        if services().any(|service| service == host) {
            return GRAPHS.contains(&host.as_str());
        }
        self.has(&host) || root.parse().is_ok_and(|root: Uri| root.host().is_some_and(|own| canonical(own) == host))
    }

    /// Whether a host is one of these names as they stand here, with or without a port: what nearly every client sends, and
    /// needs no closer look.
    fn is_own(&self, host: &str) -> bool {
        let (name, port) = host.split_once(':').unwrap_or((host, "0"));
        !port.is_empty() && port.bytes().all(|digit| digit.is_ascii_digit()) && self.names.contains(name)
    }

    fn has(&self, host: &str) -> bool {
        let host = canonical(host);
        self.names.contains(&host) || self.accepts_addresses && host.parse::<IpAddr>().is_ok()
    }
}

/// Scheme and host of a request that [`Hosts::check`] let pass, without a slash behind them: those of the request, or those
/// that a trusted proxy in front was asked by, which [`check_forwarded`] let pass.
pub(crate) fn root<B>(request: &Request<B>, options: &graph::Options) -> String {
    let uri = request.uri();
    let host = request.headers().get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let host = uri.authority().map_or(host, Authority::as_str);
    let scheme = uri.scheme().unwrap_or(&options.scheme).as_str();
    let told = |name| forwarded(request.headers(), name).filter(|_| options.trusts_forwarded_headers);
    format!("{}://{}", told(FORWARDED_PROTO).unwrap_or(scheme), told(FORWARDED_HOST).unwrap_or(host))
}

const FORWARDED_PROTO: &str = "x-forwarded-proto";
const FORWARDED_HOST: &str = "x-forwarded-host";

/// What the outermost proxy was asked by: each one adds its own behind.
fn forwarded<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name).map(|value| value.to_str().unwrap_or("?").split(',').next().unwrap_or_default().trim())
}

/// Refuses forwarded headers that are none, so that no link is made of them.
pub(crate) fn check_forwarded(headers: &HeaderMap) -> Result<(), &'static str> {
    if forwarded(headers, FORWARDED_PROTO).is_some_and(|scheme| !["http", "https"].contains(&scheme)) {
        return Err("the header X-Forwarded-Proto is neither http nor https");
    }
    if forwarded(headers, FORWARDED_HOST).is_some_and(|host| host.parse::<Authority>().is_err()) {
        return Err("the header X-Forwarded-Host is not a host");
    }
    Ok(())
}

/// In lower case, without the brackets of an IPv6 address and without the dot at the end of a full name.
fn canonical(host: &str) -> String {
    let host = host.trim_end_matches('.');
    let host = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    host.to_ascii_lowercase()
}

/// Whether a browser sends this request for a page of another site.
///
/// `Sec-Fetch-Site` is written by the browser, and no page can change or drop it. Browsers that do not send it send `Origin`
/// with every request of a page that is no plain GET. A person who follows a link to the emulator's page is not meant: such
/// a request shows the page to that person and to no other site.
pub(crate) fn is_cross_site(method: &Method, headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = text("sec-fetch-site") {
        let is_visit = *method == Method::GET
            && text("sec-fetch-mode") == Some("navigate")
            && text("sec-fetch-dest") == Some("document");
        return !(matches!(site, "same-origin" | "none") || is_visit);
    }
    headers.get(ORIGIN).is_some_and(|origin| {
        let origin = origin.to_str().ok().and_then(|origin| origin.split_once("://")).map(|(_, authority)| authority);
        origin.is_none() || origin != text("host")
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test stops where it fails")]

    use super::*;

    fn status(hosts: &Hosts, host: &str) -> u16 {
        let request = Request::get("/").header(HOST, host).body(()).unwrap();
        hosts.check(&request).map_or_else(|(status, _)| status.as_u16(), |()| 200)
    }

    #[test]
    fn a_server_answers_to_its_own_names_only() {
        let hosts = Hosts::new("127.0.0.1:80".parse().unwrap(), [String::from("Emulator.Test")]);
        for host in ["127.0.0.1:8080", "LOCALHOST", "[::1]:80", "emulator.test:443", "emulator.test."] {
            assert_eq!(status(&hosts, host), 200, "{host}");
        }
        for host in ["evil.test", "127.0.0.1.evil.test", "192.0.2.1", "graph.microsoft.com"] {
            assert_eq!(status(&hosts, host), 421, "{host}");
        }
        assert_eq!(status(&hosts, "a b"), 400);
        let hosts = Hosts::new("0.0.0.0:80".parse().unwrap(), []);
        assert_eq!(status(&hosts, "192.0.2.1:9"), 200);
        assert_eq!(status(&hosts, "evil.test"), 421);
        let hosts = Hosts::new("192.0.2.1:80".parse().unwrap(), []);
        assert_eq!((status(&hosts, "192.0.2.1"), status(&hosts, "localhost")), (200, 421));
    }

    #[test]
    fn the_host_of_the_target_is_checked_as_well() {
        let hosts = Hosts::new("127.0.0.1:80".parse().unwrap(), []);
        let request = Request::get("http://evil.test/").header(HOST, "localhost").body(()).unwrap();
        assert_eq!(hosts.check(&request).unwrap_err().0, StatusCode::MISDIRECTED_REQUEST);
        let request = Request::get("/").body(()).unwrap();
        assert_eq!(hosts.check(&request).unwrap_err().0, StatusCode::BAD_REQUEST);
    }

    #[test]
    fn an_audience_is_graph_by_its_names_and_by_the_servers_own() {
        let hosts = Hosts::new("127.0.0.1:80".parse().unwrap(), services().map(String::from));
        assert!(hosts.is_graph("https://forwarded.test/", "https://forwarded.test:8443"));
        assert!(hosts.is_graph("http://[::1]:9", "http://localhost"));
        assert!(!hosts.is_graph("https://forwarded.test", "https://localhost"));
        // Whatever the request came to: Azure's management has no routes of Graph.
        assert!(!hosts.is_graph("https://management.azure.com", "https://management.azure.com"));
    }

    #[test]
    fn a_page_of_another_site_is_told_from_a_client() {
        let check = |method: Method, headers: &[(&'static str, &str)]| {
            let mut map = HeaderMap::new();
            map.insert("host", "localhost:80".parse().unwrap());
            for (name, value) in headers {
                map.insert(*name, value.parse().unwrap());
            }
            is_cross_site(&method, &map)
        };
        assert!(!check(Method::POST, &[]), "no browser");
        assert!(!check(Method::GET, &[("sec-fetch-site", "same-origin")]));
        assert!(!check(Method::GET, &[("sec-fetch-site", "none")]));
        assert!(check(Method::GET, &[("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "cors")]));
        assert!(check(Method::GET, &[("sec-fetch-site", "same-site"), ("sec-fetch-mode", "no-cors")]));
        let visit = [("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "document")];
        assert!(!check(Method::GET, &visit));
        assert!(check(Method::POST, &visit), "a form that another site sends");
        let frame = [("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "iframe")];
        assert!(check(Method::GET, &frame));
        let script = [("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "cors"), ("sec-fetch-dest", "document")];
        assert!(check(Method::GET, &script), "what is no visit is no visit, whatever it says that it is for");
        assert!(check(Method::POST, &[("origin", "https://evil.test")]));
        assert!(check(Method::POST, &[("origin", "null")]));
        assert!(!check(Method::POST, &[("origin", "http://localhost:80")]));
    }
}
