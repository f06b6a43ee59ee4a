//! Examines the attachments of a message, and what is within them, file by file.

use super::bounds::{Bounds, Budget, Unread};
use super::bytes::stretch;
use super::detect::{Detected, detect};
use super::file::{Active, Disguise, Encryption, ExtractedText, File, TextKind};
use super::kind::{Family, Kind};
use super::listing::Listing;
use super::office::{self, Package};
use super::ole::{Compound, package};
use super::piece::Piece;
use super::tnef::Body;
use super::xml::{Node, walk};
use super::zip::Directory;
use super::{Contents, inflate, listing, name, old_sheet, open_document, outlook, pdf, picture, rtf, seven_zip, sheet, tar, text, tnef, zip};
use crate::mail::{Message, enclosed, html};

/// How many bytes a character of a text takes at most, tags and all; more are not decoded.
const BYTES_A_CHARACTER: usize = 8;

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
        if attachment.nested {
            // What is attached to it is listed by itself.
            let index = examination.list(&origin, attachment.size as u64, Some(Kind::Message), &Detected::default());
            if index.is_none() {
                break;
            }
            continue;
        }
        let bytes = message.content(attachment);
        examination.budget.begin(bytes.len());
        if examination.file(&origin, &bytes).is_none() {
            break;
        }
    }
    examination.contents
}

/// Where a file comes from.
struct Origin<'o> {
    attachment: usize,
    path: Vec<String>,
    declared: Option<&'o str>,
    /// Whether its text is among the message's own.
    enclosure: bool,
}

impl Origin<'_> {
    fn depth(&self) -> usize {
        self.path.len() - 1
    }

    /// A file within this one.
    fn member(&self, name: &str) -> Origin<'static> {
        let mut path = self.path.clone();
        path.push(name.to_owned());
        Origin { attachment: self.attachment, path, declared: None, enclosure: false }
    }
}

struct Examination {
    contents: Contents,
    budget: Budget,
}

