//! Examines the attachments of a message, and what is within them, file by file.

use super::bounds::{Bounds, Budget, Unread};
use super::bytes::stretch;
use super::detect::{Detected, detect};
use super::file::{Active, Disguise, Encryption, ExtractedText, File};
use super::kind::{Family, Kind};
use super::office::Package;
use super::piece::Piece;
use super::{Contents, listing, name, picture, seven_zip};
use crate::mail::{Message, enclosed};

/// Examines every attachment of a message.
pub fn examine(message: &Message, bounds: Bounds) -> Contents {
    let mut examination = Examination { contents: Contents::default(), budget: Budget::new(bounds) };
    for (place, attachment) in message.attachments().iter().enumerate() {
        let origin = Origin {
            attachment: place,
            path: vec![attachment.name.clone()],
            declared: Some(&attachment.declared),
            enclosure: enclosed::is_enclosure(attachment),
        };
        let bytes = message.content(attachment);
        examination.budget.begin(bytes.len());
        let listed = if attachment.nested {
            examination.nested(&origin, &bytes)
        } else {
            examination.file(&origin, &bytes)
        };
        if listed.is_none() {
            break;
        }
    }
    examination.contents
}

/// Examines one file by itself, as if it were the only attachment of a message.
pub fn examine_file(name: &str, bytes: &[u8], bounds: Bounds) -> Contents {
    let mut examination = Examination { contents: Contents::default(), budget: Budget::new(bounds) };
    examination.budget.begin(bytes.len());
    let origin = Origin { attachment: 0, path: vec![name.to_owned()], declared: None, enclosure: false };
    examination.file(&origin, bytes);
    examination.contents
}

/// Where a file comes from.
pub(super) struct Origin<'o> {
    pub attachment: usize,
    pub path: Vec<String>,
    pub declared: Option<&'o str>,
    /// Whether its text is among the message's own.
    pub enclosure: bool,
}

impl Origin<'_> {
    pub(super) fn depth(&self) -> usize {
        self.path.len() - 1
    }

    /// A file within this one.
    pub(super) fn member(&self, name: &str) -> Origin<'static> {
        let mut path = self.path.clone();
        path.push(name.to_owned());
        Origin { attachment: self.attachment, path, declared: None, enclosure: false }
    }
}

/// What was found so far, and what may still be spent.
pub(super) struct Examination {
    pub contents: Contents,
    pub budget: Budget,
}

impl Examination {
    /// Lists a file; `None` if there are too many.
    pub(super) fn list(
        &mut self,
        origin: &Origin<'_>,
        size: u64,
        found: Option<Kind>,
        detected: &Detected,
    ) -> Option<usize> {
        if self.contents.files.len() >= self.budget.bounds.files {
            self.contents.more = true;
            return None;
        }
        let name = origin.path.last().map_or("", String::as_str);
        let extension = name::extension(name);
        let named = Kind::by_extension(&extension);
        let declared = origin.declared.and_then(Kind::by_media_type);
        self.contents.files.push(File {
            attachment: origin.attachment,
            path: origin.path.clone(),
            size,
            disguises: disguises(name, declared, named, found, detected),
            extension,
            declared,
            named,
            found,
            encryption: None,
            active: Vec::new(),
            picture: None,
            pages: None,
            unread: None,
        });
        Some(self.contents.files.len() - 1)
    }

    /// Lists a file whose bytes are not to be had.
    pub(super) fn sealed(
        &mut self,
        origin: &Origin<'_>,
        size: u64,
        encryption: Option<Encryption>,
        why: Unread,
    ) -> Option<()> {
        let index = self.list(origin, size, None, &Detected::default())?;
        self.contents.files[index].encryption = encryption;
        self.contents.files[index].unread = Some(why);
        Some(())
    }

