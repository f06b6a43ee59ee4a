//! Published numbers with right check digits, and their neighbours with wrong ones.

use beadle::mail::identifiers::{Credible, Kind, Shape, identifiers};

/// The kinds found in a text.
fn kinds(text: &str) -> Vec<Kind> {
    identifiers(text, Shape::Prose).into_iter().map(|it| it.kind).collect()
}

/// Every text that differs from a number in one figure.
fn neighbours(number: &str) -> impl Iterator<Item = String> {
    number.char_indices().filter(|(_, it)| it.is_ascii_digit()).flat_map(move |(at, old)| {
        ('0'..='9')
            .filter(move |it| *it != old)
            .map(move |new| format!("{}{new}{}", &number[..at], &number[at + 1..]))
    })
}

/// Asserts that the number is found beside its label, and that none of its neighbours is.
fn checks(label: &str, number: &str, kind: Kind) {
    let text = format!("{label} {number}");
    let found = identifiers(&text, Shape::Prose);
    assert!(found.iter().any(|it| it.kind == kind && &text[it.range.clone()] == number), "{text}: {found:?}");
    for neighbour in neighbours(number) {
        let found = kinds(&format!("{label} {neighbour}"));
        assert!(!found.contains(&kind), "{label} {neighbour}: {found:?}");
    }
}

#[test]
fn nhs_numbers_check_modulo_11() {
    // NHS Data Dictionary and NHS Digital's test numbers; 010 101 0014 is a Scottish CHI number.
    for number in ["943 476 5919", "9434765919", "401-023-2137", "9990000018", "450 557 7104", "943 4765919"]
    {
        checks("NHS number:", number, Kind::NhsNumber);
    }
    // A check of 10 is never issued, and ten same figures pass and are nobody's.
    for wrong in [
        "NHS number 1234567890",
        "NHS number 0000000000",
        "NHS number 4444444444",
        "NHS number 943 476 59190",
    ] {
        assert_eq!(kinds(wrong), [], "{wrong}");
    }
}

#[test]
fn pupil_numbers_check_modulo_23() {
    // H801200001001 is the DfE's own example; its temporary kin ends in a letter.
    for number in ["H801200001001", "A80120001300A", "G89140021500K"] {
        checks("UPN", number, Kind::Upn);
    }
    for letter in ('A'..='Z').filter(|it| *it != 'H') {
        assert_eq!(kinds(&format!("UPN {letter}801200001001")), [], "{letter}");
    }
}

#[test]
fn learner_and_tax_references_check_modulo_11() {
    for number in ["1000000043", "3768426849", "7563212239"] {
        // Its first figure may not be nought, which is no fault of the sum.
        checks("ULN", number, Kind::Uln);
    }
    for number in ["1123456789", "6385280841", "24852 53888"] {
        assert_eq!(kinds(&format!("UTR {number}")), [Kind::TaxReference], "{number}");
        // Two remainders of eleven share the check figure 1, and two share 2: some neighbours pass.
        let passing = neighbours(number).filter(|it| !kinds(&format!("UTR {it}")).is_empty()).count();
        assert!(passing <= 9, "{number}: {passing}");
    }
    assert_eq!(kinds("My UTR is 1123456789K"), [Kind::TaxReference]);
}

#[test]
fn national_insurance_numbers_have_issued_prefixes_and_suffixes() {
    for number in ["AB123456C", "AB 12 34 56 C", "jg103759a", "CE 456781 D", "SX123456", "AB-12-34-56-C"] {
        assert_eq!(kinds(&format!("NI number {number}")), [Kind::NationalInsurance], "{number}");
    }
    for number in [
        "QQ123456C",
        "BG123456A",
        "GB123456A",
        "NK123456A",
        "TN123456A",
        "ZZ123456A",
        "AO123456A",
        "DA123456A",
        "AB123456E",
        "AB1234567",
    ] {
        assert_eq!(kinds(&format!("NI number {number}")), [], "{number}");
    }
}

