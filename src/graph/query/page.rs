//! Lists, page by page.

use alloc::{borrow::Cow, boxed::Box, format, string::String, vec::Vec};
use core::cmp::Ordering;

use super::{
    super::{
        call::Call,
        entity::{Entity, Property},
        error::{Code, Error, shortened},
        reply::Reply,
        source::Source,
        writer::{self, Object},
    },
    Filter, Queries, Query, Scope,
};

/// Where a page begins, as the token of the page before tells it: behind the last thing that was shown. Where that is gone,
/// at what stood next to it: whoever deletes page by page follows such links.
#[derive(Clone, Copy)]
struct Anchor<'q> {
    last: &'q str,
    next: Option<&'q str>,
}

impl<'q> Anchor<'q> {
    fn of(token: &'q str) -> Self {
        let (last, next) = token.split_once(',').map_or((token, None), |(last, next)| (last, Some(next)));
        Self { last, next }
    }
}

/// What a query asks of a page. Read apart from it, as that is compiled once for each kind of thing.
struct Asked<'q> {
    filter: Option<Filter>,
    order: Vec<(Cow<'static, str>, bool)>,
    size: usize,
    skip: usize,
    /// Where the page begins.
    anchor: Option<Anchor<'q>>,
    is_counted: bool,
}

impl<'q> Asked<'q> {
    fn of(query: &'q Query, call: &Call<'_>, scope: Scope<'_>) -> Result<Self, Error> {
        let filter = query.filter(scope)?;
        let order = query.order(scope)?;
        let size = match query.number("top")? {
            None => call.options.page_size.max(1),
            Some(size) if (1..=call.options.page_size_max).contains(&size) => size,
            Some(_) => {
                let (asked, max) = (shortened(query.get("top").unwrap_or_default(), 64), call.options.page_size_max);
                let text = format!("Invalid page size specified: '{asked}'. Must be between 1 and {max} inclusive.");
                return Err(Error::new(Code::UnsupportedQuery, &text));
            }
        };
        let skip = query.number("skip")?.unwrap_or(0);
        let anchor = query.get("skiptoken").map(Anchor::of);
        let is_counted = query.flag("count")?
            && match scope.queries {
                Queries::All => true,
                // In silence: the service answers without the count.
                Queries::Basic | Queries::Eventual => false,
                // The first page has it, and no other.
                Queries::Advanced => anchor.is_none(),
            };
        Ok(Self { filter, order, size, skip, anchor, is_counted })
    }
}

/// The page of a list that a query asks for, each thing as it is to be shown. `$top` is the size of a page, as in Graph's
/// directory: a link leads on while there is more.
pub(in super::super) fn page<'a, T: Entity<'a> + 'a>(
    source: &Source<'a, T>,
    call: &Call<'_>,
    query: &Query,
    scope: Scope<'_>,
    context: &str,
    write: impl Fn(&mut Vec<u8>, T),
) -> Result<Reply, Error> {
    let Asked { filter, order, size, skip, anchor, is_counted } = Asked::of(query, call, scope)?;
    let expired =
        || Error::new(Code::ExpiredPageToken, "The thing behind which this page begins is gone, and the next one.");
    let chosen = Chosen::new(source, filter.as_ref());
    let begun = anchor.filter(|_| order.is_empty()).and_then(|anchor| source.behind(anchor.last));
    let behind: Box<dyn Iterator<Item = T>> = match (anchor, begun) {
        (None, _) if order.is_empty() => chosen.all(),
        (_, Some(begun)) => Box::new(begun.filter(|thing| chosen.has(thing))),
        _ => {
            // An order that is not the list's own needs the whole list for every page, and so does one whose token names what
            // is gone. Creation order, which nearly every client takes, does not get here.
            let all = ordered(chosen.all(), &order);
            let place = |id: &str| all.iter().position(|thing| thing.key() == id);
            let start = anchor.map(|anchor| {
                let behind = place(anchor.last).map(|place| place.saturating_add(1));
                behind.or_else(|| place(anchor.next?)).ok_or_else(expired)
            });
            Box::new(all.into_iter().skip(start.transpose()?.unwrap_or(0)))
        }
    };
    // Behind the token first, then `$skip`: with a token, `$skip` was done on the first page, and the link drops it.
    let mut wanted = behind.skip(skip);
    let things: Vec<T> = wanted.by_ref().take(size).collect();
    let mut out = Vec::with_capacity(512);
    let mut object = Object::begin(&mut out);
    writer::text(object.known("@odata.context"), context);
    if is_counted {
        object.member("@odata.count", &chosen.count());
    }
    // Looked for and not computed from counts: with a filter nobody knows the count without a pass over the list.
    if let (Some(next), Some(last)) = (wanted.next(), things.last()) {
        let token = format!("{},{}", last.key(), next.key());
        let link = format!("{}{}?{}", call.root, call.path, query.behind(&token));
        writer::text(object.known("@odata.nextLink"), &link);
    }
    writer::list(object.known("value"), things, write);
    object.end();
    Ok(Reply::ok(out))
}

