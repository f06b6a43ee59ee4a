//! The texts of documents made by the programs that people use.

use beadle::mail::TextForm;
use beadle::mail::contents::TextKind;

use crate::zip::zip;
use crate::{fixture, inside, inside_fixture, message, text};

#[test]
fn reads_a_workbook_as_it_is_shown() {
    let contents = inside_fixture("class-list.xlsx");
    assert_eq!(
        text(&contents, "class-list.xlsx, sheet Year 9"),
        "Name\tForm\tDate of birth\tUPN\tTelephone\tHalf days\n\
         Aisha Rahman\t9H\t14/03/2012\tA123456789012\t07700 900123\t0.5\t\tfar cell\n\
         Tomos Llŷr\t9K\t02/11/2011\tB123456789012\t07700 900456\t12\n"
    );
    assert_eq!(text(&contents, "class-list.xlsx, hidden sheet Medical"), "Aisha Rahman\tasthma & eczema\n");
    assert_eq!(text(&contents, "class-list.xlsx, notes 1").trim(), "SEN register");
    assert_eq!(contents.texts[0].form, TextKind::Table);
}

#[test]
fn reads_an_old_workbook() {
    let contents = inside_fixture("class-list.xls");
    assert_eq!(
        text(&contents, "class-list.xls, sheet Year 9"),
        "Name\tForm\tDate of birth\tUPN\tTelephone\tHalf days\n\
         Aisha Rahman\t9H\t14/03/2012\tA123456789012\t07700 900123\t0.5\n\
         Tomos Llŷr\t9K\t02/11/2011\tB123456789012\t07700 900456\t12\n"
    );
}

#[test]
fn reads_an_open_document_sheet() {
    let contents = inside_fixture("class-list.ods");
    assert_eq!(text(&contents, "class-list.ods, sheet Year 9"), "Name\t\tForm\nAisha Rahman\t\t9H\n");
}

#[test]
fn reads_a_letter_with_its_table_and_header() {
    let contents = inside_fixture("letter.docx");
    let letter = "Trip letter\nDear parents,\twe go on Friday.\nFirst line\nsecond line\nYours, J. Okoro\n";
    assert_eq!(text(&contents, "letter.docx").trim_end(), letter.trim_end());
    assert_eq!(text(&contents, "letter.docx, table 1"), "Name\tForm\nAisha Rahman\t9H set 2\n");
    assert_eq!(text(&contents, "letter.docx, header 1"), "Oakfield School\n");
    let contents = inside_fixture("letter.odt");
    assert_eq!(text(&contents, "letter.odt"), "Trip letter\nDear  parents,\nwe go on Friday.\n");
    assert_eq!(text(&contents, "letter.odt, List"), "Aisha Rahman\t9H\n");
}

#[test]
fn reads_slides_and_their_notes() {
    let contents = inside_fixture("assembly.pptx");
    assert_eq!(text(&contents, "assembly.pptx, slide 1"), "Assembly on Monday\n");
    assert_eq!(text(&contents, "assembly.pptx, slide 1 table 1"), "Reader\tForm\nTomos Llŷr\t9K\n");
    assert_eq!(text(&contents, "assembly.pptx, notes 1"), "Remember the projector\n");
}

#[test]
fn reads_the_pages_of_pdfs_however_they_are_packed() {
    // With the standard fonts ŷ cannot be written, and the library that made the file wrote another letter.
    for (name, tomos) in [
        ("class-list.pdf", "Tomos Llnr"),
        ("class-list-truetype.pdf", "Tomos Llŷr"),
        ("class-list-packed.pdf", "Tomos Llŷr"),
    ] {
        let contents = inside_fixture(name);
        assert_eq!(
            text(&contents, name),
            format!(
                "Dear parents, the trip to the museum is on Friday and costs £12.\n\
                 Name\tForm\tDate of birth\tUPN\n\
                 Aisha Rahman\t9H\t2012-03-14\tA123456789012\n\
                 {tomos}\t9K\t2011-11-02\tB123456789012\n\n\
                 Second page: Tomos’s medical plan\n"
            )
        );
        assert_eq!(contents.files[0].pages, Some(2));
    }
    let contents = inside_fixture("class-list-packed.pdf");
    assert_eq!(text(&contents, "class-list-packed.pdf/notes.txt"), "Embedded words\n");
}

#[test]
fn reads_a_pdf_that_has_lost_its_end() {
    let bytes = fixture("class-list.pdf");
    let end = bytes.windows(5).rposition(|it| it == b"xref\n").expect("a table");
    let contents = inside("list.pdf", &bytes[..end]);
    assert!(text(&contents, "list.pdf").contains("Aisha Rahman\t9H\t2012-03-14"));
}

#[test]
fn reads_text_files() {
    let csv = inside("list.csv", b"Name;Form\r\n\"Rahman; Aisha\";9H\r\n");
    assert_eq!(text(&csv, "list.csv"), "Name\tForm\nRahman; Aisha\t9H\n");
    assert_eq!(csv.texts[0].form, TextKind::Table);
    let note = inside("note.txt", b"caf\xe9 rota\r\n");
    assert_eq!(text(&note, "note.txt"), "café rota\n");
    let calendar = b"BEGIN:VCALENDAR\r\nSUMMARY:Meeting about Aisha\r\n  Rahman\r\nEND:VCALENDAR\r\n";
    assert!(
        text(&inside("invite.ics", calendar), "invite.ics").contains("SUMMARY:Meeting about Aisha Rahman\n")
    );
    let page = b"<html><body><table><tr><td>Aisha</td><td>9H</td></tr></table></body></html>";
    assert_eq!(text(&inside("export.xls", page), "export.xls"), "Aisha 9H\n");
    let rich = inside("plan.rtf", b"{\\rtf1\\ansi Care plan\\par Aisha\\cell 9H\\cell\\row}");
    assert_eq!(text(&rich, "plan.rtf"), "Care plan\nAisha\t9H\n");
}

