//! OLE compound files: which program wrote them, and what they carry.
//!
//! Source: MS-CFB; the names of streams from MS-DOC, MS-XLS, MS-PPT, MS-OVBA, MS-OFFCRYPTO, MS-OXMSG.

use std::fmt;
use std::io::{Cursor, Read};

use cfb::CompoundFile;

use super::bounds::{Budget, Unread};
use super::bytes::{stretch, u16_at, u32_at};
use super::file::{Active, Encryption};
use super::kind::Kind;

const MAGIC: &[u8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";
/// Streams and storages that are looked at.
const MAX_ENTRIES: usize = 4_000;
/// How deep storages are followed.
const MAX_DEPTH: usize = 12;
/// The class identifiers under which Windows Installer stores packages, patches and transforms.
const INSTALLER: [&str; 3] = [
    "000c1084-0000-0000-c000-000000000046",
    "000c1086-0000-0000-c000-000000000046",
    "000c1082-0000-0000-c000-000000000046",
];

/// One stream or storage.
#[derive(Debug)]
struct Entry {
    /// Names from the root, joined by `/`, as `cfb` takes them.
    path: String,
    /// Its own name in lower case.
    name: String,
    size: u64,
    stream: bool,
}

/// An open compound file.
pub(super) struct Compound {
    file: Option<CompoundFile<Cursor<Vec<u8>>>>,
    entries: Vec<Entry>,
    installer: bool,
}

impl fmt::Debug for Compound {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Compound({} entries)", self.entries.len())
    }
}

impl Compound {
    /// Opens what begins as a compound file; one that is damaged has no entries.
    pub fn open(bytes: &[u8]) -> Option<Self> {
        if !bytes.starts_with(MAGIC) {
            return None;
        }
        let Ok(file) = CompoundFile::open(Cursor::new(bytes.to_vec())) else {
            return Some(Self { file: None, entries: Vec::new(), installer: false });
        };
        let class = file.root_entry().clsid().to_string().to_ascii_lowercase();
        let mut compound =
            Self { entries: list(&file), file: Some(file), installer: INSTALLER.contains(&class.as_str()) };
        compound.entries.sort_by(|a, b| a.path.cmp(&b.path));
        Some(compound)
    }

    /// Tells whether there is a stream or storage of this name, in lower case, at any depth.
    fn has(&self, name: &str) -> bool {
        self.entries.iter().any(|it| it.name == name)
    }

    pub fn kind(&self) -> Kind {
        if self.has("encryptedpackage") {
            Kind::EncryptedOffice
        } else if self.has("__properties_version1.0") {
            Kind::OutlookMessage
        } else if self.installer {
            Kind::WindowsInstaller
        } else if self.has("worddocument") {
            Kind::OldWord
        } else if self.has("workbook") || self.has("book") {
            Kind::OldExcel
        } else if self.has("powerpoint document") {
            Kind::OldPowerPoint
        } else if self.has("visiodocument") || self.has("quill") {
            Kind::OtherOffice
        } else {
            Kind::CompoundFile
        }
    }

    pub fn is_damaged(&self) -> bool {
        self.file.is_none()
    }

    /// Macros, embedded objects and controls.
    pub fn active(&mut self, budget: &mut Budget) -> Vec<Active> {
        let mut active = Vec::new();
        if self.has("_vba_project") || self.has("_vba_project_cur") || self.has("vba") {
            active.push(Active::Macros);
        }
        if self.has_macro_sheet(budget) {
            active.push(Active::MacroSheets);
        }
        let embedded = |it: &Entry| {
            !it.stream && (it.name == "objectpool" && self.has("\u{1}ole") || it.name.starts_with("mbd"))
                || it.name == "\u{1}ole10native"
        };
        if self.entries.iter().any(embedded) {
            active.push(Active::Embedded);
        }
        if self.has("\u{3}ocxdata") || self.has("\u{3}ocxname") {
            active.push(Active::Control);
        }
        active
    }

    /// How the document is encrypted, if it is.
    pub fn encryption(&mut self, budget: &mut Budget) -> Option<Encryption> {
        if self.has("encryptedpackage") {
            return Some(Encryption::Office);
        }
        // MS-DOC 2.5.1: fEncrypted is bit 8 of the flags at 10.
        let word = self.stream("worddocument", budget);
        if word.first_chunk::<2>() == Some(&[0xec, 0xa5]) && u16_at(&word, 10)? & 0x0100 != 0 {
            return Some(Encryption::OldOffice);
        }
        // MS-XLS 2.4.117: FilePass comes soon after the first BOF.
        let book = self.workbook(budget);
        if records(&book).take(50).any(|(kind, _)| kind == 0x002f) {
            return Some(Encryption::OldOffice);
        }
        // MS-PPT 2.3.2: the token says whether the presentation is encrypted.
        let user = self.stream("current user", budget);
        (u32_at(&user, 12) == Some(0xf3d1_c4df)).then_some(Encryption::OldOffice)
    }

