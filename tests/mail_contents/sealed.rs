//! What is encrypted is known to be, and what can act by itself too.

use std::io::{Cursor, Write};

use beadle::mail::contents::{Active, Encryption, Kind, Unread};

use crate::zip::{add, finish, zip};
use crate::{file, fixture, inside, inside_fixture};

#[test]
fn recognises_what_is_encrypted() {
    for (name, encryption) in [
        ("encrypted-aes.zip", Encryption::ZipAes),
        ("encrypted-classic.zip", Encryption::ZipClassic),
        ("encrypted.7z", Encryption::SevenZip),
        ("encrypted-py7zr.7z", Encryption::SevenZip),
        ("encrypted-names.7z", Encryption::SevenZipNames),
        ("encrypted.xlsx", Encryption::Office),
        ("encrypted-aes.pdf", Encryption::Pdf),
        ("encrypted-rc4.pdf", Encryption::Pdf),
        ("restricted-rc4.pdf", Encryption::PdfRights),
        ("restricted-aes-128.pdf", Encryption::PdfRights),
        ("restricted-aes-256.pdf", Encryption::PdfRights),
    ] {
        let contents = inside_fixture(name);
        assert_eq!(contents.files[0].encryption, Some(encryption), "{name}");
        assert!(contents.texts.is_empty(), "{name}");
        assert!(contents.files[0].disguises.is_empty(), "{name}");
        assert!(contents.files.iter().all(|it| it.unread != Some(Unread::Damaged)), "{name}");
    }
}

#[test]
fn what_is_not_encrypted_is_not_said_to_be() {
    for name in
        ["plain.7z", "class-list.xlsx", "class-list.xls", "class-list.pdf", "letter.odt", "trip.tar.gz"]
    {
        assert!(inside_fixture(name).files.iter().all(|it| it.encryption.is_none()), "{name}");
    }
}

#[test]
fn names_the_members_of_what_is_not_opened() {
    let contents = inside_fixture("encrypted.7z");
    let program = file(&contents, "encrypted.7z/setup.exe");
    assert_eq!((program.named, program.unread), (Some(Kind::WindowsProgram), Some(Unread::Encrypted)));
    let contents = inside_fixture("plain.7z");
    assert_eq!(file(&contents, "plain.7z/care plan.txt").unread, Some(Unread::Unopened));
    let contents = inside_fixture("encrypted-aes.zip");
    assert_eq!(file(&contents, "encrypted-aes.zip/care plan.docx").unread, Some(Unread::Encrypted));
}

#[test]
fn recognises_an_encrypted_open_document() {
    let manifest = br#"<manifest:manifest><manifest:file-entry manifest:full-path="content.xml">
        <manifest:encryption-data manifest:checksum="x"/></manifest:file-entry></manifest:manifest>"#;
    let bytes = zip(&[("META-INF/manifest.xml", manifest), ("content.xml", b"\x8f\x12\x99 not xml")]);
    let contents = inside("plan.odt", &bytes);
    assert_eq!(contents.files[0].encryption, Some(Encryption::OpenDocument));
    assert_eq!(contents.files[0].unread, Some(Unread::Encrypted));
}

fn compound(streams: &[(&str, &[u8])]) -> Vec<u8> {
    let mut file = cfb::CompoundFile::create(Cursor::new(Vec::new())).expect("memory");
    for (path, bytes) in streams {
        if let Some((storage, _)) = path.rsplit_once('/').filter(|(it, _)| !it.is_empty()) {
            file.create_storage_all(storage).expect("a storage");
        }
        file.create_stream(path).expect("a stream").write_all(bytes).expect("memory");
    }
    file.into_inner().into_inner()
}

#[test]
fn recognises_old_documents_that_are_encrypted() {
    let mut word = vec![0xec, 0xa5, 0xc1, 0, 0, 0, 0, 0, 0, 0, 0x00, 0x01];
    word.resize(100, 0);
    let contents = inside("plan.doc", &compound(&[("/WordDocument", &word)]));
    assert_eq!(contents.files[0].encryption, Some(Encryption::OldOffice));
    word[11] = 0;
    let contents = inside("plan.doc", &compound(&[("/WordDocument", &word)]));
    assert_eq!((contents.files[0].encryption, contents.files[0].found), (None, Some(Kind::OldWord)));
    let book = [&[0x09, 0x08, 4, 0, 0, 6, 5, 0][..], &[0x2f, 0, 2, 0, 1, 0]].concat();
    let contents = inside("list.xls", &compound(&[("/Workbook", &book)]));
    assert_eq!(contents.files[0].encryption, Some(Encryption::OldOffice));
    let user = [&[0; 12][..], &0xf3d1_c4df_u32.to_le_bytes()].concat();
    let contents = inside("talk.ppt", &compound(&[("/PowerPoint Document", b"x"), ("/Current User", &user)]));
    assert_eq!(contents.files[0].encryption, Some(Encryption::OldOffice));
}

