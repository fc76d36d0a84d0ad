//! Which operation of the wire a request asks for.

/// The one of these, each a method and a route, that a path with its version is at.
pub(crate) fn operation_at<'k>(
    known: &'k [(String, String)],
    method: &str,
    path: &str,
) -> Option<&'k (String, String)> {
    let fitting = known.iter().filter(|(known, route)| *known == method && is_at(path, route));
    // A word of the path is that word, where it could be an id or a property too.
    fitting.min_by_key(|(_, route)| route.matches('{').count())
}

/// Whether a path without its version is at a route.
fn is_at(path: &str, route: &str) -> bool {
    let path = path.replace("('", "/").replace("')", "");
    let mut segments = path.split('/').filter(|segment| !segment.is_empty()).skip(1);
    let mut known = route.split('/').filter(|segment| !segment.is_empty());
    let fits = known.by_ref().all(|known| {
        segments.next().is_some_and(|segment| {
            known.eq_ignore_ascii_case(segment) || known.starts_with('{') && !segment.starts_with('$')
        })
    });
    fits && segments.next().is_none()
}
