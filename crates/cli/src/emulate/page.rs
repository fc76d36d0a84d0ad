//! A page to look at: tenants, groups, members, applications and how they are served. It reads and changes nothing, needs no
//! script, and keeps long lists to a page each.

use core::{
    fmt::{self, Arguments, Display, Write},
    str::FromStr,
};

use connector_groups::{
    Availability, Directory, Tenant,
    view::{ApplicationView, ConnectorGroupView, ConnectorView},
};
use hyper::{
    Response, StatusCode, Uri,
    header::{self, HeaderValue},
};

use super::service::response;

/// More than these go to further pages.
const ROWS_MAX: usize = 100;
const STYLE_PATH: &str = "/_page/style.css";
const STYLE: &str = include_str!("style.css");
const SECURITY_POLICY: &str = "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; \
                               form-action 'none'; frame-ancestors 'none'";

pub(crate) fn is_at(path: &str) -> bool {
    path == "/" || path == STYLE_PATH
}

/// The page that a URL asks for: all tenants; with `tenant=`, its groups; with `group=` too, what is in that one. Further
/// pages of a list are behind an id.
pub(crate) fn answer(directory: &Directory, uri: &Uri) -> Response<Vec<u8>> {
    if uri.path() == STYLE_PATH {
        return response(StatusCode::OK, "text/css; charset=utf-8", STYLE.into());
    }
    let (status, html) = match page(directory, uri.query().unwrap_or_default()) {
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
fn page(directory: &Directory, query: &str) -> Option<Html> {
    let value = |name: &str| {
        let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        pairs.find(|(key, _)| *key == name).map(|(_, value)| value)
    };
    let Some(tenant) = value("tenant") else { return tenants(directory, value("after")) };
    let tenant = directory.tenant(tenant.parse().ok()?)?;
    let Some(group) = value("group") else { return groups(tenant, value("after")) };
    let group = tenant.connector_group(group.parse().ok()?)?;
    members(tenant, group, value("members"), value("applications"))
}

fn tenants(directory: &Directory, after: Option<&str>) -> Option<Html> {
    let mut html = Html::new("Tenants", "<h1>Tenants</h1>");
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
    let mut html = Html::new("Connector groups", "<nav><a href=\"/\">Tenants</a></nav>");
    html.add(format_args!("<h1>Tenant <code>{id}</code></h1><dl>"));
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
    let mut html = Html::new(group.name().as_str(), "<nav><a href=\"/\">Tenants</a> · ");
    html.add(format_args!("<a href=\"/?tenant={0}\">{0}</a></nav><h1>{1}</h1><dl>", tenant.id(), Name(group)));
    html.add(format_args!("<dt>Id<dd><code>{}</code>", group.id()));
    html.add(format_args!("<dt>Region<dd>{}", Escaped(group.region().as_str())));
    html.add(format_args!("<dt>Availability<dd>{}</dl>", label(group.availability())));

    html.head(format_args!("Members: {}", group.connectors_count()), &["Machine", "External IP", "Version", "Status"]);
    let row = |html: &mut Html, connector: ConnectorView<'_>| {
        let (class, status) = if connector.is_active() { ("good", "active") } else { ("bad", "inactive") };
        html.add(format_args!("<td>{}<td>{}", Escaped(connector.machine_name()), Escaped(connector.external_ip())));
        html.add(format_args!("<td>{}", Escaped(connector.version())));
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

/// A document up to some place in it.
struct Html(String);

impl Html {
    fn new(title: &str, body: &str) -> Self {
        Self(format!(
            "<!doctype html><html lang=en><meta charset=utf-8><title>{} · connector groups</title>\
             <meta name=viewport content=\"width=device-width\"><link rel=icon href=\"data:,\">\
             <link rel=stylesheet href=\"{STYLE_PATH}\"><main>{body}",
            Escaped(title)
        ))
    }

    /// Whatever comes from a tenant comes [`Escaped`]; ids, times and numbers have nothing to escape.
    fn add(&mut self, html: Arguments<'_>) {
        // A `String` takes whatever is written.
        _ = self.0.write_fmt(html);
    }

    fn number(&mut self, number: &impl Display) {
        self.add(format_args!("<td>{number}"));
    }

    fn head(&mut self, caption: Arguments<'_>, columns: &[&str]) {
        self.add(format_args!("<table><caption>{caption}</caption><thead><tr>"));
        for column in columns {
            self.add(format_args!("<th scope=col>{column}"));
        }
        self.0.push_str("<tbody>");
    }

    /// One page of a table's rows, the table's end, and the way to the next page where there is one.
    fn rows<T: Copy>(
        &mut self,
        things: impl Iterator<Item = T>,
        row: impl Fn(&mut Self, T),
        next: impl Fn(T) -> String,
    ) {
        let mut things = things.peekable();
        let mut last = None;
        for thing in things.by_ref().take(ROWS_MAX) {
            self.0.push_str("<tr>");
            row(self, thing);
            self.0.push_str("</tr>\n");
            last = Some(thing);
        }
        self.0.push_str("</table>");
        if let (Some(_), Some(last)) = (things.peek(), last) {
            self.add(format_args!("<p><a rel=next href=\"{}\">Next {ROWS_MAX}</a>", next(last)));
        }
    }

    fn end(mut self) -> Vec<u8> {
        self.0.push_str("</main></html>\n");
        self.0.into_bytes()
    }
}

/// A group's name, and whether it is the default.
struct Name<'a>(ConnectorGroupView<'a>);

impl Display for Name<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let default = if self.0.is_default() { " <span class=badge>default</span>" } else { "" };
        write!(formatter, "{}{default}", Escaped(self.0.name().as_str()))
    }
}

fn label(availability: Availability) -> &'static str {
    match availability {
        Availability::Unavailable => "<span class=\"state bad\">unavailable</span>",
        Availability::AtRisk => "<span class=\"state poor\">at risk</span>",
        Availability::HighlyAvailable => "<span class=\"state good\">highly available</span>",
    }
}

/// Text as text, inside an element or a quoted attribute.
struct Escaped<'a>(&'a str);

impl Display for Escaped<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.chars().try_for_each(|letter| match letter {
            '&' => formatter.write_str("&amp;"),
            '<' => formatter.write_str("&lt;"),
            '>' => formatter.write_str("&gt;"),
            '"' => formatter.write_str("&quot;"),
            '\'' => formatter.write_str("&#39;"),
            _ => formatter.write_char(letter),
        })
    }
}
