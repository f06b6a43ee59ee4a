//! What is inside the attachments of a message: every file to its bounds, and its text.
//!
//! Facts for rules, and no judgement: a file may be a program, encrypted and disguised at once.
//! Whatever the bytes are, there is an answer; what was not looked into says why.

mod bounds;
mod bytes;
mod cells;
mod detect;
mod documents;
mod examine;
mod file;
mod inflate;
mod kind;
mod listing;
mod lzfu;
mod messages;
mod name;
mod number_format;
mod office;
mod old_sheet;
mod ole;
mod open_document;
mod opening;
mod outlook;
mod pdf;
mod picture;
mod piece;
mod reading;
mod rtf;
mod script;
mod seven_zip;
mod sheet;
mod tar;
mod text;
pub(super) mod tnef;
mod xml;
mod zip;

pub use bounds::{Bounds, Unread};
pub use examine::{examine, examine_file};
pub use file::{Active, Disguise, Encryption, ExtractedText, File, TextKind};
pub use kind::{Family, Kind};
pub use picture::Picture;

/// What is inside the attachments of one message.
#[derive(Clone, Debug, Default)]
pub struct Contents {
    /// Attachments in order, each followed by the files within it.
    pub files: Vec<File>,
    /// In the order of their files.
    pub texts: Vec<ExtractedText>,
    /// Whether there are more files than were listed.
    pub more: bool,
}

impl Contents {
    /// Tells whether anything expands out of all proportion.
    pub fn has_bomb(&self) -> bool {
        self.files.iter().any(|it| it.unread == Some(Unread::Bomb))
    }

    /// The texts of one of the files.
    pub fn texts_of(&self, file: usize) -> impl Iterator<Item = &ExtractedText> {
        self.texts.iter().filter(move |it| it.file == file)
    }

    /// What a person calls the place of a text: `trip.zip/list.xlsx, sheet Year 9`.
    pub fn place(&self, text: &ExtractedText) -> String {
        let place = self.files.get(text.file).map(File::place).unwrap_or_default();
        if text.part.is_empty() { place } else { format!("{place}, {}", text.part) }
    }
}
