//! Groups from Postfix's alias maps, beside groups.csv and people.csv.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use beadle::mail::Address;
use beadle::school::{CalendarTable, Directory, Domain, GroupKind, PrivateKey, Roles, School, SchoolTable};

const PEOPLE: &str =
    "role,name,address\nstaff,Ann Lee,a.lee@oakmere.example\nstaff,Bo Day,b.day@oakmere.example\n";

struct Site {
    groups: &'static str,
    domains: &'static [&'static str],
    files: HashMap<&'static str, String>,
}

fn site() -> Site {
    Site { groups: "address\n", domains: &["oakmere.example"], files: HashMap::new() }
}

impl Site {
    fn read(&self, maps: &[&str]) -> Result<Directory, String> {
        let key = PrivateKey::new([7; 32]);
        let groups = Some(("groups.csv", self.groups));
        let mut directory =
            Directory::parse(Some(("people.csv", PEOPLE)), groups, &key).expect("a directory");
        let maps: Vec<_> =
            (1..).zip(maps).map(|(number, text)| (format!("map{number}"), (*text).to_owned())).collect();
        let domains: Vec<Domain> = self.domains.iter().filter_map(|it| Domain::parse(it)).collect();
        let mut find =
            |path: &str, _: &str| self.files.get(path).cloned().ok_or_else(|| "No such file".to_owned());
        directory.add_alias_maps(&maps, &domains, &mut find).map_err(|error| error.to_string())?;
        Ok(directory)
    }

    fn warnings(&self, maps: &[&str]) -> Vec<String> {
        self.read(maps).expect("sound maps").warnings().iter().map(ToString::to_string).collect()
    }

    /// How many people an address reaches; `None` where it is no group.
    fn size(&self, maps: &[&str], address: &str) -> Option<usize> {
        let directory = self.read(maps).expect("sound maps");
        let school =
            School::new(SchoolTable::default(), CalendarTable::default(), Roles::default(), directory);
        let address = Address::parse(address).expect("an address");
        school.group(&address)?;
        Some(school.expand([&address]).people)
    }
}

fn members(directory: &Directory, group: &str) -> Vec<String> {
    let group = directory.group(&Address::parse(group).expect("an address")).expect("a group");
    group.members.iter().map(ToString::to_string).collect()
}

#[test]
fn aliases_are_read_as_aliases_5_has_them() {
    let text = "# Basic system aliases\n\
        postmaster: root\n\
        \n\
        Maths:  a.lee, b.day,\n\
        \t# a comment inside\n\
        \n\
        \tc.fox@elsewhere.example ,\n  d.roe@elsewhere.example\n\
        \"year 7\" : a.lee, \\b.day\n\
        office:a.lee, \"|/usr/bin/vacation a, b\", /var/mail/archive, Bo Day <b.day@oakmere.example>\n\
        commands: \"|/usr/bin/one\", /dev/null\n";
    let directory = site().read(&[text]).expect("a sound map");
    let maths = [
        "a.lee@oakmere.example",
        "b.day@oakmere.example",
        "c.fox@elsewhere.example",
        "d.roe@elsewhere.example",
    ];
    assert_eq!(members(&directory, "maths@oakmere.example"), maths);
    assert_eq!(
        members(&directory, "office@oakmere.example"),
        ["a.lee@oakmere.example", "b.day@oakmere.example"]
    );
    assert_eq!(
        members(&directory, "year 7@oakmere.example"),
        ["a.lee@oakmere.example", "b.day@oakmere.example"]
    );
    for none in ["postmaster@oakmere.example", "commands@oakmere.example", "maths@elsewhere.example"] {
        assert!(directory.group(&Address::parse(none).unwrap()).is_none(), "{none}");
    }
    assert_eq!(directory.warnings(), []);
}

#[test]
fn virtual_maps_are_read_as_virtual_5_has_them() {
    let text = "oakmere.example   anything\n\
        @oakmere.example    a.lee@oakmere.example, b.day@oakmere.example\n\
        maths@oakmere.example    a.lee@oakmere.example,\n    b.day@oakmere.example\n\
        art\ta.lee, c.fox@elsewhere.example\r\n\
        one@oakmere.example a.lee@oakmere.example\n";
    let directory = site().read(&[text]).expect("a sound map");
    assert_eq!(
        members(&directory, "MATHS@oakmere.example"),
        ["a.lee@oakmere.example", "b.day@oakmere.example"]
    );
    assert_eq!(
        members(&directory, "art@oakmere.example"),
        ["a.lee@oakmere.example", "c.fox@elsewhere.example"]
    );
    assert!(directory.group(&Address::parse("one@oakmere.example").unwrap()).is_none());
    assert_eq!(directory.warnings(), []);
}

