//! Lists, page by page.

use alloc::{boxed::Box, format, string::String, vec::Vec};
use core::cmp::Ordering;

use serde_json::{Map, Value};

use super::{
    super::{
        answer::Reply,
        call::Call,
        entity::Entity,
        error::{Code, Error},
    },
    Query, invalid,
};

/// A list of a tenant in creation order: how long it is, and its things, all or those behind an id. There are none where
/// the tenant has no such id.
pub(in super::super) struct Source<'a, T> {
    pub(in super::super) total: usize,
    pub(in super::super) things: Box<Things<'a, T>>,
}

type Things<'a, T> = dyn Fn(Option<&str>) -> Option<Box<dyn Iterator<Item = T> + 'a>> + 'a;

impl<T> Source<'_, T> {
    fn all(&self) -> impl Iterator<Item = T> {
        (self.things)(None).into_iter().flatten()
    }
}

/// The page of a list that a query asks for, each thing as it is to be shown. `$top` is the size of a page, as in Graph's
/// directory: a link leads on while there is more.
pub(in super::super) fn page<'a, T: Entity<'a> + 'a>(
    source: &Source<'a, T>,
    call: &Call<'_>,
    query: &Query,
    context: String,
    show: impl Fn(T) -> Value,
) -> Result<Reply, Error> {
    let filter = query.filter(T::SCHEMA)?;
    let order = query.order(T::SCHEMA)?;
    let size = match query.number("top")? {
        None => call.options.page_size.max(1),
        Some(size) if (1..=call.options.page_size_max).contains(&size) => size,
        Some(_) => {
            let reason = format!("is not between 1 and {}", call.options.page_size_max);
            return Err(invalid("top", query.get("top").unwrap_or_default(), &reason));
        }
    };
    let skip = query.number("skip")?.unwrap_or(0);
    let is_counted = query.flag("count")?;
    let holds = |thing: &T| filter.as_ref().is_none_or(|filter| filter.holds(*thing));

    let anchor = query.get("skiptoken");
    let expired = || Error::new(Code::ExpiredPageToken, "The thing behind which this page begins is gone.");
    let behind: Box<dyn Iterator<Item = T>> = if order.is_empty() {
        Box::new((source.things)(anchor).ok_or_else(expired)?)
    } else {
        let mut all: Vec<T> = source.all().collect();
        all.sort_by(|one, other| compared(*one, *other, &order));
        let start = match anchor {
            None => 0,
            Some(id) => all.iter().position(|thing| thing.key() == id).ok_or_else(expired)?.saturating_add(1),
        };
        Box::new(all.into_iter().skip(start))
    };
    let mut wanted = behind.filter(holds).skip(skip);
    let things: Vec<T> = wanted.by_ref().take(size).collect();
    let has_more = wanted.next().is_some();

    let mut body = Map::new();
    body.insert("@odata.context".into(), context.into());
    if is_counted {
        let count = if filter.is_some() { source.all().filter(holds).count() } else { source.total };
        body.insert("@odata.count".into(), count.into());
    }
    if let Some(last) = things.last().filter(|_| has_more) {
        let link = format!("{}{}?{}", call.root, call.path, query.behind(&last.key()));
        body.insert("@odata.nextLink".into(), link.into());
    }
    body.insert("value".into(), things.into_iter().map(show).collect());
    Ok(Reply::ok(body.into()))
}

/// How many things of a list a query means.
pub(in super::super) fn count<'a, T: Entity<'a> + 'a>(source: &Source<'a, T>, query: &Query) -> Result<usize, Error> {
    let filter = query.filter(T::SCHEMA)?;
    Ok(filter.map_or(source.total, |filter| source.all().filter(|thing| filter.holds(*thing)).count()))
}

/// What a selection adds to the context of an answer.
pub(in super::super) fn suffix(select: Option<&[&'static str]>) -> String {
    select.map_or_else(String::new, |names| format!("({})", names.join(",")))
}

fn compared<'a, T: Entity<'a>>(one: T, other: T, order: &[(&'static str, bool)]) -> Ordering {
    order.iter().fold(Ordering::Equal, |so_far, (name, is_downwards)| {
        so_far.then_with(|| {
            let ordering = one.property(name).cmp(&other.property(name));
            if *is_downwards { ordering.reverse() } else { ordering }
        })
    })
}
