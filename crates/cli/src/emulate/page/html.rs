//! Documents of HTML: tables of so many rows, and text that stays text.

use core::fmt::{self, Arguments, Display, Write};

use connector_groups::{Availability, view::ConnectorGroupView};

/// More than these go to further pages.
const ROWS_MAX: usize = 100;
pub(super) const STYLE_PATH: &str = "/_page/style.css";

/// A document up to some place in it.
pub(super) struct Html(String);

impl Html {
    pub(super) fn new(title: &str, body: &str) -> Self {
        Self(format!(
            "<!doctype html><html lang=en><meta charset=utf-8><title>{} · connector groups</title>\
             <meta name=viewport content=\"width=device-width\"><link rel=icon href=\"data:,\">\
             <link rel=stylesheet href=\"{STYLE_PATH}\"><main>{body}",
            Escaped(title)
        ))
    }

    /// Whatever comes from a tenant comes [`Escaped`]; ids, times and numbers have nothing to escape.
    pub(super) fn add(&mut self, html: Arguments<'_>) {
        // A `String` takes whatever is written.
        _ = self.0.write_fmt(html);
    }

    pub(super) fn number(&mut self, number: &impl Display) {
        self.add(format_args!("<td>{number}"));
    }

    /// A table's caption and head. Cells have no end tags, as HTML allows.
    pub(super) fn head(&mut self, caption: Arguments<'_>, columns: &[&str]) {
        self.add(format_args!("<table><caption>{caption}</caption><thead><tr>"));
        for column in columns {
            self.add(format_args!("<th scope=col>{column}"));
        }
        self.0.push_str("<tbody>");
    }

    /// One page of a table's rows, the table's end, and the way to the next page where there is one.
    pub(super) fn rows<T: Copy>(
        &mut self,
        things: impl Iterator<Item = T>,
        row: impl Fn(&mut Self, T),
        next: impl Fn(T) -> String,
    ) {
        // One more than is shown is looked at, and none beyond: a list of a million is no dearer than its first page.
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

    pub(super) fn end(mut self) -> Vec<u8> {
        self.0.push_str("</main></html>\n");
        self.0.into_bytes()
    }
}

/// A group's name, and whether it is the default.
pub(super) struct Name<'a>(pub(super) ConnectorGroupView<'a>);

impl Display for Name<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let default = if self.0.is_default() { " <span class=badge>default</span>" } else { "" };
        write!(formatter, "{}{default}", Escaped(self.0.name().as_str()))
    }
}

pub(super) fn label(availability: Availability) -> &'static str {
    match availability {
        Availability::Unavailable => "<span class=\"state bad\">unavailable</span>",
        Availability::AtRisk => "<span class=\"state poor\">at risk</span>",
        Availability::HighlyAvailable => "<span class=\"state good\">highly available</span>",
    }
}

/// Text as text, inside an element or a quoted attribute.
pub(super) struct Escaped<'a>(pub(super) &'a str);

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