#[test]
fn a_bare_name_is_at_each_of_the_schools_domains() {
    let two = Site { domains: &["oakmere.example", "trust.example"], ..site() };
    let directory = two.read(&["all: a, b\n"]).expect("a sound map");
    assert_eq!(members(&directory, "all@oakmere.example"), ["a@oakmere.example", "b@oakmere.example"]);
    assert_eq!(members(&directory, "all@trust.example"), ["a@trust.example", "b@trust.example"]);
    let none = Site { domains: &[], ..site() };
    assert_eq!(members(&none.read(&["all: a, b\n"]).expect("a sound map"), "all"), ["a", "b"]);
}

#[test]
fn groups_are_unfolded_and_each_person_counts_once() {
    let text = "everyone: staff\nstaff: maths, art, head@elsewhere.example\nmaths: a.lee, b.day\nart: b.day, x@elsewhere.example\n";
    assert_eq!(site().size(&[text], "everyone@oakmere.example"), Some(4));
    assert_eq!(site().size(&[text], "art@oakmere.example"), Some(2));
    assert_eq!(
        site().size(&["a1: a2\na2: a3\na3: a.lee\n"], "a1@oakmere.example"),
        None,
        "another name of one person"
    );
}

#[test]
fn groups_csv_and_people_csv_come_first() {
    let listed = Site {
        groups: "address,name,kind,members,size\n\
            maths@oakmere.example,Maths,team,a.lee@oakmere.example;b.day@oakmere.example,\n\
            parents@oakmere.example,Parents,parents,,212\n\
            art@oakmere.example,Art,team,,\n",
        ..site()
    };
    let map = "maths: x, y, z\nparents: x, y\nart: x, y, z\na.lee: a.lee, copy@oakmere.example\nall: maths\n";
    let directory = listed.read(&[map]).expect("a sound map");
    assert_eq!(members(&directory, "maths@oakmere.example").len(), 2);
    assert_eq!(listed.size(&[map], "parents@oakmere.example"), Some(212));
    assert_eq!(listed.size(&[map], "art@oakmere.example"), Some(3));
    assert_eq!(
        listed.size(&[map], "all@oakmere.example"),
        Some(2),
        "another name of a group that groups.csv has"
    );
    let art = directory.group(&Address::parse("art@oakmere.example").unwrap()).unwrap();
    assert_eq!((art.kind, &*art.name), (GroupKind::Team, "Art"));
    assert!(
        directory.group(&Address::parse("a.lee@oakmere.example").unwrap()).is_none(),
        "a person stays one"
    );
    assert_eq!(directory.warnings(), [], "nothing is empty any more");
}

#[test]
fn included_files_are_read_and_what_cannot_be_is_told() {
    let mut including = site();
    including.files.insert("/lists/all", "# all\na.lee, b.day\n\n:include:/lists/more\n".into());
    including
        .files
        .insert("/lists/more", "c@x.example\n\"unclosed\nspaced name\n:include:/lists/all\n".into());
    assert_eq!(including.size(&["all: :include:/lists/all\n"], "all@oakmere.example"), Some(3));
    assert_eq!(
        including.size(&["all: \":include:/lists/all\", d@x.example\n"], "all@oakmere.example"),
        Some(4)
    );
    assert_eq!(including.size(&["all::include:/lists/all\n"], "all@oakmere.example"), Some(3));
    // Without the closing quote of its second line nothing of that line is taken.
    assert_eq!(
        including.warnings(&["all: :include:/lists/all, :include:/lists/none\n"]),
        [
            "/lists/more:2: `\"unclosed` is not an address; it is left out",
            "/lists/more:3: `spaced name` is not an address; it is left out",
            "/lists/more:4: /lists/all is not included: it includes itself",
            "map1:1: /lists/none is not included: No such file",
        ]
    );
    let mut deep = site();
    deep.files.insert("/0", ":include:/1\na@x.example".into());
    for (name, next) in [
        ("/1", "/2"),
        ("/2", "/3"),
        ("/3", "/4"),
        ("/4", "/5"),
        ("/5", "/6"),
        ("/6", "/7"),
        ("/7", "/8"),
        ("/8", "/9"),
    ] {
        deep.files.insert(name, format!(":include:{next}\n{}@x.example", &name[1..]));
    }
    assert_eq!(
        deep.warnings(&["all: :include:/0\n"]),
        ["/7:1: /8 is not included: files are included more than 8 deep"]
    );
    let mut wide = site();
    wide.files.insert("/wide", ":include:/one\n".repeat(5000));
    wide.files.insert("/one", "a@x.example\n".into());
    let said = wide.warnings(&["all: :include:/wide\n"]);
    assert!(said[0].ends_with("more than 1000 files are included") && said.len() == 100, "{}", said.len());
}

