//! people.csv and groups.csv: how they are read, and what is said of every fault.

use beadle::mail::Address;
use beadle::school::{Directory, DirectoryWarning, GroupKind, PersonRole, PrivateKey};

const PEOPLE: &str = include_str!("../testdata/school/oakmere/people.csv");
const GROUPS: &str = include_str!("../testdata/school/oakmere/groups.csv");

fn parse(people: &str, groups: &str) -> Result<Directory, String> {
    let key = PrivateKey::new([7; 32]);
    let groups = Some(("groups.csv", groups)).filter(|(_, text)| !text.is_empty());
    Directory::parse(Some(("people.csv", people)), groups, &key).map_err(|error| error.to_string())
}

/// What is said of a people.csv that cannot be used.
fn refused(people: &str) -> String {
    parse(people, "").unwrap_err()
}

/// What is said of a groups.csv that cannot be used beside the people of Oakmere.
fn refused_groups(groups: &str) -> String {
    parse(PEOPLE, groups).unwrap_err()
}

fn warned(people: &str, groups: &str) -> Vec<String> {
    parse(people, groups).unwrap().warnings().iter().map(DirectoryWarning::to_string).collect()
}

fn address(text: &str) -> Address {
    Address::parse(text).unwrap()
}

fn name(directory: &Directory, text: &str) -> Option<String> {
    directory.person(&address(text)).map(|person| person.name.to_string())
}

#[test]
fn a_person_has_all_that_the_row_says() {
    let directory = parse(PEOPLE, GROUPS).unwrap();
    assert_eq!(directory.warnings(), []);
    assert_eq!(directory.persons().len(), 14);
    let pike = directory.person(&address("S.Pike@OAKMERE.example")).unwrap();
    assert_eq!((pike.role, &*pike.name), (PersonRole::Staff, "Sam Pike"));
    assert_eq!(pike.hours.as_ref().unwrap().to_string(), "mon-fri 06:00-14:30; sat 08:00-12:00");
    assert_eq!(pike.manager, Some(address("j.okoro@oakmere.example")));
    assert!(pike.has_tag("Site") && !pike.has_tag("dsl"));
    let okoro = directory.person(&address("j.okoro@oakmere.example")).unwrap();
    assert!(
        okoro.has_tag("DSL")
            && okoro.has_tag("line-manager")
            && okoro.has_tag("designated safeguarding lead")
    );
    let jayden = directory.person(&address("jroberts@pupils.oakmere.example")).unwrap();
    assert_eq!((&*jayden.form, jayden.adult_from.unwrap().to_string().as_str()), ("10B", "2029-03-14"));
    let head = directory.person(&address("h.marsh@oakmere.example")).unwrap();
    assert_eq!(head.address(), Some(&address("head@oakmere.example")));
    let karen = directory.person(&address("roberts.home@freemail.example")).unwrap();
    let children: Vec<&str> = directory.children(karen).map(|it| &*it.name).collect();
    assert_eq!((karen.role, children), (PersonRole::Parent, vec!["Jayden Roberts"]));
}

#[test]
fn a_group_has_all_that_the_row_says() {
    let directory = parse(PEOPLE, GROUPS).unwrap();
    let group = |text: &str| directory.group(&address(text)).unwrap();
    let staff = group("ALL-staff@oakmere.example");
    assert_eq!(
        (&*staff.name, staff.kind, staff.members.len(), staff.size),
        ("All staff", GroupKind::AllStaff, 3, None)
    );
    let parents = group("year-10-parents@oakmere.example");
    assert_eq!((parents.kind, parents.members.len(), parents.size), (GroupKind::Parents, 0, Some(212)));
    assert_eq!(group("10b@pupils.oakmere.example").kind, GroupKind::Class);
    assert!(directory.group(&address("nobody@oakmere.example")).is_none());
}

#[test]
fn columns_stand_in_any_order_and_only_two_are_needed() {
    let directory = parse("address,role\ns@oakmere.example,staff\n", "").unwrap();
    assert_eq!(name(&directory, "s@oakmere.example"), Some(String::new()));
    let directory =
        parse("Adult From, ROLE ,Private\n2030-01-02,Former Pupil,x@freemail.example\n", "").unwrap();
    assert_eq!(directory.persons()[0].role, PersonRole::FormerPupil);
}

