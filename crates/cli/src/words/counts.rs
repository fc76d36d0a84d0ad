//! Numbers of things, and lists too long to be told.

/// "1 application", "2 applications", "0 entries".
pub(crate) fn count(number: usize, noun: &str) -> String {
    match (number, noun.strip_suffix('y')) {
        (1, _) => format!("1 {noun}"),
        (_, Some(stem)) => format!("{number} {stem}ies"),
        (_, None) => format!("{number} {noun}s"),
    }
}

/// The first few of a long list, and how many more there are.
pub(super) fn listed(texts: impl Iterator<Item = String>, length: usize, separator: &str) -> String {
    const FEW: usize = 5;
    let mut few: Vec<String> = texts.take(FEW).collect();
    if let Some(more) = length.checked_sub(FEW).filter(|more| *more > 0) {
        few.push(format!("and {more} more"));
    }
    few.join(separator)
}