impl Examination {
    /// Lists a file; `None` if there are too many.
    fn list(&mut self, origin: &Origin<'_>, size: u64, found: Option<Kind>, detected: &Detected) -> Option<usize> {
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
    fn sealed(&mut self, origin: &Origin<'_>, size: u64, encryption: Option<Encryption>, why: Unread) -> Option<()> {
        let index = self.list(origin, size, None, &Detected::default())?;
        self.contents.files[index].encryption = encryption;
        self.contents.files[index].unread = Some(why);
        Some(())
    }

    /// Examines a file and all that is within it; `None` if there are too many to list it.
    fn file(&mut self, origin: &Origin<'_>, bytes: &[u8]) -> Option<usize> {
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

    fn other(&mut self, index: usize, origin: &Origin<'_>, kind: Kind, bytes: &[u8]) {
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

    // Files within files.

    /// Tells whether what is within this file is still looked at; says so if it is not.
    fn may_open(&mut self, index: usize, origin: &Origin<'_>) -> bool {
        let open = origin.depth() < self.budget.bounds.depth;
        if !open {
            self.stop(index, Some(Unread::TooDeep));
        }
        open
    }

    /// Examines a file within another; `false` if there are too many to go on.
    fn member(&mut self, index: usize, origin: &Origin<'_>, bytes: &[u8], why: Option<Unread>) -> bool {
        match self.file(origin, bytes) {
            Some(member) => {
                self.stop(member, why);
                if why == Some(Unread::Bomb) {
                    self.stop(index, why);
                }
                true
            }
            None => {
                self.stop(index, Some(Unread::TooMany));
                false
            }
        }
    }

    fn archive(&mut self, index: usize, origin: &Origin<'_>, bytes: &[u8], zip: &Directory) {
        self.contents.files[index].encryption = zip.entries.iter().find_map(|it| it.encryption);
        if zip.entries.is_empty() && bytes.len() > 22 {
            self.stop(index, Some(Unread::Damaged));
        }
        if zip.more {
            self.stop(index, Some(Unread::TooMany));
        }
        if !zip.entries.is_empty() && self.may_open(index, origin) {
            self.members(index, origin, Package { bytes, zip }, |_| true);
        }
    }

    fn members(
        &mut self,
        index: usize,
        origin: &Origin<'_>,
        package: Package<'_>,
        wanted: impl Fn(&zip::Entry) -> bool,
    ) {
        for entry in package.zip.entries.iter().filter(|it| !it.is_folder() && wanted(it)) {
            let origin = origin.member(&entry.name);
            let (bytes, why) = zip::read(package.bytes, entry, &mut self.budget);
            let listed = match why {
                Some(why) if bytes.is_empty() => {
                    self.sealed(&origin, entry.size, entry.encryption, why).is_some()
                }
                why => {
                    self.member(index, &origin, &bytes, why)
                }
            };
            if why == Some(Unread::Bomb) {
                self.stop(index, why);
            }
            if !listed {
                self.stop(index, Some(Unread::TooMany));
                return;
            }
        }
    }

    /// Lists the members of an archive that is not opened.
    fn listed(&mut self, index: usize, origin: &Origin<'_>, listing: Listing) {
        self.contents.files[index].encryption = listing.encryption;
        let sealed = matches!(listing.encryption, Some(Encryption::RarNames | Encryption::SevenZipNames));
        self.stop(index, Some(if sealed { Unread::Encrypted } else { Unread::Unopened }));
        if listing.members.is_empty() || !self.may_open(index, origin) {
            return;
        }
        for member in listing.members {
            let why = if member.encryption.is_some() { Unread::Encrypted } else { Unread::Unopened };
            if self.sealed(&origin.member(&member.name), member.size, member.encryption, why).is_none() {
                self.stop(index, Some(Unread::TooMany));
                return;
            }
        }
    }

    fn tar(&mut self, index: usize, origin: &Origin<'_>, bytes: &[u8]) {
        if !self.may_open(index, origin) {
            return;
        }
        for member in tar::members(bytes) {
            let why = self.budget.expand(member.bytes.len()).err();
            let bytes = if why.is_some() { &[][..] } else { member.bytes };
            if !self.member(index, &origin.member(&member.name), bytes, why) {
                return;
            }
        }
    }

    fn gzip(&mut self, index: usize, origin: &Origin<'_>, bytes: &[u8]) {
        if !self.may_open(index, origin) {
            return;
        }
        let (inner, why) = inflate::inflate(bytes, inflate::Wrapping::Gzip, &mut self.budget);
        let name = origin.path.last().map_or("", String::as_str);
        let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
        let name = if self.contents.files[index].extension == "tgz" { format!("{stem}.tar") } else { stem.to_owned() };
        self.member(index, &origin.member(&name), &inner, why);
    }

    fn pdf(&mut self, index: usize, origin: &Origin<'_>, bytes: &[u8]) {
        let pdf = pdf::read(bytes, &mut self.budget);
        if pdf.encrypted {
            self.contents.files[index].encryption = Some(Encryption::Pdf);
        } else {
            self.contents.files[index].pages = Some(pdf.pages);
        }
        self.activate(index, &pdf.active);
        self.stop(index, pdf.unread);
        if let Some(piece) = pdf.text {
            let mut pieces = Vec::new();
            piece.keep(&mut pieces, &mut self.budget);
            self.add(index, pieces);
        }
        if pdf.files.is_empty() || !self.may_open(index, origin) {
            return;
        }
        for (name, bytes) in pdf.files {
            if !self.member(index, &origin.member(&name), &bytes, None) {
                return;
            }
        }
    }

    fn tnef(&mut self, index: usize, origin: &Origin<'_>, bytes: &[u8]) {
        if let Err(why) = self.budget.expand(bytes.len()) {
            self.stop(index, Some(why));
            return;
        }
        let message = tnef::read(bytes);
        if !origin.enclosure {
            self.body(index, &message.subject, message.body);
        }
        if message.files.is_empty() || !self.may_open(index, origin) {
            return;
        }
        for file in message.files {
            let member = Origin { declared: Some(&file.declared), ..origin.member(&file.name) };
            if !self.member(index, &member, &file.bytes, None) {
                return;
            }
        }
    }

    fn message(&mut self, index: usize, origin: &Origin<'_>, bytes: &[u8]) {
        if let Err(why) = self.budget.expand(bytes.len()) {
            self.stop(index, Some(why));
            return;
        }
        let message = Message::parse(bytes.to_vec());
        let mut prose = Piece::new("", TextKind::Prose, self.budget.text_left());
        prose.push(message.subject());
        prose.end_line();
        for part in message.texts() {
            prose.push(&part.text);
            prose.end_line();
        }
        let mut pieces = Vec::new();
        prose.keep(&mut pieces, &mut self.budget);
        self.add(index, pieces);
        if message.attachments().is_empty() || !self.may_open(index, origin) {
            return;
        }
        for attachment in message.attachments() {
            let member = Origin { declared: Some(&attachment.declared), ..origin.member(&attachment.name) };
            let bytes = message.content(attachment);
            let why = self.budget.expand(bytes.len()).err();
            let bytes = if why.is_some() { &[][..] } else { &bytes[..] };
            if !self.member(index, &member, bytes, why) {
                return;
            }
        }
    }

    // Documents.

    fn office(&mut self, index: usize, origin: &Origin<'_>, kind: Kind, package: Package<'_>) {
        let budget = &mut self.budget;
        let open = matches!(kind, Kind::OpenText | Kind::OpenSheet | Kind::OpenSlides);
        let encryption = if open { open_document::encryption(package, budget) } else { None };
        self.contents.files[index].encryption = encryption;
        let active = if open { open_document::active(package) } else { office::active(package, budget) };
        let (pieces, unread) = match kind {
            _ if encryption.is_some() => (Vec::new(), Some(Unread::Encrypted)),
            _ if open => open_document::text(kind, package, budget),
            Kind::Excel | Kind::ExcelMacros => sheet::text(package, budget),
            Kind::Word | Kind::WordMacros | Kind::PowerPoint | Kind::PowerPointMacros => {
                office::text(kind, package, budget)
            }
            _ => (Vec::new(), Some(Unread::Unopened)),
        };
        self.activate(index, &active);
        self.stop(index, unread);
        self.add(index, pieces);
        if encryption.is_none()
            && package.zip.entries.iter().any(office::carried)
            && self.may_open(index, origin)
        {
            self.members(index, origin, package, office::carried);
        }
    }

    fn compound(&mut self, index: usize, origin: &Origin<'_>, kind: Kind, mut compound: Compound) {
        let encryption = compound.encryption(&mut self.budget);
        let active = compound.active(&mut self.budget);
        self.contents.files[index].encryption = encryption;
        self.activate(index, &active);
        let mut pieces = None;
        if kind == Kind::OldExcel && encryption.is_none() {
            let book = compound.workbook(&mut self.budget);
            pieces = old_sheet::text(&book, &mut self.budget);
        }
        let unread = match kind {
            _ if compound.is_damaged() => Some(Unread::Damaged),
            _ if encryption.is_some() => Some(Unread::Encrypted),
            Kind::OutlookMessage => None,
            _ if pieces.is_some() => None,
            _ => Some(Unread::Unopened),
        };
        self.stop(index, unread);
        self.add(index, pieces.unwrap_or_default());
        let mut files = Vec::new();
        if kind == Kind::OutlookMessage {
            let saved = outlook::read(&mut compound, &mut self.budget);
            self.body(index, &saved.subject, saved.body);
            files = saved.files;
        }
        for path in compound.packages() {
            if let Ok(stream) = compound.read(&path, &mut self.budget)
                && let Some((name, bytes)) = package(&stream)
            {
                files.push((name, bytes.to_vec()));
            }
        }
        if files.is_empty() || !self.may_open(index, origin) {
            return;
        }
        for (name, bytes) in files {
            if !self.member(index, &origin.member(&name), &bytes, None) {
                return;
            }
        }
    }

    fn rich_text(&mut self, index: usize, bytes: &[u8]) {
        let read = rtf::rtf(bytes, self.budget.text_left());
        if read.embedded {
            self.activate(index, &[Active::Embedded]);
        }
        let shown = if read.html { html::render(&read.text).text } else { read.text };
        let mut piece = Piece::whole("", TextKind::Prose, &shown, self.budget.text_left());
        piece.cut |= read.cut;
        let mut pieces = Vec::new();
        piece.keep(&mut pieces, &mut self.budget);
        self.add(index, pieces);
    }

    // Texts.

    fn text(&mut self, index: usize, kind: Kind, bytes: &[u8]) {
        let text_like = matches!(kind.family(), Family::Text | Family::Source | Family::Program | Family::Crypto);
        if !text_like {
            return;
        }
        let room = self.budget.text_left();
        let Some(decoded) = text::decode(stretch(bytes, 0, room.saturating_mul(BYTES_A_CHARACTER))) else { return };
        // A table has no mark of its own: its name tells.
        let named = self.contents.files[index].named.or(self.contents.files[index].declared);
        let kind = match named {
            Some(named @ (Kind::Csv | Kind::Tsv)) if kind == Kind::PlainText => named,
            _ => kind,
        };
        let piece = match kind {
            Kind::Html => Piece::whole("", TextKind::Prose, &html::render(&decoded).text, room),
            Kind::Xml => {
                let mut piece = Piece::new("", TextKind::Prose, room);
                xml_text(decoded.as_bytes(), &mut piece, &mut self.budget);
                piece
            }
            kind => text::plain(kind, &decoded, room),
        };
        let mut pieces = Vec::new();
        piece.keep(&mut pieces, &mut self.budget);
        self.add(index, pieces);
    }

    /// The body of a message within the message.
    fn body(&mut self, index: usize, subject: &str, body: Option<Body>) {
        let mut prose = Piece::new("", TextKind::Prose, self.budget.text_left());
        prose.push(subject);
        prose.end_line();
        match body {
            Some(Body::Html(source)) => prose.push(&html::render(&source).text),
            Some(Body::Plain(text)) => prose.push(&text::line_feeds(&text)),
            None => {}
        }
        let mut pieces = Vec::new();
        prose.keep(&mut pieces, &mut self.budget);
        self.add(index, pieces);
    }

    fn add(&mut self, index: usize, pieces: Vec<Piece>) {
        self.contents.texts.extend(pieces.into_iter().map(|it| ExtractedText {
            file: index,
            part: it.part,
            form: it.form,
            text: it.text,
            cut: it.cut,
        }));
    }

    // What is said of a file.

    /// The first reason stands, but a bomb is one whatever else it is.
    fn stop(&mut self, index: usize, why: Option<Unread>) {
        let unread = &mut self.contents.files[index].unread;
        if why == Some(Unread::Bomb) {
            *unread = why;
        }
        *unread = unread.or(why);
    }

    fn activate(&mut self, index: usize, active: &[Active]) {
        self.contents.files[index].active.extend_from_slice(active);
    }
}

/// The words of XML that has no reader of its own; rows of Excel 2003 stay rows.
fn xml_text(xml: &[u8], piece: &mut Piece, budget: &mut Budget) {
    walk(xml, budget, |node| match node {
        Node::Text(text) => {
            let words = text.trim();
            piece.push(words);
            if !words.is_empty() {
                piece.push(" ");
            }
        }
        Node::End("Cell") => piece.push("\t"),
        Node::End("Row" | "p" | "title") => piece.push("\n"),
        _ => {}
    });
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
