//! Telephone numbers: Ofcom's ranges, how people write them, and one form to compare by.

use beadle::mail::identifiers::{Kind, Line, Shape, Telephone, identifiers};

/// Ofcom's ranges for drama, in the forms people write.
const WRITTEN: &[(&str, &str, Line)] = &[
    ("07700 900123", "+447700900123", Line::Mobile),
    ("07700900123", "+447700900123", Line::Mobile),
    ("+44 7700 900 123", "+447700900123", Line::Mobile),
    ("+44 (0)7700 900123", "+447700900123", Line::Mobile),
    ("0044 7700 900123", "+447700900123", Line::Mobile),
    ("07700-900-123", "+447700900123", Line::Mobile),
    ("07700.900.123", "+447700900123", Line::Mobile),
    ("(07700) 900123", "+447700900123", Line::Mobile),
    ("01632 960001", "+441632960001", Line::Geographic),
    ("01632 960 001", "+441632960001", Line::Geographic),
    ("(01632) 960001", "+441632960001", Line::Geographic),
    ("01632/960001", "+441632960001", Line::Geographic),
    ("+44 1632 960001", "+441632960001", Line::Geographic),
    ("0113 496 0000", "+441134960000", Line::Geographic),
    ("0191 498 0123", "+441914980123", Line::Geographic),
    ("020 7946 0958", "+442079460958", Line::Geographic),
    ("0207 946 0958", "+442079460958", Line::Geographic),
    ("028 9649 6001", "+442896496001", Line::Geographic),
    ("029 2018 0123", "+442920180123", Line::Geographic),
    ("0808 157 0123", "+448081570123", Line::Service),
    ("0909 879 0123", "+449098790123", Line::Service),
    ("03069 990123", "+443069990123", Line::Service),
];

const OTHERS: &[&str] = &[
    "617-253-1000",
    "(617) 253-1000",
    "617 253 1000",
    "+1 617 253 1000",
    "+33 1 23 45 67 89",
    "01 23 45 67 89",
    "07700 90012",
    "07700 9001234",
    "04412 960001",
    "06700 900123",
    "0111 960 0011",
    "0161 112 0000",
    "020 1946 0958",
    "027 7946 0958",
    "02 2026 1200 30",
    "999",
    "0000 000 0000",
    "0532 960 0012",
    "0900",
    "PO-07700900123",
    "1.07700900123",
];

#[test]
fn every_written_form_is_found_whole_and_normalised() {
    for (written, number, line) in WRITTEN {
        let text = format!("Find us, {written}, any time");
        let found = identifiers(&text, Shape::Prose);
        assert!(found.len() == 1 && found[0].kind == Kind::Telephone, "{text}: {found:?}");
        assert_eq!(&text[found[0].range.clone()], *written);
        assert_eq!(Telephone::read(written), Some(Telephone { number: (*number).into(), line: *line }));
    }
}

#[test]
fn other_figures_are_no_numbers_of_the_plan() {
    for other in OTHERS {
        let text = format!("Find us, {other}, any time");
        assert_eq!(identifiers(&text, Shape::Prose), [], "{text}");
        assert_eq!(Telephone::read(other), None, "{other}");
    }
}

#[test]
fn an_order_s_number_is_no_telephone() {
    for text in ["Order 07700900123", "Ref: 07700 900123", "invoice number 01632 960001"] {
        assert_eq!(identifiers(text, Shape::Prose), [], "{text}");
    }
}

#[test]
fn a_spreadsheet_s_lost_nought_is_read_below_its_heading() {
    let sheet = "Name,Mobile\nAnn,7700900123\nBob,447700900456\n";
    let found: Vec<_> = identifiers(sheet, Shape::Table)
        .into_iter()
        .filter_map(|it| Telephone::read(&sheet[it.range]))
        .map(|it| it.number)
        .collect();
    assert_eq!(found, ["+447700900123", "+447700900456"]);
}
