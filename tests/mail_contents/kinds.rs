//! Files are told by their bytes, and their disguises by what else they say.

use beadle::mail::contents::{Active, Disguise, Family, Kind, Picture, Unread};

use crate::zip::{add, finish, zip};
use crate::{file, fixture, inside, inside_fixture, message};

/// The smallest file that Windows would take for a program.
fn program() -> Vec<u8> {
    let mut bytes = b"MZ".to_vec();
    bytes.resize(0x3c, 0);
    bytes.extend(0x40_u32.to_le_bytes());
    bytes.extend(b"PE\0\0\x4c\x01");
    bytes.resize(512, 0);
    bytes
}

#[test]
fn knows_programs_by_their_bytes() {
    let programs: &[(&[u8], Kind)] = &[
        (&program(), Kind::WindowsProgram),
        (b"\x7fELF\x02\x01\x01\0", Kind::UnixProgram),
        (b"\xcf\xfa\xed\xfe\x07\0\0\x01", Kind::MacProgram),
        (b"\xca\xfe\xba\xbe\0\0\0\x02\x01\0", Kind::MacProgram),
        (b"\xca\xfe\xba\xbe\0\0\0\x34\0\x10", Kind::JavaClass),
        (b"#!/bin/sh\nrm -r x\n", Kind::UnixScript),
        (b"@echo off\r\nformat c:\r\n", Kind::BatchFile),
        (b"L\0\0\0\x01\x14\x02\0\0\0\0\0\xc0\0\0\0\0\0\0F\x9b", Kind::Shortcut),
        (b"Set x = CreateObject(\"WScript.Shell\")\r\n", Kind::WindowsScript),
        (b"<HTML><HTA:APPLICATION ID=x></HTML>", Kind::HtmlApplication),
        (b"$x = New-Object Net.WebClient\r\n$x.DownloadFile('a','b')\r\n", Kind::PowerShell),
        (b"ITSF\x03\0\0\0\x60\0", Kind::HelpProgram),
    ];
    for (bytes, kind) in programs {
        let contents = inside("invoice.pdf", bytes);
        let found = &contents.files[0];
        assert_eq!(found.found, Some(*kind));
        assert!(found.is_program() && found.disguises.contains(&Disguise::HiddenProgram), "{kind:?}");
        let honest = inside("file", bytes);
        assert!(honest.files[0].disguises.is_empty(), "{kind:?}");
    }
    let jar = zip(&[("META-INF/MANIFEST.MF", b"x"), ("A.class", b"\xca\xfe\xba\xbe\0\0\0\x34")]);
    assert_eq!(inside("game.zip", &jar).files[0].found, Some(Kind::JavaArchive));
    assert_eq!(inside("game.zip", &jar).files[0].disguises, [Disguise::HiddenProgram]);
}

#[test]
fn does_not_take_other_files_for_programs() {
    let others: &[(&str, &[u8])] = &[
        ("note.txt", b"MZ Jones wrote this note about the trip.\n"),
        ("lesson.txt", b"A batch file starts with @echo off.\nWe copy a file with it.\n"),
        ("sort.py", b"#!/usr/bin/env python3\nprint('sorted')\n"),
        ("BZhelp.txt", b"BZh is how bzip2 begins\n"),
        ("list.csv", b"Name,Form\nAisha,9H\n"),
    ];
    for (name, bytes) in others {
        let contents = inside(name, bytes);
        assert!(contents.files[0].disguises.is_empty(), "{name}");
        assert!(!contents.files[0].named.is_some_and(Kind::is_program), "{name}");
    }
}

#[test]
fn knows_archives_that_it_does_not_open() {
    let archives: &[(&[u8], Kind)] = &[
        (b"Rar!\x1a\x07\0\0\0\x73\0\0\x0d\0\0\0\0\0\0\0", Kind::Rar),
        (b"MSCF\0\0\0\0\x10\0\0\0", Kind::Cabinet),
        (b"BZh91AY&SY\x01\x02", Kind::Bzip2),
        (b"\xfd7zXZ\0\0\x04", Kind::Xz),
    ];
    for (bytes, kind) in archives {
        let contents = inside("file", bytes);
        assert_eq!(
            (contents.files[0].found, contents.files[0].unread),
            (Some(*kind), Some(Unread::Unopened))
        );
    }
    let disc = inside_fixture("disc.iso");
    assert_eq!(disc.files[0].found.map(Kind::family), Some(Family::Disk));
}

#[test]
fn finds_programs_within_archives() {
    let archive =
        zip(&[("photos/", b""), ("photos/../../run me.bat", b"@echo off\r\n"), ("a.jpg", &program())]);
    let contents = inside("photos.zip", &archive);
    assert_eq!(contents.files.len(), 3);
    let batch = file(&contents, "photos.zip/photos/../../run me.bat");
    assert_eq!((batch.extension.as_str(), batch.found), ("bat", Some(Kind::BatchFile)));
    assert_eq!(file(&contents, "photos.zip/a.jpg").disguises, [Disguise::HiddenProgram]);
}