#[test]
fn ibans_check_modulo_97_and_have_their_country_s_length() {
    // Examples of the SWIFT registry.
    for number in [
        "GB29NWBK60161331926819",
        "GB29 NWBK 6016 1331 9268 19",
        "DE89 3704 0044 0532 0130 00",
        "FR1420041010050500013M02606",
        "IE29AIBK93115212345678",
        "NL91ABNA0417164300",
        "MT84MALT011000012345MTLCAST001S",
        "NO9386011117947",
    ] {
        checks("", number, Kind::Iban);
    }
    assert_eq!(kinds("GB29NWBK6016133192681"), []);
    assert_eq!(kinds("IBAN GB29 NWBK 601613 31926819"), [Kind::Iban]);
    // A minibus whose plate and mileage happen to pass.
    assert_eq!(kinds("Minibus LY33 JSG has done 282935 miles"), []);
}

#[test]
fn cards_check_by_luhn_within_issuers_ranges() {
    // The card schemes' public test numbers.
    for number in [
        "4111111111111111",
        "4012 8888 8888 1881",
        "5555-5555-5555-4444",
        "2223003122003222",
        "378282246310005",
        "3714 496353 98431",
        "6011111111111117",
        "3530111333300000",
        "30569309025904",
        "4222222222222",
    ] {
        checks("Card number", number, Kind::PaymentCard);
    }
    assert_eq!(kinds("Card number 1234 5678 1234 5670"), []);
}

#[test]
fn postcodes_have_real_areas_and_districts() {
    for code in [
        "SW1A 1AA", "EC1A 1BB", "W1A 0AX", "M1 1AE", "B33 8TH", "CR2 6XH", "DN55 1PT", "BT1 5GS", "ZE1 0AA",
        "GY1 1AA", "se1p 5lx",
    ] {
        assert_eq!(kinds(&format!("Postcode: {code}")), [Kind::Postcode], "{code}");
    }
    for code in [
        "QX1 1AA", "AB1 1AA", "SW1Z 1AA", "M1 1CE", "M1 1AV", "EC5A 1BB", "B99 8TH", "XX1 1XX", "M01 1AE",
        "LL1 1AA",
    ] {
        assert_eq!(kinds(&format!("Postcode: {code}")), [], "{code}");
    }
}

#[test]
fn a_check_digit_alone_proves_nothing() {
    for text in [
        "Call 943 476 5919 today",
        "Ref 9434765919",
        "H801200001001",
        "The number is 1123456789.",
        "Order 4111 1111 1111 1111",
        "It was M1 1AE then",
    ] {
        assert_eq!(kinds(text), [], "{text}");
    }
}

#[test]
fn says_what_made_it_credible() {
    let credible = |text: &str, shape| identifiers(text, shape)[0].credible;
    assert_eq!(credible("NHS 9434765919", Shape::Prose), Credible::Label);
    assert_eq!(credible("9434765919 is her NHS number", Shape::Prose), Credible::Label);
    assert_eq!(credible("Name,NHS\nAnn,9434765919", Shape::Table), Credible::Column);
    assert_eq!(credible("9434765919\n4010232137\n9990000018", Shape::Prose), Credible::Column);
    assert_eq!(credible("The pupil H801200001001 left", Shape::Prose), Credible::Hint);
    assert_eq!(credible("GB29NWBK60161331926819", Shape::Prose), Credible::Form);
}

#[test]
fn reads_other_digits_blanks_and_dashes_and_points_at_what_was_written() {
    for number in [
        "943\u{a0}476\u{a0}5919",
        "943\u{2009}476\u{2009}5919",
        "943–476–5919",
        "９４３４７６５９１９",
        "٩٤٣٤٧٦٥٩١٩",
        "943\u{200b}4765919",
        "943\u{ad}476\u{2011}5919",
    ] {
        let text = format!("Café — her NHS n°: {number}, Éowyn");
        let text = text.replace("NHS n°", "NHS\u{a0}number");
        let found = identifiers(&text, Shape::Prose);
        assert_eq!(found.len(), 1, "{text}: {found:?}");
        assert_eq!(&text[found[0].range.clone()], number);
    }
}

