//! Reads a `$search`: clauses in double quotes, joined by `AND` and `OR`.

use alloc::{string::String, vec::Vec};

use super::{
    super::{
        super::error::{Code, Error},
        Queries, Scope,
        filter::{Filter, Operand, Start},
        words::words,
    },
    Asked, Compared, Parser, read,
};

/// The properties that a search takes apart into words.
const SEARCHED: &[&str] = &["displayName", "description"];

/// Reads a search in the properties of a type.
///
/// By the [page on searches](https://learn.microsoft.com/en-us/graph/search-query-parameter): `"displayName:Web"`, each clause
/// in double quotes with the property that it searches. Those of [`SEARCHED`] are searched by words, any other text by its
/// start.
pub(in super::super) fn search(text: &str, scope: Scope<'_>) -> Result<Filter, Error> {
    match scope.queries {
        Queries::All => Err(Error::new(Code::UnknownOption, "The query option '$search' is not supported here.")),
        Queries::Basic => {
            let text = "Request with $search query parameter only works through MSGraph with a special request header: \
                        'ConsistencyLevel: eventual'";
            Err(Error::new(Code::UnsupportedQuery, text))
        }
        Queries::Eventual | Queries::Advanced => read(text, Asked::Search, scope),
    }
}

impl Parser<'_, '_> {
    /// `"displayName:Web"`. Within the quotes a backslash stands before a quote and before another backslash.
    pub(super) fn clause(&mut self) -> Result<Filter, Error> {
        self.expect("\"")?;
        let mut text = String::new();
        let mut letters = self.rest.char_indices();
        let end = loop {
            match letters.next() {
                Some((end, '"')) => break end,
                Some((_, '\\')) => text.extend(letters.next().map(|(_, letter)| letter)),
                Some((_, letter)) => text.push(letter),
                None => return Err(self.refused("a quote is not closed")),
            }
        };
        self.advance(end.saturating_add(1));
        let (name, sought) =
            text.split_once(':').ok_or_else(|| self.refused("a clause is a property, ':' and a text"))?;
        let (path, of) = self.path(name.trim())?;
        if !matches!(of, Compared::Text | Compared::Unknown) {
            return Err(self.refused("it searches in texts"));
        }
        let is_searched = matches!(&path.start, Start::Property(name) if SEARCHED.contains(&&**name));
        if !is_searched {
            return Ok(Filter::StartsWith(Operand::Path(path), Operand::Text(sought.into())));
        }
        let words: Vec<String> = words(sought).map(String::from).collect();
        // Nothing would be found by no words, or everything: the page does not say.
        if words.is_empty() { Err(self.refused("a clause has no text")) } else { Ok(Filter::Words(path, words)) }
    }
}