#[test]
fn a_byte_order_mark_crlf_quotes_and_blank_rows_are_tolerated() {
    let text = "\u{feff}role,name,address\r\nstaff,\"Marsh, \"\"Hal\"\"\",m@oakmere.example\r\n\r\n,,\r\nstaff,Ann,a@oakmere.example";
    let directory = parse(text, "\u{feff}address,size\r\n\"all@oakmere.example\",\" 7 \"\r\n").unwrap();
    assert_eq!(name(&directory, "m@oakmere.example").as_deref(), Some("Marsh, \"Hal\""));
    assert_eq!(name(&directory, "a@oakmere.example").as_deref(), Some("Ann"));
    assert_eq!(directory.group(&address("all@oakmere.example")).unwrap().size, Some(7));
}

#[test]
fn an_unknown_column_is_refused_with_the_likely_name() {
    let columns = "role, name, address, private, tags, form, children, manager, adult-from, hours";
    assert_eq!(
        refused("role,adress\n"),
        format!("people.csv:1: `adress` is not a column, must be one of {columns}; did you mean `address`?")
    );
    assert_eq!(
        refused("role,address,shoe size\n"),
        format!("people.csv:1: `shoe size` is not a column, must be one of {columns}")
    );
    assert_eq!(
        refused_groups("address,member\n"),
        "groups.csv:1: `member` is not a column, must be one of address, name, kind, members, size; did you mean `members`?"
    );
}

#[test]
fn a_missing_or_doubled_column_is_refused() {
    assert_eq!(
        refused(""),
        "people.csv: there is no header row, must be a line of column names such as `role,name,address`"
    );
    assert_eq!(refused("name,address\n"), "people.csv:1: there is no column `role`, must be there");
    assert_eq!(refused("name,role\n"), "people.csv:1: there is no column `address`, must be there");
    assert_eq!(
        refused("role,address,Role\n"),
        "people.csv:1: the column `role` stands twice, must stand once"
    );
    assert_eq!(refused_groups("name,size\n"), "groups.csv:1: there is no column `address`, must be there");
}

#[test]
fn a_malformed_row_is_refused_with_its_line() {
    assert_eq!(
        refused("role,address\n\n\nstaff,a@oakmere.example\nstaff,b@oakmere.example,x\n"),
        "people.csv:5: the number of fields is 3, must be 2 as in the header"
    );
    let old_mac = "role,address\r\r,\rstaff,a@oakmere.example\rstaff\r";
    assert!(refused(old_mac).starts_with("people.csv:5: "), "{}", refused(old_mac));
    assert!(refused("role,address\r\n\r\n,\r\nstaff\r\n").starts_with("people.csv:4: "));
    assert_eq!(
        refused("role,address\r\nstaff\r\n"),
        "people.csv:2: the number of fields is 1, must be 2 as in the header"
    );
    assert_eq!(
        refused("role,name,address\nstaff,\"Ann,a@oakmere.example\nstaff,Bob,b@oakmere.example\n"),
        "people.csv:2, column `name`: a quoted field runs over the line's end, must be closed by `\"`"
    );
}

