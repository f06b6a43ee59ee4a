//! What expands or nests out of all proportion costs bounded work, and is said to be what it is.

use std::io::{Cursor, Write};

use beadle::mail::contents::{Bounds, Contents, Unread, examine};
use flate2::Compression;
use flate2::write::ZlibEncoder;

use crate::message;
use crate::zip::{Entry, add, finish, zip};

/// Small bounds: what is shown is that they hold, and a debug build is slow.
fn bounds() -> Bounds {
    Bounds {
        expanded: 8 << 20,
        ratio_from: 1 << 20,
        text: 64 << 10,
        texts: 256 << 10,
        steps: 200_000,
        ..Bounds::default()
    }
}

fn inside(name: &str, bytes: &[u8]) -> Contents {
    let contents = examine(&message(&[(name, "application/octet-stream", bytes)]), bounds());
    let texts: usize = contents.texts.iter().map(|it| it.text.len()).sum();
    let unpacked: u64 =
        contents.files.iter().filter(|it| it.depth() > 0 && it.unread.is_none()).map(|it| it.size).sum();
    assert!(contents.files.len() <= bounds().files);
    assert!(texts <= bounds().texts);
    assert!(unpacked <= bounds().expanded as u64);
    contents
}

#[test]
fn one_member_that_expands_for_ever() {
    let contents = inside("bomb.zip", &zip(&[("zeros", &vec![0; 32 << 20])]));
    assert!(contents.has_bomb());
    assert_eq!(contents.files[1].unread, Some(Unread::Bomb));
    assert!(contents.files[1].size < 2 << 20);
}

#[test]
fn archives_of_archives_of_archives() {
    let mut archive = zip(&[("zeros", &vec![0; 256 << 10])]);
    for _ in 0..6 {
        let copies: Vec<String> = (0..16).map(|it| format!("{it}.zip")).collect();
        let members: Vec<(&str, &[u8])> = copies.iter().map(|it| (it.as_str(), &archive[..])).collect();
        archive = zip(&members);
    }
    let contents = inside("42.zip", &archive);
    assert!(contents.files.iter().any(|it| it.unread == Some(Unread::TooDeep)));
    assert!(
        contents.has_bomb()
            || contents.more
            || contents.files.iter().any(|it| it.unread == Some(Unread::TooLarge))
    );
    assert!(contents.files.iter().all(|it| it.depth() <= bounds().depth));
}

#[test]
fn many_entries_of_one_member() {
    let mut out = Vec::new();
    let Entry { packed, size, .. } = add(&mut out, "0", &vec![0; 256 << 10]);
    let entries: Vec<Entry> = (0..900)
        .map(|it| Entry { name: it.to_string(), flags: 0, method: 8, packed, size, header: 0 })
        .collect();
    let contents = inside("overlap.zip", &finish(out, &entries));
    assert!(contents.has_bomb());
    // Stored members may overlap as well.
    let mut out = Vec::new();
    add(&mut out, "0", &[]);
    out.extend(vec![b'x'; 1 << 20]);
    let entries: Vec<Entry> = (0..900)
        .map(|it| Entry {
            name: it.to_string(),
            flags: 0,
            method: 0,
            packed: 1 << 20,
            size: 1 << 20,
            header: 0,
        })
        .collect();
    let contents = inside("overlap.zip", &finish(out, &entries));
    assert!(contents.files.iter().any(|it| it.unread == Some(Unread::TooLarge)));
}

#[test]
fn more_members_than_anyone_reads() {
    let names: Vec<String> = (0..3_000).map(|it| format!("{it}.txt")).collect();
    let members: Vec<(&str, &[u8])> = names.iter().map(|it| (it.as_str(), &b"x"[..])).collect();
    let contents = inside("many.zip", &zip(&members));
    assert!(contents.more);
    assert_eq!(contents.files.len(), bounds().files);
    assert_eq!(contents.files[0].unread, Some(Unread::TooMany));
}

#[test]
fn a_large_honest_archive_is_no_bomb() {
    // Words that pack about as well as words do.
    let mut text = String::new();
    let mut number = 7_u32;
    while text.len() < 3 << 20 {
        number = number.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        text.push_str(&format!("{:x} ", number >> 8));
    }
    let contents = inside(
        "minutes.zip",
        &zip(&[("a.txt", text.as_bytes()), ("b.txt", text.as_bytes()), ("c.txt", text.as_bytes())]),
    );
    assert!(!contents.has_bomb());
    assert_eq!(contents.files[3].unread, Some(Unread::TooLarge));
    assert!(contents.texts[0].cut);
}

