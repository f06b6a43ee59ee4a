//! What a file is: the kinds that rules tell apart, with their file extensions and media types.

/// What a kind of file is for, as far as a policy cares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Family {
    /// Opening it runs it.
    Program,
    /// Text that an interpreter or compiler reads; opening it shows it.
    Source,
    Archive,
    /// A whole disk in a file.
    Disk,
    Office,
    Pdf,
    Book,
    Picture,
    Audio,
    Video,
    Text,
    /// Mail within mail.
    Message,
    /// Signatures, keys and encrypted mail.
    Crypto,
    Font,
    /// Known, and none of the above.
    Data,
}

macro_rules! kinds {
    ($( $name:ident $family:ident $words:literal [$($extension:literal)*] [$($media:literal)*] )*) => {
        /// One kind of file.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum Kind { $($name),* }

        struct Row {
            kind: Kind,
            family: Family,
            words: &'static str,
            extensions: &'static [&'static str],
            media_types: &'static [&'static str],
        }

        /// In the order of the variants.
        static ROWS: &[Row] = &[$(Row {
            kind: Kind::$name,
            family: Family::$family,
            words: $words,
            extensions: &[$($extension),*],
            media_types: &[$($media),*],
        }),*];
    };
}

kinds! {
    WindowsProgram Program "a Windows program"
        ["exe" "com" "scr" "pif" "cpl" "dll" "ocx" "sys" "drv" "xll"]
        ["application/vnd.microsoft.portable-executable" "application/x-msdownload"
         "application/x-dosexec" "application/x-msdos-program" "application/exe" "application/x-exe"]
    UnixProgram Program "a Unix program" ["elf" "run" "so" "appimage"]
        ["application/x-executable" "application/x-elf" "application/x-sharedlib"]
    MacProgram Program "a macOS program" ["dylib" "app"] ["application/x-mach-binary"]
    AndroidPackage Program "an Android package" ["apk" "aab" "xapk"]
        ["application/vnd.android.package-archive"]
    AndroidCode Program "Android code" ["dex"] ["application/vnd.android.dex" "application/vnd.android.dey"]
    WebAssembly Program "a WebAssembly program" ["wasm"] ["application/wasm"]
    WindowsInstaller Program "a Windows installer" ["msi" "msp" "mst" "msix" "msixbundle" "appx" "appxbundle"]
        ["application/x-msi" "application/x-ole-storage-msi"]
    UnixPackage Program "a Unix software package" ["deb" "rpm"]
        ["application/vnd.debian.binary-package" "application/x-rpm" "application/x-debian-package"]
    MacInstaller Program "a macOS installer" ["pkg" "mpkg"] ["application/vnd.apple.installer+xml"]
    Shortcut Program "a shortcut" ["lnk" "url" "scf" "desktop" "website"] ["application/x-ms-shortcut"]
    BatchFile Program "a batch file" ["bat" "cmd"] ["application/x-bat"]
    PowerShell Program "a PowerShell script" ["ps1" "ps2" "psm1" "psd1" "ps1xml" "psc1"] ["application/x-powershell"]
    WindowsScript Program "a Windows script" ["vbs" "vbe" "vb" "wsf" "wsh" "wsc" "ws" "sct"]
        ["text/vbscript" "application/x-vbs"]
    JavaScript Program "a JavaScript program" ["js" "jse" "mjs"]
        ["text/javascript" "application/javascript" "application/x-javascript" "application/ecmascript"]
    HtmlApplication Program "an HTML application" ["hta"] ["application/hta"]
    JavaArchive Program "a Java program" ["jar" "war" "jnlp"]
        ["application/java-archive" "application/x-java-archive" "application/x-java-jnlp-file"]
    JavaClass Program "a Java class" ["class"] ["application/java" "application/java-vm"]
    UnixScript Program "a Unix script" ["sh" "bash" "zsh" "csh" "ksh" "command"]
        ["application/x-sh" "application/x-csh" "application/x-shellscript" "text/x-shellscript"]
    Registry Program "changes to the Windows registry" ["reg"] []
    HelpProgram Program "a Windows help file" ["chm" "hlp"] ["application/vnd.ms-htmlhelp"]
    WindowsSetup Program "Windows set-up instructions"
        ["inf" "msc" "application" "gadget" "settingcontent-ms" "diagcab" "appref-ms"] []
    AppleScript Program "an AppleScript" ["scpt" "scptd" "applescript" "workflow"] []

    SourceCode Source "source code"
        ["py" "pyw" "c" "h" "cc" "cpp" "hpp" "cs" "java" "kt" "rb" "pl" "php" "go" "rs" "swift" "ts" "lua"
         "sql" "r" "pas" "scala" "ipynb" "asm"]
        ["text/x-python" "text/x-c" "text/x-java-source" "application/x-php" "application/x-httpd-php"
         "text/x-script.python" "application/x-python-code"]

    Zip Archive "a ZIP archive" ["zip" "zipx"]
        ["application/zip" "application/x-zip-compressed" "application/x-zip" "multipart/x-zip"]
    SevenZip Archive "a 7z archive" ["7z"] ["application/x-7z-compressed"]
    Rar Archive "a RAR archive" ["rar" "r00" "cbr"] ["application/vnd.rar" "application/x-rar-compressed" "application/x-rar"]
    Tar Archive "a TAR archive" ["tar"] ["application/x-tar"]
    Gzip Archive "a GZ archive" ["gz" "tgz" "gzip"] ["application/gzip" "application/x-gzip"]
    Bzip2 Archive "a BZ2 archive" ["bz2" "tbz" "tbz2"] ["application/x-bzip2" "application/x-bzip"]
    Xz Archive "an XZ archive" ["xz" "txz" "lzma"] ["application/x-xz"]
    Zstandard Archive "a Zstandard archive" ["zst" "tzst"] ["application/zstd"]
    Cabinet Archive "a Windows cabinet" ["cab"] ["application/vnd.ms-cab-compressed"]
    Arj Archive "an ARJ, ACE or LZH archive" ["arj" "ace" "lzh" "lha"] ["application/x-arj"]
    UnixArchive Archive "a Unix archive" ["a" "ar" "cpio" "z"] ["application/x-unix-archive" "application/x-compress"]

    IsoImage Disk "a disc image" ["iso" "img" "udf"] ["application/x-iso9660-image" "application/x-cd-image"]
    MacDisk Disk "a macOS disk image" ["dmg"] ["application/x-apple-diskimage"]
    VirtualDisk Disk "a virtual disk" ["vhd" "vhdx" "vmdk" "vdi" "wim"] ["application/x-virtualbox-vhd"]

    Word Office "a Word document" ["docx" "dotx"]
        ["application/vnd.openxmlformats-officedocument.wordprocessingml.document"
         "application/vnd.openxmlformats-officedocument.wordprocessingml.template"]
    WordMacros Office "a Word document with macros" ["docm" "dotm"]
        ["application/vnd.ms-word.document.macroenabled.12" "application/vnd.ms-word.template.macroenabled.12"]
    OldWord Office "a Word 97 document" ["doc" "dot"] ["application/msword"]
    Excel Office "an Excel workbook" ["xlsx" "xltx"]
        ["application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
         "application/vnd.openxmlformats-officedocument.spreadsheetml.template"]
    ExcelMacros Office "an Excel workbook with macros" ["xlsm" "xltm" "xlam" "xla"]
        ["application/vnd.ms-excel.sheet.macroenabled.12" "application/vnd.ms-excel.template.macroenabled.12"
         "application/vnd.ms-excel.addin.macroenabled.12"]
    ExcelBinary Office "an Excel binary workbook" ["xlsb"] ["application/vnd.ms-excel.sheet.binary.macroenabled.12"]
    OldExcel Office "an Excel 97 workbook" ["xls" "xlt"]
        ["application/vnd.ms-excel" "application/msexcel" "application/x-msexcel"]
    PowerPoint Office "a PowerPoint presentation" ["pptx" "ppsx" "potx"]
        ["application/vnd.openxmlformats-officedocument.presentationml.presentation"
         "application/vnd.openxmlformats-officedocument.presentationml.slideshow"
         "application/vnd.openxmlformats-officedocument.presentationml.template"]
    PowerPointMacros Office "a PowerPoint presentation with macros" ["pptm" "ppsm" "potm" "ppam"]
        ["application/vnd.ms-powerpoint.presentation.macroenabled.12"
         "application/vnd.ms-powerpoint.slideshow.macroenabled.12"]
    OldPowerPoint Office "a PowerPoint 97 presentation" ["ppt" "pps" "pot"] ["application/vnd.ms-powerpoint"]
    OtherOffice Office "an Office file" ["vsd" "vsdx" "pub" "one" "onepkg" "mpp" "thmx"]
        ["application/vnd.visio" "application/vnd.ms-publisher" "application/x-mspublisher"
         "application/onenote" "application/msonenote"]
    Access Office "an Access database" ["mdb" "accdb" "mde" "accde" "ade" "adp"]
        ["application/x-msaccess" "application/msaccess"]
    EncryptedOffice Office "an encrypted Office document" [] []
    CompoundFile Office "an OLE file" [] ["application/x-ole-storage"]
    OpenText Office "an OpenDocument text" ["odt" "ott" "fodt"]
        ["application/vnd.oasis.opendocument.text" "application/vnd.oasis.opendocument.text-template"]
    OpenSheet Office "an OpenDocument spreadsheet" ["ods" "ots" "fods"]
        ["application/vnd.oasis.opendocument.spreadsheet"
         "application/vnd.oasis.opendocument.spreadsheet-template"]
    OpenSlides Office "an OpenDocument presentation" ["odp" "otp" "fodp" "odg"]
        ["application/vnd.oasis.opendocument.presentation"
         "application/vnd.oasis.opendocument.presentation-template"
         "application/vnd.oasis.opendocument.graphics"]
    Rtf Office "a rich text document" ["rtf"] ["application/rtf" "text/rtf" "text/richtext" "application/x-rtf"]

    Pdf Pdf "a PDF document" ["pdf"] ["application/pdf" "application/x-pdf"]
    PostScript Office "a PostScript document" ["ps" "eps"] ["application/postscript" "image/x-eps"]

    Epub Book "an electronic book" ["epub"] ["application/epub+zip"]
    Mobi Book "a Kindle book" ["mobi" "azw" "azw3" "prc"] ["application/x-mobipocket-ebook"]

    Png Picture "a PNG picture" ["png"] ["image/png"]
    Jpeg Picture "a JPEG picture" ["jpg" "jpeg" "jpe" "jfif"] ["image/jpeg" "image/jpg" "image/pjpeg"]
    Gif Picture "a GIF picture" ["gif"] ["image/gif"]
    Bmp Picture "a bitmap" ["bmp" "dib"] ["image/bmp" "image/x-ms-bmp"]
    WebP Picture "a WebP picture" ["webp"] ["image/webp"]
    Tiff Picture "a TIFF picture" ["tif" "tiff"] ["image/tiff"]
    Heic Picture "a HEIC picture" ["heic" "heif"] ["image/heic" "image/heif"]
    Avif Picture "an AVIF picture" ["avif"] ["image/avif"]
    Svg Picture "an SVG drawing" ["svg" "svgz"] ["image/svg+xml"]
    OtherPicture Picture "a picture" ["ico" "psd" "jp2" "jxl" "jxr" "cr2" "cr3" "nef" "dng" "arw" "emf" "wmf" "xcf"]
        ["image/vnd.microsoft.icon" "image/x-icon" "image/vnd.adobe.photoshop" "image/jp2" "image/jxl"
         "image/vnd.ms-photo" "image/x-canon-cr2" "image/openraster" "image/x-emf" "image/x-wmf"]

    Mp3 Audio "MP3 audio" ["mp3"] ["audio/mpeg" "audio/mp3"]
    M4a Audio "M4A audio" ["m4a" "m4b" "aac"] ["audio/m4a" "audio/mp4" "audio/x-m4a" "audio/aac"]
    Flac Audio "FLAC audio" ["flac"] ["audio/flac" "audio/x-flac"]
    OtherAudio Audio "audio" ["wav" "ogg" "oga" "opus" "wma" "aif" "aiff" "mid" "midi" "amr" "ape"]
        ["audio/wav" "audio/x-wav" "audio/ogg" "audio/opus" "audio/midi" "audio/x-midi" "audio/x-aiff" "audio/amr" "audio/x-ape"
         "audio/x-ms-wma" "audio/x-dsf"]

    Mp4 Video "MP4 video" ["mp4" "m4v"] ["video/mp4" "video/x-m4v"]
    OtherVideo Video "video" ["mov" "avi" "mkv" "webm" "wmv" "mpg" "mpeg" "flv" "3gp" "ts2" "mts" "m2ts" "vob"]
        ["video/quicktime" "video/x-msvideo" "video/x-matroska" "video/webm" "video/x-ms-wmv" "video/mpeg"
         "video/x-flv" "video/3gpp"]

    PlainText Text "plain text" ["txt" "text" "log" "md" "ini" "nfo"] ["text/plain" "text/markdown"]
    Csv Text "a CSV table" ["csv"] ["text/csv" "application/csv" "text/comma-separated-values"]
    Tsv Text "a TSV table" ["tsv" "tab"] ["text/tab-separated-values"]
    Html Text "an HTML page" ["htm" "html" "xhtml" "mht" "mhtml"] ["text/html" "application/xhtml+xml"]
    Xml Text "XML" ["xml" "xsl" "xsd" "rss"] ["text/xml" "application/xml"]
    Json Text "JSON" ["json" "geojson" "jsonl"] ["application/json"]
    Calendar Text "a calendar" ["ics" "ical" "vcs"] ["text/calendar" "application/ics"]
    ContactCard Text "a contact card" ["vcf" "vcard"] ["text/vcard" "text/x-vcard" "text/directory"]
    Style Text "a style sheet" ["css"] ["text/css"]

    Message Message "a mail message" ["eml"] ["message/rfc822" "message/global"]
    OutlookMessage Message "an Outlook message" ["msg" "oft"] ["application/vnd.ms-outlook"]
    Tnef Message "an Outlook message in TNEF" ["tnef"] ["application/ms-tnef" "application/vnd.ms-tnef"]
    OutlookStore Message "an Outlook mail store" ["pst" "ost"] ["application/vnd.ms-outlook-pst"]

    SignatureData Crypto "a signature" ["p7s" "sig" "asc" "pgp" "gpg"]
        ["application/pkcs7-signature" "application/x-pkcs7-signature" "application/pgp-signature"
         "application/pgp-keys" "application/pgp-encrypted"]
    EncryptedMail Crypto "encrypted mail" ["p7m"] ["application/pkcs7-mime" "application/x-pkcs7-mime"]
    Certificate Crypto "a certificate or key" ["cer" "crt" "pem" "pfx" "p12" "der" "key"]
        ["application/x-x509-ca-cert" "application/x-pkcs12"]

    Font Font "a font" ["ttf" "otf" "woff" "woff2"]
        ["font/ttf" "font/otf" "font/woff" "font/woff2" "application/font-sfnt" "application/font-woff"
         "application/vnd.ms-fontobject"]
    Sqlite Data "a database" ["sqlite" "sqlite3" "db"] ["application/vnd.sqlite3" "application/x-sqlite3"]
    Flash Data "a Flash film" ["swf"] ["application/x-shockwave-flash"]
}

