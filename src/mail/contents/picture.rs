//! The size of a picture and whether a camera took it, from its header alone.

use memchr::memmem;

use super::bytes::stretch;
use super::kind::Kind;

/// EXIF 2.32, table 3.
const MAKE: u16 = 0x010f;
const MODEL: u16 = 0x0110;
const POSITION: u16 = 0x8825;
/// Fields of one directory that are looked at.
const MAX_FIELDS: usize = 200;

/// What the header of a picture says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Picture {
    /// Pixels.
    pub width: usize,
    /// Pixels.
    pub height: usize,
    /// Whether its EXIF data names the make or model of a camera or telephone.
    pub camera: bool,
    /// Whether its EXIF data says where it was taken.
    pub position: bool,
}

/// Reads the header of a picture of a known kind; `None` if its size cannot be read.
pub(super) fn picture(kind: Kind, bytes: &[u8]) -> Option<Picture> {
    if !matches!(
        kind,
        Kind::Png | Kind::Jpeg | Kind::Gif | Kind::Bmp | Kind::WebP | Kind::Tiff | Kind::Heic | Kind::Avif
    ) {
        return None;
    }
    let size = imagesize::blob_size(bytes).ok()?;
    let fields = exif(kind, bytes).map(fields).unwrap_or_default();
    Some(Picture {
        width: size.width,
        height: size.height,
        camera: fields.contains(&MAKE) || fields.contains(&MODEL),
        position: fields.contains(&POSITION),
    })
}

/// The EXIF data, which has the form of a TIFF file.
fn exif(kind: Kind, bytes: &[u8]) -> Option<&[u8]> {
    let after = |mark: &[u8], more: usize| {
        memmem::find(bytes, mark).map(|at| stretch(bytes, at + mark.len() + more, usize::MAX))
    };
    match kind {
        Kind::Tiff => Some(bytes),
        Kind::Jpeg | Kind::Heic | Kind::Avif => after(b"Exif\0\0", 0),
        Kind::Png => after(b"eXIf", 0),
        // A chunk's length stands between its name and its data; some writers add the JPEG mark.
        Kind::WebP => after(b"Exif\0\0", 0).or_else(|| after(b"EXIF", 4)),
        _ => None,
    }
}

/// The tags of the first directory.
fn fields(tiff: &[u8]) -> Vec<u16> {
    let big = tiff.starts_with(b"MM");
    let short = |at: usize| -> Option<u16> {
        let pair = tiff.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(if big { u16::from_be_bytes(pair) } else { u16::from_le_bytes(pair) })
    };
    let directory = || -> Option<usize> {
        let word = tiff.get(4..8)?.try_into().ok()?;
        let at = if big { u32::from_be_bytes(word) } else { u32::from_le_bytes(word) };
        usize::try_from(at).ok()
    };
    let Some(at) = directory() else { return Vec::new() };
    let count = short(at).map_or(0, usize::from).min(MAX_FIELDS);
    (0..count).map_while(|it| short(at.checked_add(2 + it * 12)?)).collect()
}
