//! The directory from LDAP, against a real slapd.

mod server;

use std::fmt::Write;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use beadle::daemon::Engine;
use beadle::load::{self, Loaded};
use beadle::mail::Address;
use beadle::school::PersonRole;
use tempfile::TempDir;

use server::{PASSWORD, Server};

/// More pupils than two pages.
const PUPILS: usize = 1_203;

/// Staff, pupils and a group of all of them.
fn people() -> String {
    let mut text = String::new();
    for unit in ["staff", "pupils", "groups"] {
        let _ = write!(text, "dn: ou={unit},dc=oakmere,dc=example\nobjectClass: organizationalUnit\n\n");
    }
    text += &person(
        "head",
        "staff",
        "mail: head@oakmere.example\ndisplayName: Hal Marsh\nemployeeType: Teacher\n",
    );
    text += &person(
        "j.okoro",
        "staff",
        "mail: j.okoro@oakmere.example\ndisplayName: Jo Okoro\nemployeeType: Teacher\nmanager: cn=head,ou=staff,dc=oakmere,dc=example\n",
    );
    text += &person("printer", "groups", "mail: printer@oakmere.example\n");
    let mut members = String::new();
    for number in 0..PUPILS {
        let private = format!("description: Pupil.{number}@gmail.example\n");
        text += &person(
            &format!("p{number}"),
            "pupils",
            &format!("mail: p{number}@pupils.oakmere.example\n{private}"),
        );
        let _ = writeln!(members, "member: cn=p{number},ou=pupils,dc=oakmere,dc=example");
    }
    let _ = write!(
        text,
        "dn: cn=everyone,ou=groups,dc=oakmere,dc=example\nobjectClass: groupOfNames\nobjectClass: extensibleObject\n\
         mail: everyone@oakmere.example\nmember: cn=head,ou=staff,dc=oakmere,dc=example\n{members}\n"
    );
    text
}

fn person(name: &str, unit: &str, more: &str) -> String {
    format!("dn: cn={name},ou={unit},dc=oakmere,dc=example\nobjectClass: inetOrgPerson\nsn: {name}\n{more}\n")
}

/// A policy that asks a server, with its store beside it.
struct Site {
    folder: TempDir,
}

impl Site {
    fn asking(server: &Server, url: &str) -> Self {
        let site = Self { folder: tempfile::tempdir().expect("a folder") };
        fs::write(site.path("password"), format!("{PASSWORD}\n")).expect("a file");
        fs::set_permissions(site.path("password"), fs::Permissions::from_mode(0o600))
            .expect("a file of ours");
        fs::copy(server.path("ca.pem"), site.path("ca.pem")).expect("a certificate");
        fs::copy(server.path("other.pem"), site.path("other.pem")).expect("a certificate");
        site.write(url, "ca-file = \"ca.pem\"\n");
        site
    }

