//! A tenant on the page as a picture, and what would be without one of its connectors.

use connector_groups::{
    ConnectorId, Tenant,
    impact::Loss,
    picture::{Picture, PictureOptions},
    view::ConnectorGroupView,
};

use super::html::{Escaped, Html, Name, label};
use crate::words::count;

/// More groups are left out of the picture, and counted.
const GROUPS_MAX: usize = 40;
/// More circles would not fit beside a name; the label tells how many there are.
const CONNECTORS_MAX: usize = 24;

/// One row a group: its connectors as circles, filled where they are active, then its name and how it is served.
pub(super) fn picture(tenant: &Tenant) -> Html {
    let mut html = back(tenant, "Picture");
    let id = tenant.id();
    html.add(format_args!("<h1>Picture of tenant <code>{id}</code></h1>"));
    html.add(format_args!("<p>A filled circle is an active connector, an empty one is inactive."));
    html.add(format_args!("<ul class=picture>"));
    for group in tenant.connector_groups().take(GROUPS_MAX) {
        html.add(format_args!("<li><a href=\"/?tenant={id}&amp;group={}\">{}</a> ", group.id(), Name(group)));
        circles(&mut html, group);
        let applications = usize::try_from(group.applications_count()).unwrap_or(usize::MAX);
        html.add(format_args!(" → {}, {}", count(applications, "application"), label(group.availability())));
    }
    html.add(format_args!("</ul>"));
    // A picture of a thousand groups shows nothing.
    let more = tenant.connector_groups().skip(GROUPS_MAX).count();
    if more > 0 {
        html.add(format_args!("<p>{more} more groups are in the tenant's table."));
    }
    let picture = Picture::of_tenant(tenant, &PictureOptions::default());
    let mermaid = picture.mermaid().to_string();
    html.add(format_args!(
        "<details><summary>As Mermaid</summary><pre tabindex=0>{}</pre></details>",
        Escaped(&mermaid)
    ));
    html
}

fn circles(html: &mut Html, group: ConnectorGroupView<'_>) {
    let (active, all) = (group.active_connectors_count(), group.connectors_count());
    let shown = group.members().take(CONNECTORS_MAX).count();
    html.add(format_args!(
        "<svg role=img aria-label=\"{active} of {all} connectors active\" width={} height=16>",
        shown.saturating_mul(16).max(1)
    ));
    for (connector, number) in group.members().take(CONNECTORS_MAX).zip(0_u32..) {
        let class = if connector.is_active() { "on" } else { "off" };
        let x = number.saturating_mul(16).saturating_add(8);
        html.add(format_args!("<circle class={class} cx={x} cy=8 r=6>"));
        html.add(format_args!("<title>{}</title></circle>", Escaped(connector.machine_name())));
    }
    html.add(format_args!("</svg>"));
}

/// What would be if a connector failed; `None` where there is none.
pub(super) fn without(tenant: &Tenant, connector: ConnectorId) -> Option<Html> {
    let view = tenant.connector(connector)?;
    let impact = tenant.what_if(&Loss::Connector(connector))?;
    let mut html = back(tenant, "What if");
    html.add(format_args!("<h1>What if {} failed?</h1>", Escaped(view.machine_name())));
    let (gone, risky) = (impact.become_unavailable().count(), impact.become_at_risk().count());
    if impact.is_empty() {
        html.add(format_args!("<p>Nothing would change for any application."));
    } else {
        html.add(format_args!(
            "<p>{} would be unavailable, and {risky} would depend on the last connector of their group.",
            count(gone, "application")
        ));
    }
    html.head(format_args!("Connector groups that it would change"), &["Name", "Now", "Then"]);
    for change in impact.connector_groups() {
        let served = |group: Option<ConnectorGroupView<'_>>| group.map_or("", |group| label(group.availability()));
        let name = change.before.or(change.after).map_or("", |group| group.name().as_str());
        let (now, then) = (served(change.before), served(change.after));
        html.add(format_args!("<tr><td>{}<td>{now}<td>{then}</tr>", Escaped(name)));
    }
    html.add(format_args!("</table>"));
    let table = Picture::of_impact(&impact, &PictureOptions::default()).table().to_string();
    html.add(format_args!("<details><summary>As text</summary><pre tabindex=0>{}</pre></details>", Escaped(&table)));
    Some(html)
}

fn back(tenant: &Tenant, title: &str) -> Html {
    let mut html = Html::new(title, "<nav aria-label=Pages><a href=\"/\">Tenants</a> · ");
    html.add(format_args!("<a href=\"/?tenant={0}\">{0}</a></nav>", tenant.id()));
    html
}