#[test]
fn a_value_that_its_column_cannot_hold_is_refused_with_what_would_be_right() {
    let roles = "one of staff, pupil, parent, governor, former-pupil, agency";
    let row = |columns: &str, values: &str| {
        refused(&format!("role,address,{columns}\nstaff,a@oakmere.example,{values}\n"))
    };
    assert_eq!(
        refused("role,address\nstudent,a@oakmere.example\n"),
        format!(
            "people.csv:2, column `role`: `student` is not a role, must be {roles}; did you mean `pupil`?"
        )
    );
    assert_eq!(
        refused("role,address\nstaf,a@oakmere.example\n"),
        format!("people.csv:2, column `role`: `staf` is not a role, must be {roles}; did you mean `staff`?")
    );
    assert_eq!(
        refused("role,address\n,a@oakmere.example\n"),
        format!("people.csv:2, column `role`: `` is not a role, must be {roles}")
    );
    assert_eq!(
        refused("role,address\nstaff,a@oakmere.example;j.okoro\n"),
        "people.csv:2, column `address`: `j.okoro` is not an address, must be an address such as `name@oakmere.example`"
    );
    assert_eq!(
        row("manager", "the head"),
        "people.csv:2, column `manager`: `the head` is not an address, must be an address such as `name@oakmere.example`"
    );
    assert_eq!(
        row("adult-from", "31/08/2027"),
        "people.csv:2, column `adult-from`: `31/08/2027` is not a date, must be an ISO date such as `2027-08-31`"
    );
    assert_eq!(
        row("adult-from", "2027-02-30"),
        "people.csv:2, column `adult-from`: `2027-02-30` is not a date, must be an ISO date such as `2027-08-31`"
    );
    assert_eq!(
        row("hours", "mon 09:00-08:00"),
        "people.csv:2, column `hours`: the window `09:00-08:00` ends before it starts, must lie within one day \
         (write a night as two: `09:00-24:00` and `00:00-08:00`)"
    );
    assert_eq!(
        row("hours", "tues 07:30-15:00"),
        "people.csv:2, column `hours`: `tues` is not a day, must be one of mon, tue, wed, thu, fri, sat, sun; \
         did you mean `tue`?"
    );
    assert_eq!(
        refused_groups("address,size\nall@oakmere.example,about 80\n"),
        "groups.csv:2, column `size`: `about 80` is not a number, must be a number of people such as `85`"
    );
    assert_eq!(
        refused_groups("address,members\n,a@oakmere.example\n"),
        "groups.csv:2, column `address`: `` is not one address, must be one address such as `all-staff@oakmere.example`"
    );
}

#[test]
fn many_shapes_of_a_bad_address_are_refused() {
    for bad in [
        "a",
        "@oakmere.example",
        "a@",
        "a@b@oakmere.example",
        "a b@oakmere.example",
        "<a@oakmere.example>",
        "mailto:a@oakmere.example",
        "a@oakmere..example",
        "a@.example",
        "a(x)@oakmere.example",
    ] {
        let said = refused(&format!("role,address\nstaff,{bad}\n"));
        assert!(
            said.starts_with(&format!("people.csv:2, column `address`: `{bad}` is not an address")),
            "{said}"
        );
    }
}

#[test]
fn a_bad_private_address_is_refused_without_being_shown() {
    assert_eq!(
        refused("role,address,private\npupil,p@oakmere.example,secret name\n"),
        "people.csv:2, column `private`: a value is not an address, must be an address such as `name@oakmere.example`"
    );
}

#[test]
fn one_address_of_a_pupil_and_a_grown_up_is_refused() {
    let people = "role,address\nstaff,a@oakmere.example\npupil,b@oakmere.example\nstaff,B@oakmere.example\n";
    assert_eq!(
        refused(people),
        "people.csv:4, column `address`: `b@oakmere.example` is a pupil's (line 3), must not stand in a row of role staff too"
    );
}

#[test]
fn what_an_export_has_on_any_morning_is_a_warning() {
    let people = "role,name,address,children,manager\n\
        parent,No Mail,,,\n\
        parent,Left,l@letters.example,gone@pupils.oakmere.example,\n\
        staff,Ann,a@oakmere.example,,left@oakmere.example\n\
        staff,Ann,A@oakmere.example,,\n";
    assert_eq!(
        warned(people, "address,members,size\nempty@oakmere.example,,\n"),
        [
            "people.csv:2: this row of role parent has no address; no mail is recognised as theirs",
            "people.csv:5, column `address`: `a@oakmere.example` stands in a row of role staff already (line 4); both rows are used",
            "people.csv:3, column `children`: `gone@pupils.oakmere.example` is no pupil of this file; it is left out",
            "people.csv:4, column `manager`: `left@oakmere.example` is nobody in this file",
            "groups.csv:2: the group has neither members nor a size; it counts as one person",
        ]
    );
}