    fn write(&self, url: &str, more: &str) {
        let store = self.path("outbox.db");
        let text = format!(
            "version = 1\n[school]\ndomains = [\"oakmere.example\"]\n[school.directory]\nldap = \"{url}\"\nbase = \"dc=oakmere,dc=example\"\n\
             bind-dn = \"cn=beadle,dc=oakmere,dc=example\"\npassword-file = \"password\"\n\
             attributes = {{ role = \"employeeType\", private = \"description\" }}\n\
             roles = {{ teacher = \"staff\", \"ou=pupils,dc=oakmere,dc=example\" = \"pupil\" }}\n{more}\
             [outbox]\nstore = \"sqlite:{}\"\n",
            store.display()
        );
        fs::write(self.policy(), text).expect("a policy");
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn policy(&self) -> PathBuf {
        self.path("rules.toml")
    }

    fn serve(&self) -> Result<Loaded, String> {
        load::load_to_serve(Some(&self.policy())).map_err(|it| self.told(&it.to_string()))
    }

    fn look(&self) -> Result<Loaded, String> {
        load::load(Some(&self.policy()), None).map_err(|it| self.told(&it.to_string()))
    }

    fn told(&self, error: &str) -> String {
        error.replace(&format!("{}/", self.folder.path().display()), "")
    }
}

fn knows(loaded: &Loaded, address: &str) -> bool {
    loaded.school.person(&Address::parse(address).expect("an address")).is_some()
}

/// All that is known of the people above.
fn check_everybody(loaded: &Loaded) {
    let school = &loaded.school;
    let address = |text: &str| Address::parse(text).expect("an address");
    assert_eq!(school.directory().persons().len(), PUPILS + 2);
    let okoro = school.person(&address("j.okoro@oakmere.example")).expect("a person");
    assert_eq!((okoro.role, &*okoro.name), (PersonRole::Staff, "Jo Okoro"));
    assert_eq!(okoro.manager, Some(address("head@oakmere.example")));
    let owner = school.private_match(&address("pupil1202@googlemail.example")).expect("a pupil's");
    assert_eq!(owner.person.address(), Some(&address("p1202@pupils.oakmere.example")));
    assert_eq!(school.expand([&address("everyone@oakmere.example")]).people, PUPILS + 1);
    assert!(
        loaded.remarks.iter().any(|it| it.contains("1 entries have no known role")),
        "{:?}",
        loaded.remarks
    );
}

#[test]
fn an_outage_changes_nothing_at_a_start_or_a_reload() {
    if !server::is_there() {
        return;
    }
    let mut server = Server::start(&people());
    let site = Site::asking(&server, &server.ldaps());
    let loaded = site.serve().expect("a directory");
    check_everybody(&loaded);

    let cache = site.path("directory.cache");
    assert_eq!(fs::metadata(&cache).expect("a file").permissions().mode() & 0o7777, 0o600);
    let kept = fs::read_to_string(&cache).expect("text").to_lowercase();
    assert!(
        kept.contains("p1202@pupils.oakmere.example") && !kept.contains("gmail") && !kept.contains(PASSWORD)
    );

    server.stop();
    check_everybody(&site.serve().expect("the last answer"));
    check_everybody(&site.look().expect("the last answer"));
    let engine = Engine::new(Some(site.policy()), loaded);
    engine.reload();
    engine.refresh();
    check_everybody(&engine.now());
    assert!(load::refresh(&engine.now()).unwrap_err().to_string().contains("cannot connect"));

    // Another question has no last answer, and another key cannot read the one there is.
    site.write(&server.ldaps(), "ca-file = \"ca.pem\"\npeople-filter = \"(mail=*)\"\n");
    assert!(site.serve().unwrap_err().contains("cannot connect"));
    site.write(&server.ldaps(), "ca-file = \"ca.pem\"\n");
    fs::remove_file(site.path("private.key")).expect("the key");
    assert!(site.serve().unwrap_err().contains("cannot connect"));
    fs::write(&cache, "{").expect("a file");
    server.again();
    check_everybody(&site.serve().expect("a new answer"));
    server.stop();
    let kept = fs::read_to_string(&cache).expect("text");
    fs::write(&cache, kept.replace("p1202@", "p9999@")).expect("a file");
    assert!(
        site.serve().unwrap_err().contains("cannot connect"),
        "what another hand has changed is no answer"
    );
    server.again();
    check_everybody(&site.serve().expect("a new answer"));
}

#[test]
fn a_refresh_brings_new_people_under_the_policy_in_force() {
    if !server::is_there() {
        return;
    }
    let mut server = Server::start(&people());
    let site = Site::asking(&server, &server.ldap());
    let engine = Engine::new(Some(site.policy()), site.serve().expect("a directory over StartTLS"));
    let before = engine.now();
    engine.refresh();
    assert!(std::sync::Arc::ptr_eq(&before, &engine.now()), "nothing new, nothing replaced");

    server.add(&person("new", "staff", "mail: new@oakmere.example\nemployeeType: Teacher\n"));
    fs::write(site.policy(), "half a pol").expect("a file");
    engine.refresh();
    assert!(
        knows(&engine.now(), "new@oakmere.example"),
        "the file is somebody's draft until the next reload"
    );

    // A pupil at a teacher's address is refused as in people.csv, and the last good people stay.
    server.add(&person("clash", "pupils", "mail: new@oakmere.example\n"));
    let said = load::refresh(&engine.now()).unwrap_err().to_string();
    assert!(said.contains("is a pupil's") && said.contains("(people):"), "{said}");
    engine.refresh();
    assert!(knows(&engine.now(), "new@oakmere.example"));
    site.write(&server.ldap(), "ca-file = \"ca.pem\"\n");
    assert!(knows(&site.serve().expect("the last good answer"), "new@oakmere.example"));
}

#[test]
fn what_is_wrong_is_told_and_looking_leaves_nothing_behind() {
    if !server::is_there() {
        return;
    }
    let server = Server::start(&people());
    let site = Site::asking(&server, &server.local());
    check_everybody(&site.look().expect("a directory"));
    assert!(!site.path("directory.cache").exists() && !site.path("private.key").exists());

    let refused = |url: &str, more: &str| {
        site.write(url, more);
        site.look().unwrap_err()
    };
    for url in [server.ldaps(), server.ldap()] {
        let said = refused(&url, "ca-file = \"other.pem\"\n");
        assert!(said.contains("cannot connect") && said.to_lowercase().contains("certificate"), "{said}");
    }
    let said = refused(&server.ldaps(), "ca-file = \"password\"\n");
    assert_eq!(said, "password: cannot read the certificates: there is none in it");
    let said = refused(&server.local(), "people-filter = \"(mail=*\"\n");
    assert!(said.contains("cannot search for (mail=* below `dc=oakmere,dc=example`"), "{said}");
    let said = refused(&server.local(), "people-filter = \"(mail=nobody)\"\n");
    assert!(
        said.starts_with("rules.toml:5:8: ") && said.contains("(mail=nobody) finds nobody below"),
        "{said}"
    );
    let said = refused(&server.local(), "people-filter = \"(cn=printer)\"\n");
    assert!(said.contains("none of 1 people has a role"), "{said}");
    let said = refused(&server.local(), "basis = \"x\"\n");
    assert!(said.contains("unknown key `basis`"), "{said}");
    let said = refused("dc.oakmere.example", "");
    assert!(said.contains("must be such as `ldaps://dc.oakmere.example`"), "{said}");

    site.write(&server.local(), "");
    let with_password = |text: &str, mode| {
        fs::write(site.path("password"), text).expect("a file");
        fs::set_permissions(site.path("password"), fs::Permissions::from_mode(mode)).expect("a file of ours");
        site.look().unwrap_err()
    };
    let said = with_password("wrong", 0o600);
    assert!(
        said.contains("cannot sign in as `cn=beadle,dc=oakmere,dc=example`") && !said.contains("wrong"),
        "{said}"
    );
    assert!(with_password("\n", 0o600).contains("password is empty, must hold the password"));
    assert!(with_password(PASSWORD, 0o644).contains("password has mode 0644, must be 0640 or stricter"));
    fs::remove_file(site.path("password")).expect("the file");
    assert!(site.look().unwrap_err().contains("cannot read password: No such file"));
}

#[test]
fn the_server_starts_in_an_outage_and_learns_of_new_people_after_it() {
    if !server::is_there() {
        return;
    }
    let mut server = Server::start(&people());
    let site = Site::asking(&server, &server.ldaps());
    site.serve().expect("a first answer");
    let listen = format!("[milter]\nlisten = [\"unix:{}\"]\n", site.path("milter.sock").display());
    let policy = fs::read_to_string(site.policy()).expect("the policy");
    fs::write(site.policy(), policy + &listen).expect("a policy");

    server.stop();
    let running = Running::start(&site);
    running.says("is ready");
    running.says("directory: the last good one stays in force");
    running.says("cannot connect");
    drop(running);

    server.add(&person("new", "staff", "mail: new@oakmere.example\nemployeeType: Teacher\n"));
    let running = Running::start(&site);
    running.says(&format!("directory: asked LDAP again, {} people are known", PUPILS + 3));
}

/// A running `beadle serve`; dropping it ends it.
struct Running {
    process: std::process::Child,
    log: PathBuf,
}

impl Running {
    fn start(site: &Site) -> Self {
        let log = site.path("log");
        let written = fs::File::create(&log).expect("a file");
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_beadle"));
        command.args(["serve", "--log", "json", "--policy"]).arg(site.policy());
        let process = command.stdin(std::process::Stdio::null()).stderr(written).spawn().expect("beadle");
        Self { process, log }
    }

    /// Waits until the log has this text.
    fn says(&self, wanted: &str) {
        let end = std::time::Instant::now() + std::time::Duration::from_secs(30);
        loop {
            let said = fs::read_to_string(&self.log).expect("the log");
            if said.contains(wanted) {
                return;
            }
            assert!(std::time::Instant::now() < end, "nobody says `{wanted}`:\n{said}");
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
