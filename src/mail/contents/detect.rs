//! Tells what a file is by its bytes, whatever it is called.

use memchr::memmem;

use super::bytes::{stretch, u32_at};
use super::kind::Kind;
use super::ole::Compound;
use super::script::script;
use super::text::decode;
use super::zip::Directory;

/// How much of a file shows whether it is text, and which.
const SAMPLE: usize = 64 * 1024;
/// Where ISO 9660 and UDF have their mark.
const ISO_MARKS: [usize; 3] = [0x8001, 0x8801, 0x9001];

/// What was found in the bytes of a file, with what had to be read to find it.
#[derive(Default)]
pub(super) struct Detected {
    pub kind: Option<Kind>,
    /// The members, where the file is a ZIP archive, begins with a program and ends as one, or
    /// has one appended.
    pub zip: Option<Directory>,
    pub compound: Option<Compound>,
}

/// Beginnings that settle the matter.
const MAGIC: &[(&[u8], Kind)] = &[
    (b"\x7fELF", Kind::UnixProgram),
    (b"\xce\xfa\xed\xfe", Kind::MacProgram),
    (b"\xcf\xfa\xed\xfe", Kind::MacProgram),
    (b"\xfe\xed\xfa\xce", Kind::MacProgram),
    (b"\xfe\xed\xfa\xcf", Kind::MacProgram),
    (b"\0asm", Kind::WebAssembly),
    (b"dex\n", Kind::AndroidCode),
    (b"L\0\0\0\x01\x14\x02\0\0\0\0\0\xc0\0\0\0\0\0\0F", Kind::Shortcut),
    (b"ITSF\x03\0\0\0", Kind::HelpProgram),
    (b"!<arch>\ndebian", Kind::UnixPackage),
    (b"\xed\xab\xee\xdb", Kind::UnixPackage),
    (b"xar!\0\x1c", Kind::MacInstaller),
    (b"#@~^", Kind::WindowsScript),
    (b"FasdUAS", Kind::AppleScript),
    (b"7z\xbc\xaf\x27\x1c", Kind::SevenZip),
    (b"Rar!\x1a\x07", Kind::Rar),
    (b"\x1f\x8b\x08", Kind::Gzip),
    (b"BZh", Kind::Bzip2),
    (b"\xfd7zXZ\0", Kind::Xz),
    (b"\x28\xb5\x2f\xfd", Kind::Zstandard),
    (b"MSCF\0\0\0\0", Kind::Cabinet),
    (b"\x60\xea", Kind::Arj),
    (b"!<arch>\n", Kind::UnixArchive),
    (b"\x1f\x9d", Kind::UnixArchive),
    (b"070701", Kind::UnixArchive),
    (b"KDMV", Kind::VirtualDisk),
    (b"vhdxfile", Kind::VirtualDisk),
    (b"conectix", Kind::VirtualDisk),
    (b"MSWIM\0\0\0", Kind::VirtualDisk),
    (b"{\\rtf", Kind::Rtf),
    (b"%!PS-Adobe", Kind::PostScript),
    (b"\x89PNG\r\n\x1a\n", Kind::Png),
    (b"\xff\xd8\xff", Kind::Jpeg),
    (b"GIF87a", Kind::Gif),
    (b"GIF89a", Kind::Gif),
    (b"II*\0", Kind::Tiff),
    (b"MM\0*", Kind::Tiff),
    (b"\x78\x9f\x3e\x22", Kind::Tnef),
    (b"!BDN", Kind::OutlookStore),
    (b"\0\x01\0\0Standard Jet DB", Kind::Access),
    (b"\0\x01\0\0Standard ACE DB", Kind::Access),
    (b"\xe4\x52\x5c\x7b\x8c\xd8\xa7\x4d\xae\xb1\x53\x78\xd0\x29\x96\xd3", Kind::OtherOffice),
    (b"-----BEGIN PGP MESSAGE", Kind::EncryptedMail),
    (b"-----BEGIN PGP", Kind::SignatureData),
    (b"-----BEGIN PKCS7", Kind::SignatureData),
    (b"-----BEGIN ", Kind::Certificate),
    (b"SQLite format 3\0", Kind::Sqlite),
    (b"FWS", Kind::Flash),
    (b"CWS", Kind::Flash),
];

