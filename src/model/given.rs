//! A name or a region as a caller gave it, which may be invalid.

use alloc::{string::String, sync::Arc};
use core::{fmt, ops::Deref};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{group::Name, region::Region};

/// A text that should be a `T`, a [`Name`] or a [`Region`], as it was given.
///
/// A command can carry an invalid text. Whether a text is valid is a rule, so the answer is a refusal
/// (`blankName`, `invalidRegion`) and not an error in reading. A caller with a valid value gives that
/// value; all others give a text.
///
/// ```
/// use connector_groups::{Region, model::Given};
///
/// let region = Given::<Region>::from("EUR");
/// assert_eq!(region.value(), Some(&Region::eur()));
/// assert_eq!(region.as_str(), "EUR"); // as it was given
/// assert_eq!(Given::<Region>::from("").value(), None);
/// ```
#[derive(Clone)]
pub struct Given<T> {
    text: Arc<str>,
    /// The value of the text, read once when the text is given; `None` if the text is invalid.
    value: Option<T>,
}

/// A type of value that a text can stand for.
pub trait Meaning: Sized {
    /// The value of a text; `None` where it is none.
    fn read(text: &str) -> Option<Self>;
    /// The text of a value.
    fn text(&self) -> &str;
}

impl Meaning for Name {
    fn read(text: &str) -> Option<Self> {
        Self::new(text)
    }

    fn text(&self) -> &str {
        self.as_str()
    }
}

impl Meaning for Region {
    fn read(text: &str) -> Option<Self> {
        Self::new(text)
    }

    fn text(&self) -> &str {
        self.as_str()
    }
}

impl<T> Given<T> {
    /// The text, as it was given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The text, as it was given, shared.
    pub(crate) const fn text(&self) -> &Arc<str> {
        &self.text
    }

    /// The value; `None` if the text is invalid.
    #[must_use]
    pub const fn value(&self) -> Option<&T> {
        self.value.as_ref()
    }
}

impl<T: Meaning> From<Arc<str>> for Given<T> {
    fn from(text: Arc<str>) -> Self {
        // Read once, where the text is given: a command is decided more often than it is made, by plans, dry runs and
        // every try of a search.
        let value = T::read(&text);
        Self { text, value }
    }
}

impl<T: Meaning> From<&str> for Given<T> {
    fn from(text: &str) -> Self {
        Self::from(<Arc<str>>::from(text))
    }
}

impl<T: Meaning> From<String> for Given<T> {
    fn from(text: String) -> Self {
        Self::from(<Arc<str>>::from(text))
    }
}

impl From<Name> for Given<Name> {
    fn from(name: Name) -> Self {
        Self { text: name.text().into(), value: Some(name) }
    }
}

impl From<Region> for Given<Region> {
    fn from(region: Region) -> Self {
        Self { text: region.text().into(), value: Some(region) }
    }
}

impl<T> Deref for Given<T> {
    type Target = str;

    fn deref(&self) -> &str {
        &self.text
    }
}

/// Equal where the texts are: the meaning follows from the text.
impl<T> PartialEq for Given<T> {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl<T> Eq for Given<T> {}

impl<T> fmt::Debug for Given<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.text, formatter)
    }
}

impl<T> fmt::Display for Given<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

impl<T> Serialize for Given<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl<'de, T: Meaning> Deserialize<'de> for Given<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        <Arc<str>>::deserialize(deserializer).map(Self::from)
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use super::*;

    #[test]
    fn a_value_is_given_by_its_own_text() {
        let name = Given::from(Name::new("Branch offices").unwrap());
        assert_eq!((name.as_str(), name.to_string().as_str()), ("Branch offices", "Branch offices"));
        assert_eq!(Given::from(Region::eur()).as_str(), "eur");
    }

    /// One region in two spellings: they mean the same, and were not given the same.
    #[test]
    fn two_are_equal_where_their_texts_are() {
        let given = Given::<Region>::from;
        assert_eq!(given("eur"), given("eur"));
        assert_ne!(given("eur"), given("EUR"));
    }
}