#[test]
fn finds_a_self_extracting_archive() {
    let mut bytes = program();
    bytes.resize(2_000, 0);
    let prefix = bytes.len();
    let entry = add(&mut bytes, "setup.vbs", b"x = 1");
    let archive = finish(bytes, &[entry]);
    let contents = inside("photos.exe", &archive);
    assert_eq!(contents.files[0].active, [Active::SelfExtracting]);
    assert_eq!(file(&contents, "photos.exe/setup.vbs").extension, "vbs");
    // The same archive made first and put behind the program afterwards.
    let moved = [&program()[..], &vec![0; prefix - 512], &zip(&[("setup.vbs", b"x = 1")])].concat();
    assert_eq!(file(&inside("photos.exe", &moved), "photos.exe/setup.vbs").size, 5);
}

#[test]
fn finds_an_archive_behind_a_picture() {
    let bytes = [fixture("crest.png"), zip(&[("list.csv", b"a,b,c\nd,e,f\n")])].concat();
    let contents = inside("crest.png", &bytes);
    assert_eq!(contents.files[0].disguises, [Disguise::AppendedArchive]);
    assert_eq!(contents.files.len(), 2);
}

#[test]
fn finds_tricks_of_names() {
    for (name, disguise) in [
        ("photo.jpg.exe", Disguise::DoubleExtension),
        ("invoice.pdf                       .exe", Disguise::PaddedName),
        ("photo\u{202e}gpj.exe", Disguise::TurnedName),
    ] {
        let contents = inside(name, &program());
        assert!(contents.files[0].disguises.contains(&disguise), "{name}");
        assert_eq!(contents.files[0].extension, "exe", "{name}");
        assert!(contents.files[0].is_program(), "{name}");
    }
}

#[test]
fn compares_what_is_declared_named_and_found() {
    let mail = message(&[
        ("letter.pdf", "image/png", &fixture("class-list.pdf")),
        ("letter.docx", "application/pdf", &fixture("letter.docx")),
        ("letter.docx", "application/zip", &fixture("letter.docx")),
        ("crest.jpg", "image/jpeg", &fixture("crest.png")),
        ("crest.pdf", "application/octet-stream", &fixture("crest.png")),
    ]);
    let disguises: Vec<_> =
        mail.contents().files.iter().filter(|it| it.depth() == 0).map(|it| &it.disguises[..]).collect();
    assert_eq!(
        disguises,
        [
            &[Disguise::OtherDeclaration][..],
            &[Disguise::OtherDeclaration],
            &[],
            &[],
            &[Disguise::OtherContent],
        ]
    );
}

#[test]
fn measures_pictures_by_their_headers() {
    for name in ["crest.png", "crest.gif", "crest.bmp", "crest.tiff", "crest.webp"] {
        let size = Picture { width: 48, height: 32, camera: false, position: false };
        assert_eq!(inside_fixture(name).files[0].picture, Some(size), "{name}");
    }
    let photograph = Picture { width: 640, height: 480, camera: true, position: true };
    assert_eq!(inside_fixture("trip.jpg").files[0].picture, Some(photograph));
    let heic = inside_fixture("trip.heic").files[0].picture.expect("a size");
    assert_eq!((heic.width, heic.height), (640, 480));
    // By content, whatever the name.
    assert!(inside("letter.pdf", &fixture("trip.jpg")).files[0].picture.is_some());
    let letter = inside_fixture("letter.docx");
    assert_eq!(file(&letter, "letter.docx/word/media/image1.png").picture.map(|it| it.width), Some(48));
}

#[test]
fn reads_an_archive_without_its_directory() {
    let whole = zip(&[("a.txt", b"first"), ("b.txt", b"second")]);
    let end = whole.windows(4).position(|it| it == b"PK\x01\x02").expect("a directory");
    let contents = inside("cut.zip", &whole[..end]);
    let names: Vec<&str> = contents.files.iter().map(|it| it.name()).collect();
    assert_eq!(names, ["cut.zip", "a.txt", "b.txt"]);
    assert_eq!(contents.texts[1].text, "second");
}

#[test]
fn believes_no_size() {
    let mut out = Vec::new();
    let mut entry = add(&mut out, "a.txt", b"twelve bytes");
    entry.size = 4_000_000_000;
    let contents = inside("lying.zip", &finish(out, &[entry]));
    assert_eq!(file(&contents, "lying.zip/a.txt").size, 12);
    let mut out = Vec::new();
    let mut entry = add(&mut out, "a.txt", b"twelve bytes");
    entry.packed = 4_000_000_000;
    let contents = inside("lying.zip", &finish(out, &[entry]));
    assert_eq!(contents.texts[0].text, "twelve bytes");
}
