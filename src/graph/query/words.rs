//! The words by which a `$search` finds a text. The directory has no "contains": it takes texts apart, and compares words.

use alloc::{borrow::Cow, string::String, vec::Vec};

/// The words of a text: between spaces, and parted where letters, digits and symbols meet, or a capital letter follows a small
/// one. Each symbol is a word of its own.
pub(super) fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split_whitespace().flat_map(|part| {
        let mut rest = part;
        core::iter::from_fn(move || {
            let mut pairs = rest.chars().zip(rest.char_indices().skip(1));
            let end = pairs.find(|(one, (_, next))| are_apart(*one, *next)).map(|(_, (end, _))| end);
            let (word, behind) = rest.split_at_checked(end.unwrap_or(rest.len()))?;
            rest = behind;
            (!word.is_empty()).then_some(word)
        })
    })
}

fn are_apart(one: char, next: char) -> bool {
    let kind = |letter: char| (letter.is_alphanumeric(), letter.is_ascii_digit());
    kind(one) != kind(next) || !one.is_alphanumeric() || one.is_ascii_lowercase() && next.is_ascii_uppercase()
}

/// Whether a text has all these words, or longer ones that begin with them, in any order and any ASCII case. What only symbols
/// part is one word more, so that `helloworld` finds `hello-world`.
pub(super) fn all_in(wanted: &[String], text: &str) -> bool {
    let mut found: Vec<Cow<'_, str>> = words(text).map(Cow::Borrowed).collect();
    for part in text.split_whitespace() {
        let joined: String = part.chars().filter(|letter| letter.is_alphanumeric()).collect();
        if joined.len() < part.len() {
            found.push(joined.into());
        }
    }
    wanted.iter().all(|wanted| {
        let mut starts = found.iter().filter_map(|word| word.get(..wanted.len()));
        starts.any(|start| start.eq_ignore_ascii_case(wanted))
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        /// Nothing of a text is lost but its spaces, and a text has its own words, in any case and to any letter of them.
        #[test]
        fn a_text_has_its_words(text in "[ a-cA-C1-3.()李ä]{0,20}", last in any::<prop::sample::Index>()) {
            let all: Vec<String> = words(&text).map(String::from).collect();
            prop_assert_eq!(all.concat(), text.split_whitespace().collect::<String>());
            prop_assert!(all.iter().all(|word| !word.is_empty()));
            prop_assert!(!all_in(&[all.concat(), "x".into()], &text));
            prop_assert!(all_in(&all, &text));
            if !all.is_empty() {
                let word = &all[last.index(all.len())];
                let start: String = word.chars().take(1).collect();
                prop_assert!(all_in(&[start.to_ascii_lowercase(), word.to_ascii_uppercase()], &text));
            }
        }
    }
}
