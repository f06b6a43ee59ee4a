//! What a file name says, and the tricks it may play on its reader.

use super::kind::{Family, Kind};

/// No extension that means anything is longer (`settingcontent-ms` has 17).
const MAX_EXTENSION: usize = 24;
/// So many blanks in a row push an extension out of a mail client's sight.
const PADDING: usize = 6;

/// The extension in lower case, as Windows takes it: blanks and dots at the end do not count.
///
/// Empty if there is none.
pub(super) fn extension(name: &str) -> String {
    let name = trimmed(name);
    let Some((stem, last)) = name.rsplit_once('.') else {
        return String::new();
    };
    let plain = !last.is_empty()
        && last.len() <= MAX_EXTENSION
        && last.chars().all(|it| it.is_ascii_alphanumeric() || matches!(it, '-' | '_'));
    // A dot file has no extension; `v1.2 final` has none either.
    if stem.is_empty() || !plain { String::new() } else { last.to_ascii_lowercase() }
}

/// The extension before the last, in lower case; padding between the two does not count.
fn inner_extension(name: &str) -> String {
    trimmed(name).rsplit_once('.').map_or_else(String::new, |(stem, _)| extension(stem))
}

/// The file name without the folders before it, and without what Windows drops at its end.
fn trimmed(name: &str) -> &str {
    let name = name.rsplit(['/', '\\']).next().unwrap_or(name);
    // An alternate data stream of NTFS: `setup.exe:$DATA`.
    let name = name.split_once(":$").map_or(name, |(file, _)| file);
    name.trim_end_matches(|it: char| it == '.' || it.is_whitespace() || is_unseen(it))
}

/// The characters that change the direction in which what follows is shown.
fn is_turning(character: char) -> bool {
    matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The characters that show nothing.
fn is_unseen(character: char) -> bool {
    is_turning(character)
        || matches!(character, '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{ad}' | '\0')
}

/// Tells whether the name turns the reading direction round, as `photo\u{202e}gpj.exe` does.
pub(super) fn turns_round(name: &str) -> bool {
    name.chars().any(|it| matches!(it, '\u{202e}' | '\u{202d}' | '\u{2067}' | '\u{2066}'))
}

/// Tells whether blanks push the extension out of sight.
pub(super) fn is_padded(name: &str) -> bool {
    let mut run = 0;
    trimmed(name).chars().any(|it| {
        run = if it.is_whitespace() || is_unseen(it) || it == '_' && run > 0 { run + 1 } else { 0 };
        run >= PADDING
    })
}

/// Tells whether a program's extension follows one that looks harmless, as in `photo.jpg.exe`.
pub(super) fn has_double_extension(name: &str) -> bool {
    let outer = extension(name);
    let program = Kind::by_extension(&outer).is_some_and(|it| it.is_program() || it.family() == Family::Disk);
    program
        && Kind::by_extension(&inner_extension(name)).is_some_and(|it| {
            matches!(
                it.family(),
                Family::Office
                    | Family::Pdf
                    | Family::Book
                    | Family::Picture
                    | Family::Audio
                    | Family::Video
                    | Family::Text
                    | Family::Message
            )
        })
}

#[cfg(test)]
mod tests {
    use super::{extension, has_double_extension, is_padded, turns_round};

    #[test]
    fn reads_the_extension_as_windows_does() {
        assert_eq!(extension("Letter.PDF"), "pdf");
        assert_eq!(extension("setup.exe. . "), "exe");
        assert_eq!(extension("folder.d/setup"), "");
        assert_eq!(extension("..\\..\\x.BAT"), "bat");
        assert_eq!(extension(".bashrc"), "");
        assert_eq!(extension("minutes of 3.5 for governors"), "");
        assert_eq!(extension("setup.exe\u{200b}"), "exe");
        assert_eq!(extension("photo\u{202e}gpj.exe"), "exe");
    }

    #[test]
    fn sees_a_harmless_extension_before_a_programs() {
        assert!(has_double_extension("photo.jpg.exe"));
        assert!(has_double_extension("Invoice.pdf      .scr"));
        assert!(!has_double_extension("jquery.min.js"));
        assert!(!has_double_extension("letter.v2.docx"));
        assert!(!has_double_extension("setup.exe"));
        assert!(!has_double_extension("archive.tar.gz"));
    }

    #[test]
    fn sees_padding_and_turning() {
        assert!(is_padded("invoice.pdf                    .exe"));
        assert!(!is_padded("Year 6  trip letter.pdf"));
        assert!(turns_round("photo\u{202e}gpj.exe"));
        assert!(!turns_round("photo.jpg"));
    }
}