fn workbook(strings: &[u8], sheet: &[u8]) -> Vec<u8> {
    zip(&[
        ("[Content_Types].xml", b"<Types/>"),
        ("xl/workbook.xml", br#"<workbook><sheets><sheet name="A" r:id="r1"/></sheets></workbook>"#),
        (
            "xl/_rels/workbook.xml.rels",
            br#"<Relationships><Relationship Id="r1" Target="worksheets/sheet1.xml"/></Relationships>"#,
        ),
        ("xl/sharedStrings.xml", strings),
        ("xl/worksheets/sheet1.xml", sheet),
    ])
}

#[test]
fn entities_of_entities() {
    let mut strings = String::from("<!DOCTYPE sst [<!ENTITY a0 \"lol\">");
    for it in 1..20 {
        strings.push_str(&format!("<!ENTITY a{it} \"{}\">", format!("&a{};", it - 1).repeat(10)));
    }
    strings.push_str("]><sst><si><t>before &a19; after</t></si></sst>");
    let sheet = br#"<worksheet><sheetData><row><c t="s"><v>0</v></c></row></sheetData></worksheet>"#;
    let contents = inside("list.xlsx", &workbook(strings.as_bytes(), sheet));
    assert_eq!(contents.texts[0].text, "before after\n");
}

#[test]
fn one_long_string_in_every_cell() {
    let strings = format!("<sst><si><t>{}</t></si></sst>", "x".repeat(60 << 10));
    let sheet = format!("<worksheet>{}</worksheet>", "<row><c t=\"s\"><v>0</v></c></row>".repeat(20_000));
    let contents = inside("list.xlsx", &workbook(strings.as_bytes(), sheet.as_bytes()));
    assert!(contents.texts[0].cut);
}

#[test]
fn deep_and_broken_xml() {
    let deep = format!("<worksheet>{}", "<a>".repeat(100_000));
    let contents = inside("list.xlsx", &workbook(b"<sst>", deep.as_bytes()));
    assert_eq!(contents.files[0].unread, Some(Unread::Damaged));
}

#[test]
fn deep_storages() {
    let mut file = cfb::CompoundFile::create(Cursor::new(Vec::new())).expect("memory");
    let mut path = String::new();
    for _ in 0..300 {
        path.push_str("/a");
        file.create_storage(&path).expect("a storage");
    }
    file.create_stream("/WordDocument").expect("a stream").write_all(b"x").expect("memory");
    let contents = inside("deep.doc", &file.into_inner().into_inner());
    assert_eq!(contents.files[0].found, Some(beadle::mail::contents::Kind::OldWord));
}

fn pdf(objects: &[Vec<u8>]) -> Vec<u8> {
    let mut out = b"%PDF-1.7\n".to_vec();
    for (place, object) in objects.iter().enumerate() {
        out.extend(format!("{} 0 obj\n", place + 1).into_bytes());
        out.extend(object);
        out.extend(b"\nendobj\n");
    }
    out.extend(b"trailer << /Root 1 0 R >>\n%%EOF\n");
    out
}

fn stream(dictionary: &str, bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).expect("memory");
    let packed = encoder.finish().expect("memory");
    [format!("<< {dictionary} /Filter /FlateDecode >>\nstream\n").as_bytes(), &packed, b"\nendstream"]
        .concat()
}

#[test]
fn a_page_that_expands_for_ever() {
    let contents = inside(
        "bomb.pdf",
        &pdf(&[
            b"<< /Type /Catalog /Pages 2 0 R >>".to_vec(),
            b"<< /Type /Pages /Kids [3 0 R 3 0 R 2 0 R] >>".to_vec(),
            b"<< /Type /Page /Contents 4 0 R >>".to_vec(),
            stream("", &vec![b' '; 32 << 20]),
        ]),
    );
    assert!(contents.has_bomb());
}

#[test]
fn forms_within_forms() {
    let mut objects = vec![
        b"<< /Type /Catalog /Pages 2 0 R >>".to_vec(),
        b"<< /Type /Pages /Kids [3 0 R] >>".to_vec(),
        b"<< /Type /Page /Contents 4 0 R /Resources << /XObject << /F 5 0 R >> >> >>".to_vec(),
        stream("", b"/F Do"),
    ];
    // Each shows the next a hundred times; the last shows the first again.
    for number in 5..15 {
        let next = if number == 14 { 5 } else { number + 1 };
        let resources = format!("/Subtype /Form /Resources << /XObject << /F {next} 0 R >> >>");
        objects.push(stream(&resources, &b"/F Do ".repeat(100)));
    }
    let contents = inside("forms.pdf", &pdf(&objects));
    assert_eq!(contents.files[0].unread, Some(Unread::TooMany));
}