impl Kind {
    fn row(self) -> &'static Row {
        // The rows stand in the order of the variants.
        &ROWS[self as usize]
    }

    pub fn family(self) -> Family {
        self.row().family
    }

    /// What a person calls it, with its article: `a Windows program`.
    pub fn words(self) -> &'static str {
        self.row().words
    }

    pub fn is_program(self) -> bool {
        self.family() == Family::Program
    }

    /// The kind that a file name extension promises; in lower case, without the dot.
    pub fn by_extension(extension: &str) -> Option<Self> {
        ROWS.iter().find(|it| it.extensions.contains(&extension)).map(|it| it.kind)
    }

    /// The kind that a media type promises; in lower case, without parameters.
    ///
    /// `None` too for types that promise nothing, such as `application/octet-stream`.
    pub fn by_media_type(media_type: &str) -> Option<Self> {
        ROWS.iter().find(|it| it.media_types.contains(&media_type)).map(|it| it.kind)
    }

    /// Tells whether a file that is promised to be `self` may honestly have the content `found`.
    ///
    /// What programs are known to save under each other's names agrees: pictures among
    /// themselves, an HTML page or a CSV table called `.xls`, rich text called `.doc`.
    pub fn admits(self, found: Self) -> bool {
        use Family::{
            Archive, Audio, Book, Crypto, Data, Disk, Message, Office, Picture, Source, Text, Video,
        };
        let (promised, real) = (self.family(), found.family());
        if promised == real {
            return true;
        }
        match (promised, real) {
            // Scripts and set-up instructions are text; many installers are archives.
            (Family::Program, it) => it != Picture,
            // MPEG transport streams and TypeScript share an extension.
            (Source, it) => matches!(it, Text | Video) || found == Self::UnixScript,
            (Text, it) => matches!(it, Source | Crypto | Message),
            (Office, Text) => matches!(self, Self::OldExcel | Self::OldWord | Self::OtherOffice),
            // Flat OpenDocument.
            (Office, Data) => true,
            (Archive, Office | Book) => self == Self::Zip,
            (Book, it) => matches!(it, Archive),
            (Audio, Video) | (Video, Audio) => true,
            (Message, Text) => true,
            (Message, Office) => found == Self::CompoundFile,
            (Crypto, _) => real != Family::Program,
            (Picture, Text) => self == Self::Svg,
            (Picture, Archive) => found == Self::Gzip && self == Self::Svg,
            (Disk, Archive) => true,
            (Data, it) => it != Family::Program,
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{Kind, ROWS};

    #[test]
    fn no_extension_or_media_type_has_two_kinds() {
        let mut seen = BTreeSet::new();
        for row in ROWS {
            for it in row.extensions.iter().chain(row.media_types) {
                assert!(seen.insert(*it), "{it}");
                assert_eq!(*it, it.to_ascii_lowercase());
            }
        }
    }

    #[test]
    fn every_kind_finds_its_own_row() {
        for row in ROWS {
            assert_eq!(row.kind.words(), row.words);
        }
    }

    #[test]
    fn tells_honest_names_from_disguises() {
        assert!(Kind::Jpeg.admits(Kind::Png));
        assert!(Kind::OldExcel.admits(Kind::Html));
        assert!(Kind::OldWord.admits(Kind::Rtf));
        assert!(!Kind::Pdf.admits(Kind::WindowsProgram));
        assert!(!Kind::Jpeg.admits(Kind::Zip));
        assert!(!Kind::PlainText.admits(Kind::BatchFile));
        assert!(Kind::SourceCode.admits(Kind::UnixScript));
    }
}
