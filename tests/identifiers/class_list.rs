//! A class list as it leaks: from a spreadsheet, pasted into a mail, and without its headings.

use std::fmt::Write;

use beadle::mail::identifiers::{Credible, Kind, Shape, identifiers};

use crate::generator::Random;

const PUPILS: usize = 30;

/// Figures with the check digit by which a kind is valid, found by trying all ten.
fn valid(random: &mut Random, kind: Kind) -> String {
    loop {
        let (label, number) = match kind {
            Kind::Upn => {
                let letter = random.one(&["A", "B", "H", "K", "T", "Z"]);
                ("UPN", format!("{letter}801{}", random.digits(9)))
            }
            Kind::Uln => ("ULN", format!("{}{}", 1 + random.below(9), random.digits(9))),
            _ => ("NHS", format!("4{}", random.digits(9))),
        };
        if identifiers(&format!("{label} {number}"), Shape::Prose).iter().any(|it| it.kind == kind) {
            return number;
        }
    }
}

/// Rows of cells: surname, forename, form, UPN, date of birth, NHS number, ULN.
fn class(random: &mut Random) -> Vec<Vec<String>> {
    (0..PUPILS)
        .map(|_| {
            vec![
                random.one(&["Rees", "Penn", "Okoro", "Nair"]).into(),
                random.one(&["Ada", "Ben", "Carys"]).into(),
                format!("{}H", 7 + random.below(5)),
                valid(random, Kind::Upn),
                format!("{:02}/{:02}/20{}", 1 + random.below(28), 1 + random.below(12), 10 + random.below(5)),
                valid(random, Kind::NhsNumber),
                valid(random, Kind::Uln),
            ]
        })
        .collect()
}

/// How many of each kind are found in the rows, joined by `part`, below `heading`.
fn counts(heading: Option<&str>, part: &str, shape: Shape) -> [usize; 4] {
    let mut text = String::new();
    if let Some(heading) = heading {
        writeln!(text, "{}", heading.replace('|', part)).unwrap();
    }
    for row in class(&mut Random::new(7)) {
        writeln!(text, "{}", row.join(part)).unwrap();
    }
    let found = identifiers(&text, shape);
    let known = [Kind::Upn, Kind::BirthDate, Kind::NhsNumber, Kind::Uln];
    assert!(found.iter().all(|it| known.contains(&it.kind)), "{found:?}");
    assert!(found.iter().all(|it| it.credible <= Credible::Row), "{found:?}");
    known.map(|kind| found.iter().filter(|it| it.kind == kind).count())
}

const HEADING: &str = "Surname|Forename|Form|UPN|Date of Birth|NHS No|ULN";

#[test]
fn every_pupil_of_a_sheet_is_found() {
    for part in [",", "\t", ";", "|"] {
        assert_eq!(counts(Some(HEADING), part, Shape::Table), [PUPILS; 4], "{part:?}");
    }
}

#[test]
fn every_pupil_of_a_table_in_a_mail_is_found() {
    for part in [",", "\t", " | ", "   ", " "] {
        assert_eq!(counts(Some(HEADING), part, Shape::Prose), [PUPILS; 4], "{part:?}");
    }
}

#[test]
fn every_pupil_is_found_without_headings() {
    for (part, shape) in [(",", Shape::Table), ("\t", Shape::Table), (",", Shape::Prose), (" ", Shape::Prose)]
    {
        assert_eq!(counts(None, part, shape), [PUPILS; 4], "{part:?}");
    }
}

#[test]
fn quoted_cells_keep_their_commas() {
    let sheet = "Name,Address,DOB,Admitted\n\"Rees, Ada\",\"4 Mill Lane, Oakfield, OX4 1AA\",12/03/2014,01/09/2025\n\"Penn, Ben\",\"5 Mill Lane\",13/03/2014,01/09/2025\n";
    let found: Vec<_> =
        identifiers(sheet, Shape::Table).into_iter().map(|it| (it.kind, &sheet[it.range])).collect();
    assert_eq!(
        found,
        [(Kind::Postcode, "OX4 1AA"), (Kind::BirthDate, "12/03/2014"), (Kind::BirthDate, "13/03/2014")]
    );
}

#[test]
fn one_row_in_eleven_is_chance() {
    // American telephone numbers in a column: some pass the sum, and the column does not.
    let mut random = Random::new(3);
    let sheet: String =
        (0..200).map(|_| format!("Acme,{}{}\n", 2 + random.below(8), random.digits(9))).collect();
    assert_eq!(identifiers(&sheet, Shape::Table), []);
}