    /// Examines a file and all that is within it; `None` if there are too many to list it.
    pub(super) fn file(&mut self, origin: &Origin<'_>, bytes: &[u8]) -> Option<usize> {
        let mut detected = detect(bytes);
        let index = self.list(origin, bytes.len() as u64, detected.kind, &detected)?;
        let found = detected.kind;
        if let Some(kind) = found {
            self.contents.files[index].picture = picture::picture(kind, bytes);
        }
        let zip = detected.zip.take();
        match (found, zip, detected.compound.take()) {
            (Some(kind), Some(zip), _) if kind.family() == Family::Office => {
                self.office(index, origin, kind, Package { bytes, zip: &zip });
            }
            (_, Some(zip), _) => self.archive(index, origin, bytes, &zip),
            (Some(kind), _, Some(compound)) => self.compound(index, origin, kind, compound),
            (Some(kind), ..) => self.other(index, origin, kind, bytes),
            _ => {}
        }
        if found == Some(Kind::WindowsProgram) && carries_archive(bytes) {
            self.activate(index, &[Active::SelfExtracting]);
        }
        Some(index)
    }

    pub(super) fn other(&mut self, index: usize, origin: &Origin<'_>, kind: Kind, bytes: &[u8]) {
        match kind {
            Kind::Rar => self.listed(index, origin, listing::rar(bytes)),
            Kind::SevenZip => {
                let listing = seven_zip::list(bytes, &mut self.budget);
                self.listed(index, origin, listing);
            }
            Kind::Tar => self.tar(index, origin, bytes),
            Kind::Gzip => self.gzip(index, origin, bytes),
            Kind::Pdf => self.pdf(index, origin, bytes),
            Kind::Rtf => self.rich_text(index, bytes),
            Kind::Tnef => self.tnef(index, origin, bytes),
            Kind::Message => self.message(index, origin, bytes),
            Kind::PlainText if self.contents.files[index].named == Some(Kind::Message) => {
                self.message(index, origin, bytes);
            }
            Kind::EncryptedMail => {
                self.contents.files[index].encryption = Some(Encryption::Mail);
                self.stop(index, Some(Unread::Encrypted));
            }
            _ if matches!(kind.family(), Family::Archive | Family::Disk) => {
                self.stop(index, Some(Unread::Unopened));
            }
            _ => self.text(index, kind, bytes),
        }
    }

    pub(super) fn add(&mut self, index: usize, pieces: Vec<Piece>) {
        self.contents.texts.extend(pieces.into_iter().map(|it| ExtractedText {
            file: index,
            part: it.part,
            form: it.form,
            text: it.text,
            cut: it.cut,
        }));
    }

    /// The first reason stands, but a bomb is one whatever else it is.
    pub(super) fn stop(&mut self, index: usize, why: Option<Unread>) {
        let unread = &mut self.contents.files[index].unread;
        if why == Some(Unread::Bomb) {
            *unread = why;
        }
        *unread = unread.or(why);
    }

    pub(super) fn activate(&mut self, index: usize, active: &[Active]) {
        self.contents.files[index].active.extend_from_slice(active);
    }
}

fn disguises(
    name: &str,
    declared: Option<Kind>,
    named: Option<Kind>,
    found: Option<Kind>,
    detected: &Detected,
) -> Vec<Disguise> {
    let mut disguises = Vec::new();
    if let (Some(named), Some(found)) = (named, found)
        && !named.admits(found)
    {
        disguises.push(if found.is_program() { Disguise::HiddenProgram } else { Disguise::OtherContent });
    }
    if let (Some(declared), Some(found)) = (declared, found)
        && !declared.admits(found)
    {
        disguises.push(Disguise::OtherDeclaration);
    }
    if name::has_double_extension(name) {
        disguises.push(Disguise::DoubleExtension);
    }
    if name::turns_round(name) {
        disguises.push(Disguise::TurnedName);
    }
    if name::is_padded(name) {
        disguises.push(Disguise::PaddedName);
    }
    let appended = matches!(
        found.map(Kind::family),
        Some(Family::Pdf | Family::Picture | Family::Audio | Family::Video | Family::Text)
    );
    if appended && detected.zip.is_some() {
        disguises.push(Disguise::AppendedArchive);
    }
    disguises
}

/// Tells whether an archive follows the code of a program.
fn carries_archive(bytes: &[u8]) -> bool {
    let rest = stretch(bytes, 1_024, usize::MAX);
    [&b"PK\x03\x04"[..], b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07", b"MSCF\0\0\0\0"]
        .iter()
        .any(|it| memchr::memmem::find(rest, it).is_some())
}
