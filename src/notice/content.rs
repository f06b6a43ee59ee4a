//! What a letter says, before it has a form: the plain text and the HTML say the same.

use super::Class;

/// A letter without its form. Every text is plain and may hold anything; the forms escape and
/// wrap it.
#[derive(Debug)]
pub(super) struct Content {
    pub(super) class: Class,
    /// The name of the class in words.
    pub(super) label: String,
    pub(super) subject: String,
    pub(super) paragraphs: Vec<String>,
    pub(super) sections: Vec<Section>,
    pub(super) footer: String,
}

/// A heading and its list.
#[derive(Debug)]
pub(super) struct Section {
    pub(super) heading: String,
    /// Each item a few lines: what it says, then what belongs to it.
    pub(super) items: Vec<Vec<String>>,
}