#[test]
fn recognises_macros() {
    let types: (&str, &[u8]) = ("[Content_Types].xml", b"<Types/>");
    for (members, kind, active) in [
        (vec!["word/document.xml", "word/vbaProject.bin"], Kind::WordMacros, Active::Macros),
        (vec!["xl/workbook.xml", "xl/vbaProject.bin"], Kind::ExcelMacros, Active::Macros),
        (vec!["xl/workbook.xml", "xl/macrosheets/sheet1.xml"], Kind::ExcelMacros, Active::MacroSheets),
        (vec!["ppt/presentation.xml", "ppt/vbaProject.bin"], Kind::PowerPointMacros, Active::Macros),
        (vec!["word/document.xml", "word/embeddings/oleObject1.bin"], Kind::Word, Active::Embedded),
        (vec!["word/document.xml", "word/activeX/activeX1.xml"], Kind::Word, Active::Control),
    ] {
        let members: Vec<(&str, &[u8])> =
            [types].into_iter().chain(members.into_iter().map(|it| (it, &b"<x/>"[..]))).collect();
        let contents = inside("it.docx", &zip(&members));
        assert_eq!(contents.files[0].found, Some(kind));
        assert_eq!(contents.files[0].active, [active]);
    }
    let old = inside("plan.doc", &compound(&[("/WordDocument", &[0; 64]), ("/Macros/VBA/dir", b"x")]));
    assert_eq!(old.files[0].active, [Active::Macros]);
    let sheet = [&[0x85, 0, 8, 0, 0, 0, 0, 0, 0, 1, 1, b'x'][..]].concat();
    let old = inside("list.xls", &compound(&[("/Workbook", &sheet)]));
    assert_eq!(old.files[0].active, [Active::MacroSheets]);
    let open = zip(&[
        ("content.xml", b"<x/>"),
        ("META-INF/manifest.xml", b"<x/>"),
        ("Basic/Standard/Module1.xml", b"<x/>"),
    ]);
    assert_eq!(inside("plan.odt", &open).files[0].active, [Active::Macros]);
    assert_eq!(inside_fixture("letter.docx").files[0].active, []);
}

#[test]
fn recognises_a_template_from_elsewhere() {
    let relations = br#"<Relationships><Relationship Id="rId1" TargetMode="External" Target="http://x.example/t.dotm"
        Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/attachedTemplate"/></Relationships>"#;
    let bytes = zip(&[
        ("[Content_Types].xml", b"<Types/>"),
        ("word/document.xml", b"<w:document/>"),
        ("word/_rels/settings.xml.rels", relations),
    ]);
    assert_eq!(inside("letter.docx", &bytes).files[0].active, [Active::External]);
}

#[test]
fn opens_what_ole_has_packed() {
    let data = b"MZ\x90\0\x03\0\0\0";
    let mut stream = vec![0; 4];
    stream.extend([2, 0]);
    stream.extend(b"report.pdf.exe\0C:\\temp\\report.pdf.exe\0");
    stream.extend([0, 0, 3, 0]);
    stream.extend(5_u32.to_le_bytes());
    stream.extend(b"temp\0");
    stream.extend(8_u32.to_le_bytes());
    stream.extend(data);
    let object = compound(&[("/\u{1}Ole10Native", &stream)]);
    let mut out = Vec::new();
    let entries = [
        add(&mut out, "[Content_Types].xml", b"<Types/>"),
        add(&mut out, "word/document.xml", b"<w:document/>"),
        add(&mut out, "word/embeddings/oleObject1.bin", &object),
    ];
    let contents = inside("letter.docx", &finish(out, &entries));
    let program = file(&contents, "letter.docx/word/embeddings/oleObject1.bin/report.pdf.exe");
    assert!(program.is_program());
    assert_eq!(program.found, Some(Kind::WindowsProgram));
}

#[test]
fn recognises_scripts_in_a_pdf() {
    let contents = inside_fixture("script.pdf");
    assert_eq!(contents.files[0].active, [Active::Script]);
    assert_eq!(inside("plain.pdf", &fixture("class-list.pdf")).files[0].active, []);
}