    /// MS-XLS 2.4.28: a BoundSheet8 record tells what its sheet is; 1 is a macro sheet.
    fn has_macro_sheet(&mut self, budget: &mut Budget) -> bool {
        let book = self.workbook(budget);
        records(&book)
            .take(20_000)
            .any(|(kind, data)| kind == 0x0085 && data.get(5).is_some_and(|it| it & 0x0f == 1))
    }

    /// The records of an Excel 97 workbook; empty if there are none.
    pub fn workbook(&mut self, budget: &mut Budget) -> Vec<u8> {
        let name = if self.has("workbook") { "workbook" } else { "book" };
        self.stream(name, budget)
    }

    /// The bytes of the first stream of this name, in lower case; empty if there is none.
    fn stream(&mut self, name: &str, budget: &mut Budget) -> Vec<u8> {
        let path = self.entries.iter().find(|it| it.stream && it.name == name).map(|it| it.path.clone());
        path.and_then(|it| self.read(&it, budget).ok()).unwrap_or_default()
    }

    /// The bytes of the stream at a path; what is read counts as unpacked.
    pub fn read(&mut self, path: &str, budget: &mut Budget) -> Result<Vec<u8>, Unread> {
        let entry = self.entries.iter().find(|it| it.stream && it.path == path);
        let size = entry.map_or(0, |it| it.size);
        let size = usize::try_from(size).map_err(|_| Unread::Damaged)?;
        budget.expand(size)?;
        let Some(file) = &mut self.file else { return Err(Unread::Damaged) };
        let stream = file.open_stream(path).map_err(|_| Unread::Damaged)?;
        let mut bytes = Vec::new();
        // What can be read before a broken link is worth as much as in any other file.
        match stream.take(size as u64).read_to_end(&mut bytes) {
            Err(_) if bytes.is_empty() => Err(Unread::Damaged),
            _ => Ok(bytes),
        }
    }

    /// The bytes of the stream at a path, letter case and all; empty if there is none.
    pub fn read_or_empty(&mut self, path: &str, budget: &mut Budget) -> Vec<u8> {
        self.read(path, budget).unwrap_or_default()
    }

    /// The paths of the storages whose own name, in lower case, begins so.
    pub fn storages(&self, prefix: &str) -> Vec<String> {
        self.entries
            .iter()
            .filter(|it| !it.stream && it.name.starts_with(prefix))
            .map(|it| it.path.clone())
            .collect()
    }

    /// The paths of the streams that hold files which OLE packed as they were.
    pub fn packages(&self) -> Vec<String> {
        self.entries
            .iter()
            .filter(|it| it.stream && it.name == "\u{1}ole10native")
            .map(|it| it.path.clone())
            .collect()
    }
}

/// Lists breadth first, so that a deep chain of storages hides nothing beside it.
fn list(file: &CompoundFile<Cursor<Vec<u8>>>) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::new();
    let mut open = vec![(String::from("/"), 0)];
    let mut next = 0;
    while next < open.len() {
        let (path, depth) = open[next].clone();
        next += 1;
        let Ok(children) = file.read_storage(&path) else { continue };
        for child in children {
            if entries.len() >= MAX_ENTRIES {
                return entries;
            }
            let path = format!("{}/{}", path.trim_end_matches('/'), child.name());
            if child.is_storage() && depth < MAX_DEPTH {
                open.push((path.clone(), depth + 1));
            }
            entries.push(Entry {
                name: child.name().to_lowercase(),
                size: child.len(),
                stream: child.is_stream(),
                path,
            });
        }
    }
    entries
}

/// The records of an Excel 97 stream: type and data.
pub(super) fn records(book: &[u8]) -> impl Iterator<Item = (u16, &[u8])> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let kind = u16_at(book, at)?;
        let length = usize::from(u16_at(book, at + 2)?);
        let data = stretch(book, at + 4, length);
        at += 4 + length;
        Some((kind, data))
    })
}

/// The name and bytes of a file that OLE packed, from an `\x01Ole10Native` stream.
pub(super) fn package(stream: &[u8]) -> Option<(String, &[u8])> {
    // A size, a type, the label, the path, two numbers, the path while it is open, the data.
    let mut at = 6;
    let label = text_at(stream, &mut at)?;
    let path = text_at(stream, &mut at)?;
    at += 4;
    let length = usize::try_from(u32_at(stream, at)?).ok()?;
    at += 4 + length;
    let size = usize::try_from(u32_at(stream, at)?).ok()?;
    let name = if label.is_empty() { path } else { label };
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default().to_owned();
    Some((name, stretch(stream, at + 4, size)))
}

fn text_at(stream: &[u8], at: &mut usize) -> Option<String> {
    let rest = stream.get(*at..)?;
    let end = memchr::memchr(0, &rest[..rest.len().min(1_024)])?;
    *at += end + 1;
    Some(encoding_rs::WINDOWS_1252.decode_without_bom_handling(&rest[..end]).0.into_owned())
}
