//! Figures as people read them.

/// A time with its unit, three digits.
pub(crate) fn time(nanoseconds: f64) -> String {
    let (number, unit) = match nanoseconds {
        small if small < 1e3 => (small, "ns"),
        medium if medium < 1e6 => (medium / 1e3, "µs"),
        large if large < 1e9 => (large / 1e6, "ms"),
        huge => (huge / 1e9, "s"),
    };
    format!("{} {unit}", digits(number))
}

pub(crate) fn digits(number: f64) -> String {
    match number {
        small if small < 9.995 => format!("{small:.2}"),
        medium if medium < 99.95 => format!("{medium:.1}"),
        large => grouped(&format!("{large:.0}")),
    }
}

/// A number with a comma before every three digits.
fn grouped(digits: &str) -> String {
    let letter = |(place, letter): (usize, char)| {
        let comma = (place > 0 && (digits.len() - place).is_multiple_of(3)).then_some(',');
        comma.into_iter().chain([letter])
    };
    digits.chars().enumerate().flat_map(letter).collect()
}

pub(crate) fn size(applications: u32) -> String {
    grouped(&applications.to_string())
}
