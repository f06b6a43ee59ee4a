//! A slapd of the test's own: its certificates, its people, its end.

use std::fs;
use std::io::Write;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

const SLAPD: &str = "/usr/sbin/slapd";

/// The password of `cn=beadle,dc=oakmere,dc=example`.
pub const PASSWORD: &str = "correct horse";

/// Whether the server is installed. Where it must be, its absence fails the test.
pub fn is_there() -> bool {
    if Path::new(SLAPD).exists() {
        return true;
    }
    assert!(std::env::var_os("CI").is_none(), "slapd is not installed");
    eprintln!("skipped: slapd is not installed (demo/parts.sh test)");
    false
}

/// A server with a folder of its own; dropping it ends it.
pub struct Server {
    folder: TempDir,
    tls: u16,
    plain: u16,
    process: Option<Child>,
}

impl Server {
    /// Starts a server that knows `people` (LDIF below `dc=oakmere,dc=example`).
    pub fn start(people: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let mut server = Self { folder, tls: free_port(), plain: free_port(), process: None };
        server.certify();
        server.configure();
        fs::create_dir(server.path("data")).expect("a folder");
        let base = "dn: dc=oakmere,dc=example\nobjectClass: dcObject\nobjectClass: organization\no: Oakmere\n\n\
                    dn: cn=beadle,dc=oakmere,dc=example\nobjectClass: organizationalRole\nobjectClass: simpleSecurityObject\n";
        fs::write(server.path("base.ldif"), format!("{base}userPassword: {PASSWORD}\n\n{people}"))
            .expect("a file");
        run(Command::new("/usr/sbin/slapadd")
            .arg("-q")
            .arg("-f")
            .arg(server.path("slapd.conf"))
            .arg("-l")
            .arg(server.path("base.ldif")));
        server.again();
        server
    }

    /// Starts it again after an outage.
    pub fn again(&mut self) {
        let listen = format!(
            "ldaps://127.0.0.1:{}/ ldap://127.0.0.2:{}/ ldap://127.0.0.1:{}/",
            self.tls, self.plain, self.plain
        );
        let mut command = Command::new(SLAPD);
        // Any -d keeps it in the foreground, so that it ends with the test.
        command.args(["-d", "0", "-h", &listen, "-f"]).arg(self.path("slapd.conf"));
        self.process = Some(command.stdin(Stdio::null()).stderr(Stdio::null()).spawn().expect("slapd"));
        let end = Instant::now() + Duration::from_secs(20);
        while TcpStream::connect(SocketAddr::from(([127, 0, 0, 2], self.plain))).is_err() {
            assert!(Instant::now() < end, "slapd does not answer");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Ends it, as an outage does.
    pub fn stop(&mut self) {
        if let Some(mut process) = self.process.take() {
            let _ = process.kill();
            let _ = process.wait();
        }
    }

    /// Adds entries (LDIF) while it is stopped.
    pub fn add(&mut self, people: &str) {
        self.stop();
        fs::write(self.path("more.ldif"), people).expect("a file");
        run(Command::new("/usr/sbin/slapadd")
            .arg("-q")
            .arg("-f")
            .arg(self.path("slapd.conf"))
            .arg("-l")
            .arg(self.path("more.ldif")));
        self.again();
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn ldaps(&self) -> String {
        format!("ldaps://localhost:{}", self.tls)
    }

    /// Without TLS, at an address that is not called this machine's.
    pub fn ldap(&self) -> String {
        format!("ldap://127.0.0.2:{}", self.plain)
    }

    /// Without TLS, on this machine.
    pub fn local(&self) -> String {
        format!("ldap://127.0.0.1:{}", self.plain)
    }

    fn configure(&self) {
        let schema = ["core", "cosine", "inetorgperson"]
            .map(|it| format!("include /etc/ldap/schema/{it}.schema\n"))
            .concat();
        let shown = |name: &str| self.path(name).display().to_string();
        let text = format!(
            "{schema}modulepath /usr/lib/ldap\nmoduleload back_mdb\npidfile {}\nsizelimit 500\n\
             TLSCertificateFile {}\nTLSCertificateKeyFile {}\n\
             database mdb\nsuffix \"dc=oakmere,dc=example\"\nmaxsize 104857600\ndirectory {}\n\
             limits dn.exact=\"cn=beadle,dc=oakmere,dc=example\" size.pr=500 size.prtotal=unlimited\n\
             access to attrs=userPassword by anonymous auth by * none\n\
             access to * by dn.exact=\"cn=beadle,dc=oakmere,dc=example\" read by * none\n",
            shown("slapd.pid"),
            shown("server.pem"),
            shown("server.key"),
            shown("data")
        );
        fs::write(self.path("slapd.conf"), text).expect("a file");
    }

    /// A certificate for `localhost` and 127.0.0.2, and the authority behind it; another authority
    /// that vouches for nothing.
    fn certify(&self) {
        let extensions = "subjectAltName=DNS:localhost,IP:127.0.0.2\nbasicConstraints=CA:FALSE\n";
        fs::write(self.path("extensions"), extensions).expect("a file");
        let openssl =
            |arguments: &[&str]| run(Command::new("openssl").args(arguments).current_dir(self.folder.path()));
        let key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
        for name in ["ca", "other"] {
            let (pem, own) = (format!("{name}.pem"), format!("{name}.key"));
            let subject = format!("/CN={name}.oakmere.example");
            openssl(
                &[
                    &["req", "-x509", "-days", "2", "-subj", &subject, "-keyout", &own, "-out", &pem],
                    &key[..],
                ]
                .concat(),
            );
        }
        openssl(
            &[&["req", "-subj", "/CN=localhost", "-keyout", "server.key", "-out", "server.csr"], &key[..]]
                .concat(),
        );
        openssl(&[
            "x509",
            "-req",
            "-days",
            "2",
            "-in",
            "server.csr",
            "-CA",
            "ca.pem",
            "-CAkey",
            "ca.key",
            "-CAcreateserial",
            "-extfile",
            "extensions",
            "-out",
            "server.pem",
        ]);
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").and_then(|it| it.local_addr()).expect("a port").port()
}

fn run(command: &mut Command) {
    let output = command.stdin(Stdio::null()).output().expect("it is installed");
    if !output.status.success() {
        let _ = std::io::stderr().write_all(&output.stderr);
        panic!("{command:?}: {}", output.status);
    }
}
