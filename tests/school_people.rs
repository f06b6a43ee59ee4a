//! Who is who in the school of Oakmere: domains, logins, roles, private addresses, groups.

use std::collections::BTreeMap;

use beadle::mail::Address;
use beadle::school::{
    Audience, BankHolidays, CalendarTable, Directory, GroupKind, Language, PersonRole, PrivateKey, Roles,
    School, SchoolTable,
};
use chrono::NaiveDate;

const SCHOOL: &str = r#"
name = "Oakmere High School"
domains = ["oakmere.example", "Trust.Example"]
pupil-domains = ["pupils.oakmere.example"]
trusted-domains = ["social-care.example"]
directory = "directory"
numbers = ["01632 960100"]
languages = ["en", "cy"]
"#;

fn oakmere() -> School {
    let people = include_str!("../testdata/school/oakmere/people.csv");
    let groups = include_str!("../testdata/school/oakmere/groups.csv");
    let directory = Directory::parse(
        Some(("people.csv", people)),
        Some(("groups.csv", groups)),
        &PrivateKey::new([7; 32]),
    )
    .unwrap();
    let roles: Roles = BTreeMap::from([
        ("dsl".to_owned(), vec!["dsl@oakmere.example".to_owned(), "J.Okoro@oakmere.example".to_owned()]),
        ("Network Manager".to_owned(), vec!["it@oakmere.example".to_owned()]),
        (
            "first-aid".to_owned(),
            vec!["office@oakmere.example".to_owned(), "safeguarding@oakmere.example".to_owned()],
        ),
    ]);
    School::new(toml::from_str(SCHOOL).unwrap(), CalendarTable::default(), roles, directory)
}

fn address(text: &str) -> Address {
    Address::parse(text).unwrap()
}

fn name(school: &School, text: &str) -> Option<String> {
    school.person(&address(text)).map(|it| it.name.to_string())
}

#[test]
fn the_school_table_has_its_defaults() {
    let table: SchoolTable = toml::from_str("").unwrap();
    assert_eq!(table, SchoolTable::default());
    assert_eq!(table.timezone, chrono_tz::Europe::London);
    assert_eq!(table.languages, [Language::English]);
    let school = oakmere();
    assert_eq!((school.name(), school.numbers()), ("Oakmere High School", &["01632 960100".to_owned()][..]));
    assert_eq!(school.languages(), [Language::English, Language::Welsh]);
    assert_eq!(school.timezone().name(), "Europe/London");
}

