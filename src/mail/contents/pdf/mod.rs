//! PDF documents: what they carry, whether they are encrypted, and the text of their pages.

mod file;
mod filter;
mod font;
mod glyph;
mod object;
mod page;
mod password;
mod state;

use encoding_rs::{UTF_16BE, WINDOWS_1252};

use super::bounds::{Budget, Unread};
use super::file::{Active, Encryption};
use super::piece::Piece;
use file::PdfFile;
use object::Object;
use page::Pages;

/// Files within one document that are looked at.
const MAX_EMBEDDED: usize = 100;

/// What was read of a document.
#[derive(Debug, Default)]
pub(super) struct Pdf {
    pub encryption: Option<Encryption>,
    pub active: Vec<Active>,
    pub pages: usize,
    pub text: Option<Piece>,
    /// The names and bytes of the files within it.
    pub files: Vec<(String, Vec<u8>)>,
    pub unread: Option<Unread>,
}

/// Reads a document; any bytes have a reading.
pub(super) fn read(bytes: &[u8], budget: &mut Budget) -> Pdf {
    let mut file = PdfFile::open(bytes, budget);
    let mut pdf = Pdf::default();
    if file.encrypted {
        let open = file.opens_without_password();
        pdf.encryption = Some(if open { Encryption::PdfRights } else { Encryption::Pdf });
    }
    if file.names(b"/JS") || file.names(b"/JavaScript") {
        pdf.active.push(Active::Script);
    }
    if file.names(b"/Launch") {
        pdf.active.push(Active::Launch);
    }
    if file.names(b"/EmbeddedFile") || file.names(b"/EF") {
        pdf.active.push(Active::Embedded);
    }
    if file.encrypted {
        pdf.unread = Some(Unread::Encrypted);
        return pdf;
    }
    if pdf.active.contains(&Active::Embedded) {
        embedded(&mut file, &mut pdf, budget);
    }
    let pages = Pages::read(&mut file, budget);
    pdf.pages = pages.count;
    pdf.text = Some(pages.piece);
    pdf.unread = file.unread;
    pdf
}

/// The files that file specifications embed (ISO 32000-1, 7.11.4).
fn embedded(file: &mut PdfFile<'_>, pdf: &mut Pdf, budget: &mut Budget) {
    for number in file.numbers_with(b"/EF").into_iter().take(MAX_EMBEDDED) {
        let specification = file.object(number);
        let streams = file.entry(&specification, b"EF");
        let stream = [&b"UF"[..], b"F"].iter().find_map(|key| match streams.get(key) {
            Object::Reference(number) => Some(*number),
            _ => None,
        });
        let Some(stream) = stream else { continue };
        let name = [&b"UF"[..], b"F"].iter().find_map(|key| match file.entry(&specification, key) {
            Object::String(name) => Some(text_string(&name)),
            _ => None,
        });
        let bytes = file.stream(stream, budget);
        pdf.files.push((name.unwrap_or_default(), bytes));
    }
}

/// UTF-16 with its mark, or bytes much like Windows-1252 (7.9.2.2).
fn text_string(bytes: &[u8]) -> String {
    match bytes {
        [0xfe, 0xff, rest @ ..] => UTF_16BE.decode_without_bom_handling(rest).0.into_owned(),
        [0xef, 0xbb, 0xbf, rest @ ..] => String::from_utf8_lossy(rest).into_owned(),
        _ => WINDOWS_1252.decode_without_bom_handling(bytes).0.into_owned(),
    }
}
