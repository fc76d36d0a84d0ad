//! A page to look at: tenants, groups, members, applications and how they are served. It reads and changes nothing, needs no
//! script, and keeps long lists to a page each.

mod html;
mod journal;
mod tenant;

use core::str::FromStr;
use std::sync::Mutex;

use connector_groups::{
    Directory, Tenant,
    view::{ApplicationView, ConnectorGroupView, ConnectorView},
};
use hyper::{
    Response, StatusCode, Uri,
    header::{self, HeaderValue},
};

use self::html::{Escaped, Html, Name, STYLE_PATH, label};
use crate::emulate::{calls::journal::Journal, http::answer::response};

const STYLE: &str = include_str!("style.css");
/// No script at all: should a name ever get through the escaping, it still could do nothing.
const SECURITY_POLICY: &str = "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; \
                               form-action 'none'; frame-ancestors 'none'";

pub(crate) fn is_at(path: &str) -> bool {
    path == "/" || path == STYLE_PATH
}

/// The page that a URL asks for: all tenants; with `tenant=`, its groups; with `group=` too, what is in that one. Further
/// pages of a list are behind an id.
pub(crate) fn answer(directory: &Directory, journal: &Mutex<Journal>, uri: &Uri) -> Response<Vec<u8>> {
    if uri.path() == STYLE_PATH {
        return response(StatusCode::OK, "text/css; charset=utf-8", STYLE.into());
    }
    let (status, html) = match page(directory, journal, uri.query().unwrap_or_default()) {
        Some(html) => (StatusCode::OK, html),
        None => (StatusCode::NOT_FOUND, Html::new("Not found", "<h1>There is no such thing (any more)</h1>")),
    };
    let mut response = response(status, "text/html; charset=utf-8", html.end());
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(SECURITY_POLICY));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}

/// `None` where the query names what there is not.
fn page(directory: &Directory, journal: &Mutex<Journal>, query: &str) -> Option<Html> {
    // All values are ids, in which nothing is escaped.
    let value = |name: &str| {
        let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        pairs.find(|(key, _)| *key == name).map(|(_, value)| value)
    };
    if let Some(part) = query.split('&').find(|part| *part == "journal" || *part == "journal=live") {
        return Some(journal::page(journal, part == "journal=live"));
    }
    // What a link names may be gone by the time that somebody follows it: each step may end in "not found".
    let Some(tenant) = value("tenant") else { return tenants(directory, value("after")) };
    let tenant = directory.tenant(tenant.parse().ok()?)?;
    if let Some(lost) = value("lost") {
        return tenant::without(tenant, lost.parse().ok()?);
    }
    if query.split('&').any(|part| part == "picture") {
        return Some(tenant::picture(tenant));
    }
    let Some(group) = value("group") else { return groups(tenant, value("after")) };
    let group = tenant.connector_group(group.parse().ok()?)?;
    members(tenant, group, value("members"), value("applications"))
}

fn tenants(directory: &Directory, after: Option<&str>) -> Option<Html> {
    let mut html =
        Html::new("Tenants", "<nav aria-label=Pages><a href=\"/?journal\">Journal</a></nav><h1>Tenants</h1>");
    if directory.tenants_count() == 0 {
        html.add(format_args!(
            "<p>There is none: start with <code>--seed</code>, or send a <code>createTenant</code>."
        ));
    }
    html.head(
        format_args!("Tenants: {}", directory.tenants_count()),
        &["Tenant", "Default region", "Time", "Connector groups", "Connectors", "Applications"],
    );
    let row = |html: &mut Html, tenant: &Tenant| {
        html.add(format_args!("<td><a href=\"/?tenant={0}\"><code>{0}</code></a>", tenant.id()));
        html.add(format_args!("<td>{}<td>{}", Escaped(tenant.default_region().as_str()), tenant.now()));
        html.number(&tenant.connector_groups_count());
        html.number(&tenant.connectors_count());
        html.number(&tenant.applications_count());
    };
    let tenants = from(after, directory.tenants(), |id| directory.tenants_after(id))?;
    html.rows(tenants, row, |last| format!("/?after={}", last.id()));
    Some(html)
}