#[test]
fn parents_may_share_an_address_and_staff_may_be_parents() {
    let people = "role,name,address,children\n\
        parent,Ann,home@letters.example,p@pupils.oakmere.example\n\
        parent,Bob,home@letters.example,p@pupils.oakmere.example\n\
        parent,Cat,c@oakmere.example,p@pupils.oakmere.example\n\
        staff,Cat,c@oakmere.example,\n\
        pupil,Pat,p@pupils.oakmere.example,\n";
    let directory = parse(people, "").unwrap();
    assert_eq!(directory.warnings(), []);
    assert_eq!(directory.persons_at(&address("home@letters.example")).count(), 2);
    let roles: Vec<PersonRole> =
        directory.persons_at(&address("c@oakmere.example")).map(|it| it.role).collect();
    assert_eq!(roles, [PersonRole::Staff, PersonRole::Parent]);
}

#[test]
fn a_group_that_contains_itself_is_refused_with_the_way_round() {
    let groups = "address,members\n\
        outer@oakmere.example,a@oakmere.example\n\
        a@oakmere.example,b@oakmere.example;c@oakmere.example\n\
        b@oakmere.example,head@oakmere.example\n\
        c@oakmere.example,B@oakmere.example;A@oakmere.example\n";
    assert_eq!(
        refused_groups(groups),
        "groups.csv:3: the group contains itself: a@oakmere.example > c@oakmere.example > a@oakmere.example, must not"
    );
    assert_eq!(
        refused_groups("address,members\na@oakmere.example,a@oakmere.example\n"),
        "groups.csv:2: the group contains itself: a@oakmere.example > a@oakmere.example, must not"
    );
}

#[test]
fn a_group_in_two_groups_is_no_cycle() {
    let groups = "address,members\n\
        top@oakmere.example,left@oakmere.example;right@oakmere.example\n\
        left@oakmere.example,low@oakmere.example\n\
        right@oakmere.example,low@oakmere.example\n\
        low@oakmere.example,head@oakmere.example\n";
    assert!(parse(PEOPLE, groups).is_ok());
}

#[test]
fn groups_nest_to_any_depth() {
    let deep = 50_000;
    let mut groups = String::from("address,members\n");
    for depth in 0..deep {
        groups += &format!("g{depth}@oakmere.example,g{}@oakmere.example\n", depth + 1);
    }
    assert!(parse(PEOPLE, &groups).is_ok());
    groups += &format!("g{deep}@oakmere.example,g0@oakmere.example\n");
    assert!(
        refused_groups(&groups)
            .starts_with("groups.csv:2: the group contains itself: g0@oakmere.example > g1@")
    );
}

#[test]
fn a_group_stands_once_and_is_nobodys_address() {
    assert_eq!(
        refused_groups("address,size\nx@oakmere.example,3\nX@oakmere.example,4\n"),
        "groups.csv:3, column `address`: `X@oakmere.example` is a group already (line 2), must stand once"
    );
    assert_eq!(
        refused_groups("address,size\nhead@oakmere.example,3\n"),
        "groups.csv:2, column `address`: `head@oakmere.example` is a person of people.csv, must be a group's alone"
    );
}

#[test]
fn a_directory_may_have_groups_alone_or_nothing() {
    let key = PrivateKey::new([7; 32]);
    let directory = Directory::parse(None, Some(("groups.csv", GROUPS)), &key).unwrap();
    assert_eq!(directory.group(&address("office@oakmere.example")).unwrap().size, Some(4));
    assert!(Directory::parse(None, None, &key).unwrap().persons().is_empty());
    assert!(Directory::empty().person(&address("head@oakmere.example")).is_none());
}

#[test]
fn any_text_is_read_or_refused_and_never_panics() {
    use proptest::prelude::*;
    let pieces = prop::sample::select(vec![
        "role",
        "address",
        "private",
        "staff",
        "pupil",
        ",",
        "\n",
        "\r\n",
        "\"",
        ";",
        "a@b.example",
        "\u{feff}",
        "é",
        "mon 07:30-08:00",
        "hours",
        "2027-01-01",
        "adult-from",
        "@",
        " ",
        "\0",
        "group",
        "members",
        "size",
        "9",
    ]);
    let text = prop::collection::vec(pieces, 0..60).prop_map(|it| it.concat());
    proptest!(|(people in text.clone(), groups in text)| {
        let _ = Directory::parse(Some(("people.csv", &people)), Some(("groups.csv", &groups)), &PrivateKey::new([1; 32]));
    });
}