/// How many things of a list a query means.
pub(in super::super) fn count<'a, T: Entity<'a> + 'a>(
    source: &Source<'a, T>,
    query: &Query,
    scope: Scope<'_>,
) -> Result<usize, Error> {
    let filter = query.filter(scope)?;
    Ok(Chosen::new(source, filter.as_ref()).count())
}

/// What a selection adds to the context of an answer.
pub(in super::super) fn suffix(select: Option<&[Cow<'static, str>]>) -> String {
    select.map_or_else(String::new, |names| format!("({})", names.join(",")))
}

/// The things of a list of which a filter holds.
struct Chosen<'s, 'a, T> {
    source: &'s Source<'a, T>,
    filter: Option<&'s Filter>,
}

impl<'s, 'a, T: Entity<'a> + 'a> Chosen<'s, 'a, T> {
    const fn new(source: &'s Source<'a, T>, filter: Option<&'s Filter>) -> Self {
        Self { source, filter }
    }

    fn has(&self, thing: &T) -> bool {
        self.filter.is_none_or(|filter| filter.holds(*thing))
    }

    /// All of them; where the filter asks for a key, without a look at the others.
    fn all(&self) -> Box<dyn Iterator<Item = T> + '_> {
        let Some(filter) = self.filter else { return self.source.all() };
        match filter.sought(&|property, text| self.source.few(property, text)) {
            Some(few) => Box::new(few.into_iter().filter(|thing| filter.holds(*thing))),
            None => Box::new(self.source.all().filter(|thing| filter.holds(*thing))),
        }
    }

    fn count(&self) -> usize {
        // The length of a list is kept; only a filter makes counting a pass.
        if self.filter.is_some() { self.all().count() } else { self.source.total }
    }
}

/// Things in an order: each property up or down, and what has the same stays in creation order.
fn ordered<'a, T: Entity<'a>>(things: impl Iterator<Item = T>, order: &[(Cow<'static, str>, bool)]) -> Vec<T> {
    let things: Vec<T> = things.collect();
    // Each thing is asked once for what it is ordered by, not at each of the comparisons of the sort.
    let values = |thing: &T| order.iter().map(|(name, _)| thing.property(name)).collect();
    let places = places(things.iter().map(values).collect(), order);
    places.into_iter().filter_map(|place| things.get(place).copied()).collect()
}

/// The places of things, by their values, in an order. Knows no things, so that there is one sort for all kinds of them.
fn places(values: Vec<Vec<Property<'_>>>, order: &[(Cow<'static, str>, bool)]) -> Vec<usize> {
    let mut placed: Vec<_> = values.into_iter().enumerate().collect();
    placed.sort_by(|(_, one), (_, other)| {
        let pairs = one.iter().zip(other).zip(order);
        pairs.fold(Ordering::Equal, |so_far, ((one, other), (_, is_downwards))| {
            so_far.then_with(|| if *is_downwards { other.compare(one) } else { one.compare(other) })
        })
    });
    placed.into_iter().map(|(place, _)| place).collect()
}
