//! Lists, page by page.

use alloc::{boxed::Box, format, string::String, vec::Vec};
use core::cmp::Ordering;

use serde_json::{Map, Value};

use super::{
    super::{
        answer::Reply,
        call::Call,
        entity::{Entity, object},
        error::{Code, Error},
        route::Version,
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

/// The page of a list that a query asks for.
pub(in super::super) fn page<'a, T: Entity<'a> + 'a>(
    source: &Source<'a, T>,
    call: &Call<'_>,
    version: Version,
    query: &Query,
    context: &str,
) -> Result<Reply, Error> {
    let shape = query.shape(T::SCHEMA, false)?;
    let filter = query.filter(T::SCHEMA)?;
    let order = query.order(T::SCHEMA)?;
    let size = query.number("top")?.unwrap_or(call.options.page_size);
    if size == 0 || size > call.options.page_size_max.max(call.options.page_size) {
        let reason = format!("is not between 1 and {}", call.options.page_size_max);
        return Err(invalid("top", query.get("top").unwrap_or_default(), &reason));
    }
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
    body.insert("@odata.context".into(), format!("{}{}", context, suffix(&shape.select)).into());
    if is_counted {
        let count = if filter.is_some() { source.all().filter(holds).count() } else { source.total };
        body.insert("@odata.count".into(), count.into());
    }
    if let Some(last) = things.last().filter(|_| has_more) {
        let link = format!("{}{}?{}", call.root, call.path, query.behind(&last.key()));
        body.insert("@odata.nextLink".into(), link.into());
    }
    let things = things.into_iter().map(|thing| Value::Object(object(thing, &shape, call, version)));
    body.insert("value".into(), things.collect());
    Ok(Reply::ok(body.into()))
}

/// How many things of a list a query means.
pub(in super::super) fn count<'a, T: Entity<'a> + 'a>(source: &Source<'a, T>, query: &Query) -> Result<usize, Error> {
    let filter = query.filter(T::SCHEMA)?;
    Ok(filter.map_or(source.total, |filter| source.all().filter(|thing| filter.holds(*thing)).count()))
}

/// What a selection adds to the context of an answer.
pub(in super::super) fn suffix(select: &Option<Vec<&'static str>>) -> String {
    select.as_ref().map_or_else(String::new, |names| format!("({})", names.join(",")))
}

fn compared<'a, T: Entity<'a>>(one: T, other: T, order: &[(&'static str, bool)]) -> Ordering {
    order.iter().fold(Ordering::Equal, |so_far, (name, is_downwards)| {
        so_far.then_with(|| {
            let ordering = one.property(name).cmp(&other.property(name));
            if *is_downwards { ordering.reverse() } else { ordering }
        })
    })
}
