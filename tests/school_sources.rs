//! Where the school's knowledge comes from, as `load` reads it: the key file, alias maps.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use beadle::load::{Loaded, load, load_to_serve};
use tempfile::TempDir;

/// A folder with the policy of a small school, its store in the same folder.
fn site(school: &str, files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let store = folder.path().join("outbox.db");
    let policy = format!(
        "version = 1\n[school]\ndomains = [\"oakmere.example\"]\n{school}\n[outbox]\nstore = \"sqlite:{}\"\n",
        store.display()
    );
    fs::write(folder.path().join("rules.toml"), policy).expect("a policy");
    for (name, text) in files {
        fs::write(folder.path().join(name), text).expect("a file");
    }
    folder
}

fn read(folder: &TempDir) -> Result<Loaded, String> {
    told(folder, load(Some(&folder.path().join("rules.toml")), None))
}

fn serve(folder: &TempDir) -> Result<Loaded, String> {
    told(folder, load_to_serve(Some(&folder.path().join("rules.toml"))))
}

/// Faults with the folder left out.
fn told(folder: &TempDir, loaded: Result<Loaded, beadle::load::LoadError>) -> Result<Loaded, String> {
    loaded.map_err(|error| error.to_string().replace(&format!("{}/", folder.path().display()), ""))
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).expect("a file").permissions().mode() & 0o7777
}

#[test]
fn the_server_makes_a_key_beside_its_store_and_keeps_it() {
    let folder = site("", &[]);
    let key = folder.path().join("private.key");
    read(&folder).expect("a sound policy");
    assert!(!key.exists(), "linting leaves nothing behind");
    serve(&folder).expect("a sound policy");
    let made = fs::read(&key).expect("a key");
    assert_eq!((made.len(), mode(&key)), (32, 0o600));
    serve(&folder).expect("a sound policy");
    read(&folder).expect("a sound policy");
    assert_eq!(fs::read(&key).expect("a key"), made);
}

#[test]
fn a_broken_key_is_refused_by_the_server_and_named_by_the_check() {
    let folder = site("", &[("private.key", "short")]);
    let key = folder.path().join("private.key");
    let help = "help: chmod 600 private.key";
    fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).expect("a file of ours");
    let wanted = format!("private.key: the key file has mode 0644, must be 0600\n  {help}");
    assert_eq!(serve(&folder).unwrap_err(), wanted);
    assert_eq!(read(&folder).unwrap_err(), wanted);
    fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).expect("a file of ours");
    assert!(
        serve(&folder).unwrap_err().starts_with("private.key: the key file has 5 bytes, must be 32 bytes")
    );
    assert_eq!(fs::read(&key).expect("the file"), b"short");
}

#[test]
fn alias_maps_give_groups_and_are_read_again() {
    let school = "alias-maps = [\"hash:aliases\", \"virtual\"]";
    let files = [
        ("aliases", "all: maths, head\nmaths: :include:maths.list\n"),
        ("virtual", "art@oakmere.example a, b, c\n"),
        ("maths.list", "x\ny\n"),
    ];
    let folder = site(school, &files);
    let sizes = || {
        let school = read(&folder).expect("a sound policy").school;
        let size = |name: &str| {
            let address =
                beadle::mail::Address::parse(&format!("{name}@oakmere.example")).expect("an address");
            school.expand([&address]).people
        };
        (size("all"), size("maths"), size("art"))
    };
    assert_eq!(sizes(), (3, 2, 3));
    fs::write(folder.path().join("maths.list"), "x\ny\nz\n").expect("a file");
    assert_eq!(sizes(), (4, 3, 3));
}

#[test]
fn a_fault_in_an_alias_map_is_told_with_file_and_line() {
    let school = "alias-maps = [\"aliases\"]";
    let folder = site(school, &[("aliases", "all: a, b\nbroken\n")]);
    let wanted = "aliases:2: this is no alias, must be `name: address, ...` or `address address, ...`";
    assert_eq!(read(&folder).unwrap_err(), wanted);
    let missing = read(&site(school, &[])).unwrap_err();
    assert!(missing.starts_with("rules.toml:4:14: cannot read aliases: No such file"), "{missing}");
    let other = read(&site("alias-maps = [\"ldap:/etc/postfix/groups.cf\"]", &[])).unwrap_err();
    assert!(other.contains("is a table of type ldap, must be a text file"), "{other}");
    let folder = site("alias-maps = [\".\"]", &[]);
    assert!(read(&folder).unwrap_err().contains("it is no ordinary file"));
    let folder = site(school, &[("aliases", "all: :include:/no/such/list, a\n")]);
    let remarks = read(&folder).expect("a list that is missing is borne").remarks;
    let file = folder.path().join("aliases").display().to_string();
    assert!(
        remarks.iter().any(|it| it.starts_with(&format!("{file}:1: /no/such/list is not included: "))),
        "{remarks:?}"
    );
}

#[cfg(not(feature = "ldap"))]
#[test]
fn a_build_without_ldap_says_so() {
    let said =
        read(&site("directory = { ldap = \"ldaps://dc.oakmere.example\", base = \"dc=oakmere\" }", &[]))
            .unwrap_err();
    assert!(said.starts_with("rules.toml:4:13: this beadle cannot ask ldaps://dc.oakmere.example"), "{said}");
    assert!(
        said.contains("help: build it with `--features ldap`, or name a folder with people.csv"),
        "{said}"
    );
}

#[test]
fn a_table_for_ldap_is_checked_key_by_key() {
    let refused = |table: &str| read(&site(&format!("directory = {table}"), &[])).unwrap_err();
    let said = refused("{ ldap = \"ldaps://dc\", base = \"dc=x\", pepole-filter = \"(mail=*)\" }");
    assert!(said.starts_with("rules.toml:4:") && said.contains("did you mean `people-filter`?"), "{said}");
    let said = refused("{ ldap = \"ldaps://dc\" }");
    assert!(said.contains("`base` is missing"), "{said}");
    let said = refused("7");
    assert!(said.contains("must be the name of a folder, or a table such as"), "{said}");
}