#[test]
fn rings_and_repeats_are_told_and_borne() {
    let ring = "a: b, x@x.example\nb: c, y@x.example\nc: a, z@x.example\n";
    assert_eq!(site().size(&[ring], "b@oakmere.example"), Some(3));
    assert_eq!(
        site().warnings(&[ring]),
        [
            "map1:1: the alias contains itself: a@oakmere.example > b@oakmere.example > c@oakmere.example > a@oakmere.example"
        ]
    );
    assert_eq!(site().size(&["a: b\nb: a\n"], "a@oakmere.example"), None, "nobody is in it");
    assert_eq!(site().warnings(&["head: head, copy@x.example\n"]), [""; 0]);
    let twice = ["all: a@x.example, b@x.example\n", "\nALL: c@x.example\nall@oakmere.example d@x.example\n"];
    assert_eq!(site().size(&twice, "all@oakmere.example"), Some(2));
    assert_eq!(
        site().warnings(&twice),
        [
            "map2:2: the alias `ALL` stands in map1:1 already; the first counts",
            "map2:3: the alias `all@oakmere.example` stands in map1:1 already; the first counts",
        ]
    );
}

#[test]
fn a_line_that_is_no_alias_is_refused_with_its_place() {
    let wanted = "this is no alias, must be `name: address, ...` or `address address, ...`";
    for (bad, line) in [
        ("all: a, b\nlonely\n", 2),
        ("# x\n\nempty:\n", 3),
        ("all: \"a, b\n", 1),
        ("\"open: a\n", 1),
        (": a, b\n", 1),
        ("all: a,\n  b\nnext\n", 3),
        ("all: ,,\n", 1),
    ] {
        let said = site().read(&["fine: a, b\n", bad]).map(|_| ()).unwrap_err();
        assert_eq!(said, format!("map2:{line}: {wanted}"), "{bad}");
    }
}

#[test]
fn large_maps_take_little_time() {
    let started = Instant::now();
    let mut chain = String::new();
    let mut wide = String::from("wide: ");
    for number in 0..50_000 {
        chain += &format!("n{number}: n{}\n", number + 1);
        wide += &format!("u{number}@x.example,\n ");
    }
    chain += "n50000: n0, a@x.example\n";
    wide += "last@x.example\n";
    assert_eq!(site().size(&[&chain, &wide], "wide@oakmere.example"), Some(50_001));
    let said = site().warnings(&[&chain]);
    assert!(said.len() == 1 && said[0].len() < 500, "{said:?}");
    let mut bomb = site();
    bomb.files.insert("/bomb", "a@x.example,b@x.example\n".repeat(2_000));
    let text = "all: ".to_owned() + &":include:/bomb,".repeat(400);
    assert_eq!(
        bomb.read(&[&text]).map(|_| ()).unwrap_err(),
        "/bomb:1: the aliases have more than 1000000 members, must have fewer"
    );
    assert!(started.elapsed() < Duration::from_secs(30), "{:?}", started.elapsed());
}

#[test]
fn any_text_is_read_or_refused() {
    use proptest::prelude::*;
    let pieces = prop::sample::select(vec![
        "a",
        "b",
        "all",
        ":",
        ": ",
        " ",
        "\n",
        "\n ",
        ",",
        "\"",
        "\\",
        "<",
        ">",
        "#",
        ":include:/x",
        "@",
        "@x.example",
        "|",
        "/f",
        "é",
        "\0",
        "\u{feff}",
    ]);
    let text = prop::collection::vec(pieces, 0..40).prop_map(|it| it.concat());
    proptest!(|(map in text.clone(), included in text)| {
        let mut any = site();
        any.files.insert("/x", included);
        let _ = any.read(&[&map]);
    });
}