#[test]
fn reads_a_workbook_of_excel_2003() {
    let xml = br#"<?xml version="1.0"?><Workbook xmlns:ss="urn:s"><ss:Worksheet><ss:Table>
        <ss:Row><ss:Cell><ss:Data>Aisha</ss:Data></ss:Cell><ss:Cell><ss:Data>9H</ss:Data></ss:Cell></ss:Row>
        </ss:Table></ss:Worksheet></Workbook>"#;
    assert_eq!(text(&inside("export.xls", xml), "export.xls").trim_end(), "Aisha \t9H");
}

#[test]
fn reads_what_lies_within_archives() {
    let inner = zip(&[("lists/year 9.csv", b"Name,Form,House\nAisha,9H,Red\n")]);
    let outer = zip(&[("inner.zip", &inner), ("list.xlsx", &fixture("class-list.xlsx"))]);
    let contents = inside("trip.zip", &outer);
    assert_eq!(text(&contents, "trip.zip/inner.zip/lists/year 9.csv"), "Name\tForm\tHouse\nAisha\t9H\tRed\n");
    assert!(text(&contents, "trip.zip/list.xlsx, sheet Year 9").contains("Aisha Rahman"));
    let contents = inside_fixture("trip.tar.gz");
    assert_eq!(text(&contents, "trip.tar.gz/trip.tar/photos/readme.txt"), "The trip is on Friday.\n");
}

#[test]
fn reads_a_stored_message_and_its_attachment() {
    let mail = message(&[("list.csv", "text/csv", b"Name,Form,House\nAisha,9H,Red\n")]);
    let archive = zip(&[("old.eml", mail.raw())]);
    let contents = inside("mails.zip", &archive);
    assert!(text(&contents, "mails.zip/old.eml").contains("Here they are."));
    assert!(text(&contents, "mails.zip/old.eml/list.csv").contains("Aisha\t9H"));
}

#[test]
fn reads_a_message_within_the_message_once() {
    let inner = message(&[("list.csv", "text/csv", b"Name,Form,House\nAisha,9H,Red\n")]);
    let outer = [
        &b"Subject: Fwd\r\nContent-Type: multipart/mixed; boundary=\"o\"\r\n\r\n--o\r\nContent-Type: message/rfc822\r\n\r\n"[..],
        inner.raw(),
        b"\r\n--o--\r\n",
    ]
    .concat();
    for contents in [beadle::mail::Message::parse(outer.clone()).contents(), &inside("old.eml", &outer)] {
        let words = contents.texts.iter().filter(|it| it.text.contains("Here they are.")).count();
        let lists = contents.texts.iter().filter(|it| it.text.contains("Aisha\t9H")).count();
        assert_eq!((words, lists), (1, 1), "{:?}", contents.texts);
    }
}

#[test]
fn reads_mail_that_outlook_wraps() {
    let mail = message(&[("winmail.dat", "application/ms-tnef", &fixture("winmail.dat"))]);
    let texts = mail.texts();
    assert_eq!(texts.len(), 2);
    assert_eq!(texts[1].text.trim(), "Please see the café rota, Sam");
    assert_eq!(texts[1].form, TextForm::Html);
    assert_eq!(texts[0].alternative, texts[1].alternative);
    let contents = mail.contents();
    let names: Vec<&str> = contents.files.iter().map(|it| it.name()).collect();
    assert_eq!(names, ["winmail.dat", "Rota for the autumn term.docx", "word/media/image1.png", "SETUP.EXE"]);
    // The message's own words are not an attachment's.
    assert!(!contents.texts.iter().any(|it| it.text.contains("café rota")));
}

#[test]
fn reads_a_message_that_outlook_saved() {
    let mut file = cfb::CompoundFile::create(std::io::Cursor::new(Vec::new())).expect("memory");
    let wide = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let attachment = "/__attach_version1.0_#00000000";
    file.create_storage(attachment).expect("a storage");
    for (path, bytes) in [
        ("/__properties_version1.0".to_owned(), vec![0; 32]),
        ("/__substg1.0_0037001F".to_owned(), wide("Rota")),
        ("/__substg1.0_1000001F".to_owned(), wide("Please see the rota,\r\nSam")),
        (format!("{attachment}/__substg1.0_3707001F"), wide("list.csv")),
        (format!("{attachment}/__substg1.0_37010102"), b"a;b\nc;d\n".to_vec()),
    ] {
        std::io::Write::write_all(&mut file.create_stream(path).expect("a stream"), &bytes).expect("memory");
    }
    let bytes = file.into_inner().into_inner();
    let contents = inside("rota.msg", &bytes);
    assert_eq!(text(&contents, "rota.msg"), "Rota\nPlease see the rota,\nSam");
    assert_eq!(text(&contents, "rota.msg/list.csv"), "a\tb\nc\td\n");
}