#[test]
fn dates_are_of_birth_where_birth_is_spoken_of() {
    for date in [
        "12/03/2014",
        "12-3-14",
        "12.03.2014",
        "2014-03-12",
        "12 March 2014",
        "12th of March 2014",
        "March 12, 2014",
        "12-Mar-14",
        "12 03 2014",
    ] {
        assert_eq!(kinds(&format!("DOB {date}")), [Kind::BirthDate], "{date}");
        assert_eq!(kinds(&format!("We meet on {date}")), [], "{date}");
    }
    for date in ["32/03/2014", "12/13/1014", "31 02 2014", "12/03/1814", "12/03/2014/7", "30/02/2014"] {
        assert_eq!(kinds(&format!("DOB {date}")), [], "{date}");
    }
}

#[test]
fn placeholders_and_talk_about_passwords_have_no_value() {
    for text in [
        "password: <password>",
        "Password: ********",
        "password: see separate letter",
        "PIN: xxxx",
        "Password: [to follow]",
        "Password:",
        "password: ____",
        "Your password expires in 5 days",
        "Please do not share your password",
        "The password is incorrect.",
        "Password: TBC",
        "password: n/a",
        "Password: {{password}}",
        "the password is the same as before",
        "The PIN is 4 digits",
        "Password: https://portal.example/a1b2",
        "password protected",
        "Password must contain 1 digit, e.g. Abc1!",
        "PIN is on the card",
        "password_in_same_mail not accepted",
        "PW-6719G",
        "password: as usual",
        "Password?\nRovers are top of the league",
    ] {
        assert_eq!(kinds(text), [], "{text}");
    }
}

#[test]
fn keys_and_tokens_are_known_by_their_form() {
    let tail = "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7bC0dF3gH6";
    for token in [
        format!("ghp_{tail}"),
        format!("AKIA{}", &"A1B2C3D4E5F6G7H8"),
        format!("sk_live_{}", &tail[..24]),
        format!("glpat-{}", &tail[..20]),
    ] {
        assert_eq!(kinds(&format!("see {token} there")), [Kind::ApiToken], "{token}");
    }
    assert_eq!(kinds(&format!("AKIA{}", "IOSFODNN7EXAMPLE")), []);
    for kind in ["", "RSA ", "EC ", "OPENSSH ", "ENCRYPTED "] {
        assert_eq!(kinds(&format!("-----BEGIN {kind}PRIVATE KEY-----")), [Kind::PrivateKey]);
    }
    assert_eq!(kinds("-----BEGIN PUBLIC KEY-----"), []);
    assert!(Kind::PrivateKey.is_secret() && Kind::Pin.is_secret() && !Kind::Telephone.is_secret());
}

#[test]
fn the_examples_and_near_misses_of_the_rules() {
    let found = |text: &'static str| -> Vec<&'static str> {
        identifiers(text, Shape::Prose).into_iter().map(|it| &text[it.range]).collect()
    };
    assert_eq!(found("My login is phughes, password Rovers1882, just use mine."), ["Rovers1882"]);
    assert_eq!(found("Alarm code is 4471 for Saturday"), ["4471"]);
    assert_eq!(found("SIMS password: Autumn#1"), ["Autumn#1"]);
    assert_eq!(found("password: Summer24"), ["Summer24"]);
    assert_eq!(found("Your password expires in 5 days, reset it here"), [""; 0]);
    assert_eq!(found("Please do not share your password."), [""; 0]);
    assert_eq!(found("Text me on 07700 900123 if you get stuck"), ["07700 900123"]);
    assert_eq!(found("I rang you on 07700 900789 as you asked"), ["07700 900789"]);
    assert_eq!(found("I'm 13, I live at 12 Mill Lane, ZZ9 9ZZ, add me."), ["ZZ9 9ZZ"]);
    assert_eq!(found("Meet me at the bus station on Saturday."), [""; 0]);
    assert_eq!(found("See you in class on Monday"), [""; 0]);
}

#[test]
fn one_meeting_s_passcode_is_an_invitation_and_another_s_is_none() {
    assert_eq!(kinds("Join Zoom Meeting\nMeeting ID: 882 1234 5678\nPasscode: 4F7gH2"), []);
    assert_eq!(kinds("The zip's passcode: 4F7gH2"), [Kind::Password]);
}