fn groups(tenant: &Tenant, after: Option<&str>) -> Option<Html> {
    let id = tenant.id();
    let mut html = Html::new(
        "Connector groups",
        "<nav aria-label=Pages><a href=\"/\">Tenants</a> · <a href=\"/?journal\">Journal</a>",
    );
    html.add(format_args!(
        " · <a href=\"/?tenant={id}&amp;picture\">Picture</a></nav><h1>Tenant <code>{id}</code></h1><dl>"
    ));
    html.add(format_args!("<dt>Default region<dd>{}", Escaped(tenant.default_region().as_str())));
    html.add(format_args!("<dt>Time<dd>{}", tenant.now()));
    html.add(format_args!("<dt>Connectors<dd>{}", tenant.connectors_count()));
    let published: u64 = tenant.connector_groups().map(|group| u64::from(group.applications_count())).sum();
    html.add(format_args!("<dt>Applications<dd>{}, {published} published</dl>", tenant.applications_count()));
    html.head(
        format_args!("Connector groups: {}", tenant.connector_groups_count()),
        &["Name", "Type", "Region", "Connectors", "Active", "Applications", "Availability"],
    );
    let row = |html: &mut Html, group: ConnectorGroupView<'_>| {
        html.add(format_args!("<td><a href=\"/?tenant={id}&amp;group={}\">{}</a>", group.id(), Name(group)));
        html.add(format_args!("<td>{}", Escaped(group.connector_group_type().as_str())));
        html.add(format_args!("<td>{}", Escaped(group.region().as_str())));
        html.number(&group.connectors_count());
        html.number(&group.active_connectors_count());
        html.number(&group.applications_count());
        html.add(format_args!("<td>{}", label(group.availability())));
    };
    let groups = from(after, tenant.connector_groups(), |id| tenant.connector_groups_after(id))?;
    html.rows(groups, row, |last| format!("/?tenant={id}&amp;after={}", last.id()));
    Some(html)
}

fn members(
    tenant: &Tenant,
    group: ConnectorGroupView<'_>,
    members_after: Option<&str>,
    applications_after: Option<&str>,
) -> Option<Html> {
    let here = format!("/?tenant={}&amp;group={}", tenant.id(), group.id());
    let mut html = Html::new(
        group.name().as_str(),
        "<nav aria-label=Pages><a href=\"/\">Tenants</a> · <a href=\"/?journal\">Journal</a> · ",
    );
    html.add(format_args!("<a href=\"/?tenant={0}\">{0}</a></nav><h1>{1}</h1><dl>", tenant.id(), Name(group)));
    html.add(format_args!("<dt>Id<dd><code>{}</code>", group.id()));
    html.add(format_args!("<dt>Region<dd>{}", Escaped(group.region().as_str())));
    html.add(format_args!("<dt>Availability<dd>{}</dl>", label(group.availability())));

    html.head(
        format_args!("Members: {}", group.connectors_count()),
        &["Machine", "External IP", "Version", "If it failed", "Status"],
    );
    let row = |html: &mut Html, connector: ConnectorView<'_>| {
        let (class, status) = if connector.is_active() { ("good", "active") } else { ("bad", "inactive") };
        html.add(format_args!("<td>{}<td>{}", Escaped(connector.machine_name()), Escaped(connector.external_ip())));
        html.add(format_args!("<td>{}", Escaped(connector.version())));
        let (tenant, id, machine) = (tenant.id(), connector.id(), Escaped(connector.machine_name()));
        html.add(format_args!(
            "<td><a href=\"/?tenant={tenant}&amp;lost={id}\" aria-label=\"What if {machine} failed\">what if?</a>"
        ));
        html.add(format_args!("<td><span class=\"state {class}\">{status}</span>"));
    };
    let members = from(members_after, group.members(), |id| group.members_after(id))?;
    html.rows(members, row, |last| format!("{here}&amp;members={}", last.id()));

    html.head(
        format_args!("Applications: {}", group.applications_count()),
        &["Name", "External URL", "Internal URL", "Availability"],
    );
    let row = |html: &mut Html, application: ApplicationView<'_>| {
        html.add(format_args!("<td>{}", Escaped(application.display_name())));
        let publishing = application.on_premises_publishing();
        let urls = publishing.map(|publishing| [publishing.external_url, publishing.internal_url]);
        for url in urls.into_iter().flatten() {
            html.add(format_args!("<td class=url>{}", Escaped(url.as_deref().unwrap_or_default())));
        }
        html.add(format_args!("<td>{}", application.availability().map_or("", label)));
    };
    let applications = from(applications_after, group.applications(), |id| group.applications_after(id))?;
    html.rows(applications, row, |last| format!("{here}&amp;applications={}", last.id()));
    Some(html)
}

/// All, or those behind the id in this text; `None` where it is none, or nothing has it.
fn from<'a, Id: FromStr, T, Behind: Iterator<Item = T> + 'a>(
    after: Option<&str>,
    all: impl Iterator<Item = T> + 'a,
    behind: impl FnOnce(Id) -> Option<Behind>,
) -> Option<Box<dyn Iterator<Item = T> + 'a>> {
    match after {
        None => Some(Box::new(all)),
        Some(text) => Some(Box::new(behind(text.parse().ok()?)?)),
    }
}