/// Looks at the bytes of a file.
pub(super) fn detect(bytes: &[u8]) -> Detected {
    if let Some(compound) = Compound::open(bytes) {
        return Detected { kind: Some(compound.kind()), compound: Some(compound), zip: None };
    }
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06") {
        let zip = Directory::at_end(bytes).unwrap_or_else(|| Directory::by_headers(bytes));
        return Detected { kind: Some(zip_kind(bytes, &zip)), zip: Some(zip), compound: None };
    }
    Detected { kind: by_content(bytes), zip: Directory::at_end(bytes), compound: None }
}

fn by_content(bytes: &[u8]) -> Option<Kind> {
    if is_windows_program(bytes) {
        return Some(Kind::WindowsProgram);
    }
    if bytes.starts_with(b"\xca\xfe\xba\xbe") {
        // Fat Mach-O counts its few architectures where a class has its version, 45 at least.
        let count = bytes.get(4..8).map_or(0, |it| u32::from_be_bytes([it[0], it[1], it[2], it[3]]));
        return Some(if count < 40 { Kind::MacProgram } else { Kind::JavaClass });
    }
    if let Some((_, kind)) = MAGIC.iter().find(|(magic, _)| bytes.starts_with(magic)) {
        let text =
            matches!(kind, Kind::Bzip2 | Kind::Flash | Kind::Arj | Kind::Certificate | Kind::UnixArchive);
        if !text || decode(stretch(bytes, 0, SAMPLE)).is_none() || *kind == Kind::Certificate {
            return Some(*kind);
        }
    }
    // Readers look for the header in the first kilobyte.
    if memmem::find(stretch(bytes, 0, 1_029), b"%PDF-").is_some() {
        return Some(Kind::Pdf);
    }
    if ISO_MARKS.iter().any(|at| matches!(stretch(bytes, *at, 5), b"CD001" | b"NSR02" | b"NSR03" | b"BEA01"))
    {
        return Some(Kind::IsoImage);
    }
    if stretch(bytes, bytes.len().saturating_sub(512), 4) == b"koly" {
        return Some(Kind::MacDisk);
    }
    if stretch(bytes, 257, 5) == b"ustar" {
        return Some(Kind::Tar);
    }
    if let Some(text) = decode(stretch(bytes, 0, SAMPLE)) {
        return text_kind(&text);
    }
    other_kind(bytes)
}

/// MZ alone begins texts too; a program has further headers, or is not text.
fn is_windows_program(bytes: &[u8]) -> bool {
    if !bytes.starts_with(b"MZ") && !bytes.starts_with(b"ZM") {
        return false;
    }
    let header = u32_at(bytes, 0x3c).and_then(|it| usize::try_from(it).ok());
    let marked = header.is_some_and(|at| matches!(stretch(bytes, at, 2), b"PE" | b"NE" | b"LE" | b"LX"));
    marked || decode(stretch(bytes, 0, SAMPLE)).is_none()
}

/// What a ZIP archive is by its members.
fn zip_kind(bytes: &[u8], zip: &Directory) -> Kind {
    // OpenDocument and EPUB store their type first and unpacked (ODF 1.3 part 2, 3.3).
    let media_type = stretch(bytes, 38, 80);
    if stretch(bytes, 30, 8) == b"mimetype" {
        let end = memmem::find(media_type, b"PK").unwrap_or(media_type.len());
        let declared = String::from_utf8_lossy(&media_type[..end]);
        let declared = declared.trim().to_ascii_lowercase();
        if let Some(kind) = Kind::by_media_type(&declared) {
            return kind;
        }
        if declared.starts_with("application/vnd.oasis.opendocument.") {
            return Kind::OpenText;
        }
    }
    let starts =
        |prefix: &str| zip.has(|it| it.get(..prefix.len()).is_some_and(|it| it.eq_ignore_ascii_case(prefix)));
    let has = |name: &str| zip.find(name).is_some();
    let macros = || zip.has(|it| it.to_ascii_lowercase().ends_with("vbaproject.bin"));
    if has("[Content_Types].xml") {
        if has("xl/workbook.bin") {
            return Kind::ExcelBinary;
        }
        if starts("xl/") {
            return if macros() || starts("xl/macrosheets/") { Kind::ExcelMacros } else { Kind::Excel };
        }
        if starts("word/") {
            return if macros() { Kind::WordMacros } else { Kind::Word };
        }
        if starts("ppt/") {
            return if macros() { Kind::PowerPointMacros } else { Kind::PowerPoint };
        }
        if starts("visio/") {
            return Kind::OtherOffice;
        }
        if has("AppxManifest.xml") || starts("AppxMetadata/") {
            return Kind::WindowsInstaller;
        }
    }
    if has("AndroidManifest.xml") && (has("classes.dex") || has("resources.arsc")) {
        return Kind::AndroidPackage;
    }
    if has("META-INF/MANIFEST.MF") && zip.has(|it| it.ends_with(".class")) {
        return Kind::JavaArchive;
    }
    if has("content.xml") && has("META-INF/manifest.xml") {
        return Kind::OpenText;
    }
    Kind::Zip
}