#[test]
fn the_tables_are_written_as_they_are_read() {
    let table: SchoolTable = toml::from_str(SCHOOL).unwrap();
    let json = serde_json::to_string(&table).unwrap();
    assert!(
        json.contains(r#""timezone":"Europe/London","domains":["oakmere.example","trust.example"]"#),
        "{json}"
    );
    assert_eq!(serde_json::from_str::<SchoolTable>(&json).unwrap(), table);
    let text = "bank-holidays = \"northern-ireland\"\nclosures = [{ name = \"Christmas\", from = 2026-12-21, to = 2027-01-03 }]";
    let table: CalendarTable = toml::from_str(text).unwrap();
    assert_eq!(table.bank_holidays, BankHolidays::NorthernIreland);
    assert_eq!(
        (table.closures[0].name(), table.closures[0].to().to_string().as_str()),
        ("Christmas", "2027-01-03")
    );
    let json = serde_json::to_string(&table).unwrap();
    assert_eq!(serde_json::from_str::<CalendarTable>(&json).unwrap(), table);
}

#[test]
fn a_bad_table_is_refused_with_what_would_be_right() {
    let school = |text: &str| toml::from_str::<SchoolTable>(text).unwrap_err().message().to_owned();
    let zone = |name: &str| school(&format!("timezone = \"{name}\""));
    let must = "is not a time zone, must be a name such as `Europe/London`";
    assert_eq!(zone("Europe/Lodnon"), format!("`Europe/Lodnon` {must}; did you mean `Europe/London`?"));
    assert_eq!(zone("london"), format!("`london` {must}; did you mean `Europe/London`?"));
    assert_eq!(zone("BST"), format!("`BST` {must}; did you mean `Europe/London`?"));
    assert_eq!(zone("Katmandu"), format!("`Katmandu` {must}; did you mean `Asia/Katmandu`?"));
    assert_eq!(zone("12345"), format!("`12345` {must}"));
    assert_eq!(
        school("domains = [\"head@oakmere.example\"]"),
        "`head@oakmere.example` is not a domain, must be what follows the @: `oakmere.example`"
    );
    assert_eq!(
        school("domains = [\"oak mere\"]"),
        "`oak mere` is not a domain, must be like `oakmere.example`"
    );
    assert!(school("languages = [\"fr\"]").contains("unknown variant `fr`"));
    assert!(school("domain = []").contains("unknown field `domain`"));
    let calendar = |text: &str| toml::from_str::<CalendarTable>(text).unwrap_err().message().to_owned();
    assert_eq!(
        calendar("closures = [{ name = \"Easter\", from = 2027-04-09, to = 2027-03-26 }]"),
        "the closure `Easter` runs from 2027-04-09 to 2027-03-26, must end on the day it starts or later"
    );
    assert_eq!(
        calendar("closures = [{ name = \"Easter\", from = 2027-03-26T10:00:00, to = 2027-04-09 }]"),
        "`2027-03-26T10:00:00` is not a date, must be like 2026-12-21"
    );
    assert!(calendar("bank-holidays = \"wales\"").contains("unknown variant `wales`"));
}

#[test]
fn domains_are_ours_with_all_below_them_and_nothing_beside_them() {
    let school = oakmere();
    let ours = |text: &str| school.is_ours(&address(text));
    assert!(ours("x@oakmere.example") && ours("x@OAKMERE.example") && ours("x@mail.oakmere.example"));
    assert!(ours("x@trust.example") && ours("x@pupils.oakmere.example") && ours("x"));
    assert!(!ours("x@notoakmere.example") && !ours("x@oakmere.example.evil.example") && !ours("x@example"));
    assert!(school.is_pupil_domain(&address("x@y12.pupils.oakmere.example")));
    assert!(!school.is_pupil_domain(&address("x@oakmere.example")));
    assert!(school.is_trusted(&address("x@duty.social-care.example")));
    assert!(
        !school.is_outside(&address("x@social-care.example"))
            && !school.is_outside(&address("x@oakmere.example"))
    );
    assert!(school.is_outside(&address("x@freemail.example")));
}

#[test]
fn a_domain_in_its_own_letters_is_the_same_in_ascii() {
    let table: SchoolTable = toml::from_str("domains = [\"ysgol-pen-y-bryn-gŵyr.example\"]").unwrap();
    let ascii = table.domains[0].to_string();
    assert!(ascii.starts_with("xn--"), "{ascii}");
    let school = School::new(table, CalendarTable::default(), Roles::new(), Directory::empty());
    assert!(school.is_ours(&address("x@ysgol-pen-y-bryn-gŵyr.example")));
    assert!(school.is_ours(&address(&format!("x@{}", ascii.to_uppercase()))));
}

#[test]
fn a_person_is_found_by_a_school_address_with_and_without_a_tag() {
    let school = oakmere();
    assert_eq!(name(&school, "S.Pike@oakmere.example").as_deref(), Some("Sam Pike"));
    assert_eq!(name(&school, "s.pike+urgent@oakmere.example").as_deref(), Some("Sam Pike"));
    assert_eq!(name(&school, "robertshome@freemail.example"), None);
    assert_eq!(name(&school, "roberts.home+school@freemail.example").as_deref(), Some("Karen Roberts"));
    assert_eq!(name(&school, "desk+urgent@supply.example"), None);
    assert_eq!(name(&school, "nobody@oakmere.example"), None);
}

#[test]
fn a_login_is_an_address_or_a_user_name() {
    let school = oakmere();
    let login = |text: &str| school.login_address(text).map(|it| it.to_string());
    assert_eq!(login("s.pike@oakmere.example").as_deref(), Some("s.pike@oakmere.example"));
    assert_eq!(login("s.pike").as_deref(), Some("s.pike@oakmere.example"));
    assert_eq!(login("OAKMERE\\s.pike").as_deref(), Some("s.pike@oakmere.example"));
    assert_eq!(login("jroberts").as_deref(), Some("jroberts@pupils.oakmere.example"));
    assert_eq!(login("nobody"), None);
    assert_eq!(login(" "), None);
    assert_eq!(school.by_login("jroberts").unwrap().role, PersonRole::Pupil);
    assert!(school.by_login("nobody@oakmere.example").is_none());
}

#[test]
fn a_user_name_of_two_domains_is_nobodys_and_an_unknown_one_needs_one_domain() {
    let people = "role,address\nstaff,sam@oakmere.example\npupil,sam@pupils.oakmere.example\n";
    let directory =
        |people| Directory::parse(Some(("people.csv", people)), None, &PrivateKey::new([7; 32])).unwrap();
    let school = School::new(
        toml::from_str(SCHOOL).unwrap(),
        CalendarTable::default(),
        Roles::new(),
        directory(people),
    );
    assert!(school.by_login("sam").is_none());
    let table = toml::from_str("domains = [\"oakmere.example\"]").unwrap();
    let school = School::new(table, CalendarTable::default(), Roles::new(), Directory::empty());
    assert_eq!(school.login_address("it").unwrap().as_str(), "it@oakmere.example");
}

#[test]
fn roles_come_from_the_policy_from_tags_and_from_groups() {
    let school = oakmere();
    let has = |text: &str, role: &str| school.has_role(&address(text), role);
    assert!(has("dsl@oakmere.example", "dsl") && has("j.okoro@oakmere.example", "DSL"));
    assert!(has("j.okoro+urgent@oakmere.example", "Designated Safeguarding Lead"));
    assert!(has("it@oakmere.example", "network-manager") && has("it@oakmere.example", "network_manager"));
    // The tag is on the person, so it is on each of the person's addresses.
    assert!(has("head@oakmere.example", "headteacher") && has("h.marsh@oakmere.example", "Head Teacher"));
    assert!(has("office@oakmere.example", "first-aid") && has("j.okoro@oakmere.example", "first-aid"));
    assert!(!has("s.pike@oakmere.example", "first-aid") && !has("s.pike@oakmere.example", "dsl"));
    assert!(!has("s.pike@oakmere.example", "no-such-role"));
    let holders = |role: &str| school.role_holders(role).iter().map(Address::to_string).collect::<Vec<_>>();
    assert_eq!(holders("dsl"), ["dsl@oakmere.example", "J.Okoro@oakmere.example"]);
    assert_eq!(holders("site"), ["s.pike@oakmere.example"]);
    assert_eq!(holders("headteacher"), ["head@oakmere.example"]);
    assert!(holders("no-such-role").is_empty());
}

#[test]
fn the_audience_is_who_reads_the_mailbox() {
    let school = oakmere();
    let audience = |text: &str| school.audience(&address(text));
    assert_eq!(audience("s.pike@oakmere.example"), Audience::Staff);
    assert_eq!(audience("jroberts@pupils.oakmere.example"), Audience::Pupil);
    assert_eq!(audience("not.listed@pupils.oakmere.example"), Audience::Pupil);
    assert_eq!(audience("roberts.home@freemail.example"), Audience::Parent);
    assert_eq!(audience("a.whitlock@whitlock.example"), Audience::Governor);
    assert_eq!(audience("desk@supply.example"), Audience::Agency);
    assert_eq!(audience("all-staff@oakmere.example"), Audience::Group(GroupKind::AllStaff));
    assert_eq!(audience("all-staff+x@oakmere.example"), Audience::Group(GroupKind::AllStaff));
    assert_eq!(audience("printer@oakmere.example"), Audience::OtherInside);
    assert_eq!(audience("duty@social-care.example"), Audience::Trusted);
    assert_eq!(audience("mia.t@freemail.example"), Audience::Outside);
    assert_eq!(audience("someone@elsewhere.example"), Audience::Outside);
}

/// Whose private address it is, and what they are.
fn private(text: &str) -> Option<(String, PersonRole)> {
    let school = oakmere();
    let found = school.private_match(&address(text))?;
    Some((found.person.name.to_string(), found.role()))
}

#[test]
fn a_private_address_is_known_in_every_form_of_its_provider() {
    let jayden = Some(("Jayden Roberts".to_owned(), PersonRole::Pupil));
    for form in [
        "jayden.r.2009@gmail.example",
        "JaydenR2009@gmail.example",
        "j.a.y.d.e.n.r2009+games@GoogleMail.example",
        "\"jayden.r.2009\"@gmail.example",
        "<jayden.r.2009@gmail.example>",
    ] {
        assert_eq!(private(form), jayden, "{form}");
    }
    let mia = Some(("Mia Tolliver".to_owned(), PersonRole::Pupil));
    assert_eq!(private("Mia.T+x@freemail.example"), mia);
    // This provider does not ignore dots, and no provider ignores a letter.
    assert_eq!(private("miat@freemail.example"), None);
    assert_eq!(private("mia.tt@freemail.example"), None);
    assert_eq!(private("jaydenr2009@outlook.example"), None);
    assert_eq!(private("joyokoro@gmail.example"), Some(("Joy Okoro".to_owned(), PersonRole::Staff)));
}

#[test]
fn a_mailbox_that_a_parent_uses_is_not_a_pupils() {
    // Jayden's list has it too, and Karen's own address is the same mailbox.
    assert_eq!(private("roberts.home@freemail.example"), None);
    assert_eq!(private("Roberts.Home+trip@freemail.example"), None);
    let school = oakmere();
    let shared = |text: &str| school.shared_match(&address(text)).map(|it| it.person.name.to_string());
    assert_eq!(shared("roberts.home+trip@freemail.example").as_deref(), Some("Jayden Roberts"));
    assert_eq!(shared("jayden.r.2009@gmail.example"), None);
    assert_eq!(shared("dean.pugh@freemail.example"), None);
    assert_eq!(private("dean.pugh@freemail.example"), Some(("Dean Pugh".to_owned(), PersonRole::Parent)));
}

#[test]
fn a_colleague_who_is_a_parent_keeps_a_private_address() {
    assert_eq!(private("f.tolliver@outlook.example"), Some(("Fay Tolliver".to_owned(), PersonRole::Staff)));
}

#[test]
fn of_several_who_list_one_address_the_one_in_most_need_counts() {
    let people = "role,name,private,adult-from\n\
        staff,Teacher,one@freemail.example,\n\
        former-pupil,Old,one@freemail.example;two@freemail.example,2020-01-01\n\
        former-pupil,Young,two@freemail.example,2028-01-01\n\
        pupil,Now,one@freemail.example,\n\
        pupil,Child,three@freemail.example,\n\
        parent,Mother,three@freemail.example,\n";
    let directory = Directory::parse(Some(("people.csv", people)), None, &PrivateKey::new([7; 32])).unwrap();
    let school = School::new(SchoolTable::default(), CalendarTable::default(), Roles::new(), directory);
    let owner = |text: &str| school.private_match(&address(text)).unwrap().person.name.to_string();
    assert_eq!(owner("one@freemail.example"), "Now");
    assert_eq!(owner("two@freemail.example"), "Young");
    assert_eq!(owner("three@freemail.example"), "Mother");
    assert_eq!(&*school.shared_match(&address("three@freemail.example")).unwrap().person.name, "Child");
}

#[test]
fn a_former_pupil_grows_up_on_the_birthday() {
    let school = oakmere();
    let tegan = school.private_match(&address("tegan.m@freemail.example")).unwrap();
    let adult = |date: &str| tegan.is_adult(date.parse::<NaiveDate>().unwrap());
    assert_eq!((adult("2027-05-31"), adult("2027-06-01")), (Some(false), Some(true)));
    let mia = school.private_match(&address("mia.t@freemail.example")).unwrap();
    assert_eq!(mia.is_adult("2026-11-24".parse().unwrap()), None);
}

#[test]
fn no_private_address_is_kept_or_printed() {
    let shown = format!("{:?} {:?}", oakmere(), oakmere().directory().persons());
    for private in ["jayden.r.2009", "jaydenr2009", "mia.t", "tegan.m", "joy.okoro@gmail", "dean.pugh"] {
        assert!(!shown.contains(private), "{private}");
    }
    assert_eq!(format!("{:?}", oakmere().directory()), "Directory { persons: 14, groups: 6, warnings: 0 }");
    assert_eq!(format!("{:?}", PrivateKey::new([0x5a; 32])), "PrivateKey");
}

/// How many people some addresses reach, how many of them are single, and the groups met.
fn expanded(addresses: &[&str]) -> (usize, usize, Vec<String>) {
    let school = oakmere();
    let addresses: Vec<Address> = addresses.iter().map(|it| address(it)).collect();
    let expansion = school.expand(&addresses);
    let groups = expansion.groups.iter().map(|it| it.address.to_string()).collect();
    (expansion.people, expansion.addresses.len(), groups)
}

#[test]
fn nested_groups_count_each_person_once() {
    // Teachers: Okoro, Tolliver, and Safeguarding: Okoro again, Marsh. Office: four. Pike.
    let (people, addresses, groups) = expanded(&["all-staff@oakmere.example"]);
    assert_eq!((people, addresses), (8, 4));
    assert_eq!(
        groups,
        [
            "all-staff@oakmere.example",
            "teachers@oakmere.example",
            "safeguarding@oakmere.example",
            "office@oakmere.example"
        ]
    );
    let with_members_again =
        ["all-staff@oakmere.example", "teachers@oakmere.example", "S.PIKE@oakmere.example"];
    assert_eq!(expanded(&with_members_again).0, 8);
}

#[test]
fn a_person_of_two_addresses_counts_once_and_a_size_counts_whole() {
    assert_eq!(expanded(&["head@oakmere.example", "h.marsh@oakmere.example"]).0, 1);
    assert_eq!(expanded(&["year-10-parents@oakmere.example", "roberts.home@freemail.example"]).0, 213);
    assert_eq!(expanded(&["x@elsewhere.example", "X@Elsewhere.example", "y@elsewhere.example"]).0, 2);
    assert_eq!(expanded(&["x@gmail.example", "x+1@googlemail.example"]).0, 1);
    assert_eq!(expanded(&[]).0, 0);
}

#[test]
fn a_school_is_shared_between_threads() {
    fn shared<T: Send + Sync>(_: &T) {}
    shared(&oakmere());
}