/// What a text is by its first words; never a kind that only its name tells.
fn text_kind(text: &str) -> Option<Kind> {
    let start = text.trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n']);
    if start.is_empty() {
        return None;
    }
    if let Some(kind) = script(start) {
        return Some(kind);
    }
    let head = start[..start.floor_char_boundary(1_024)].to_ascii_lowercase();
    let begins = |it: &str| head.starts_with(it);
    let kind = if begins("begin:vcalendar") {
        Kind::Calendar
    } else if begins("begin:vcard") {
        Kind::ContactCard
    } else if begins("<!doctype html") || begins("<html") || begins("<body") || begins("<head") {
        Kind::Html
    } else if begins("<svg") || begins("<?xml") && head.contains("<svg") {
        Kind::Svg
    } else if begins("<?xml") {
        if head.contains("<html") { Kind::Html } else { Kind::Xml }
    } else if is_message(&head) {
        Kind::Message
    } else {
        Kind::PlainText
    };
    Some(kind)
}

/// Header fields of mail, and nothing but header fields, begin a stored message.
fn is_message(head: &str) -> bool {
    let known = [
        "received:",
        "return-path:",
        "delivered-to:",
        "from:",
        "to:",
        "subject:",
        "date:",
        "message-id:",
        "mime-version:",
        "x-",
        "dkim-signature:",
        "arc-",
        "authentication-results:",
        "content-type:",
        "reply-to:",
    ];
    let mut fields = 0;
    for line in head.lines().take(8) {
        if line.starts_with([' ', '\t']) && fields > 0 {
            continue;
        }
        if !known.iter().any(|it| line.starts_with(it)) {
            break;
        }
        fields += 1;
    }
    let mime =
        head.contains("\nmime-version:") || head.contains("\nmessage-id:") || head.contains("\nreceived:");
    fields >= 3 && mime
}

/// Binary kinds that need no care: `infer` knows their marks.
fn other_kind(bytes: &[u8]) -> Option<Kind> {
    if stretch(bytes, 4, 4) == b"ftyp" {
        return Some(match stretch(bytes, 8, 4) {
            b"heic" | b"heix" | b"heim" | b"heis" | b"hevc" | b"hevx" | b"mif1" | b"msf1" => Kind::Heic,
            b"avif" | b"avis" => Kind::Avif,
            b"M4A " | b"M4B " => Kind::M4a,
            b"qt  " => Kind::OtherVideo,
            brand if brand.starts_with(b"3g") => Kind::OtherVideo,
            _ => Kind::Mp4,
        });
    }
    let found = infer::get(bytes)?.mime_type();
    match Kind::by_media_type(found) {
        // What it takes for a program by two letters was looked at above.
        Some(kind) if kind.is_program() => None,
        Some(kind) => Some(kind),
        None => match found.split('/').next() {
            Some("image") => Some(Kind::OtherPicture),
            Some("audio") => Some(Kind::OtherAudio),
            Some("video") => Some(Kind::OtherVideo),
            Some("font") => Some(Kind::Font),
            _ => None,
        },
    }
}
