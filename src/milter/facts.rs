//! What the mail server tells about the connection and the login, and which of its macros count.
//!
//! | stage of `D` | is taken                                  | is kept until          |
//! |--------------|-------------------------------------------|------------------------|
//! | C            | `j`, `{daemon_name}`, `{client_addr}`     | the next C             |
//! | H            | `{tls_version}`                           | the next H             |
//! | M            | `{auth_authen}`, `{auth_type}`, `i`       | the message is over    |
//! | any later    | `i`                                       | the message is over    |
//!
//! From L on Postfix's cleanup(8) evaluates the macros, which does not know the overrides of
//! master.cf nor TLS: whatever it says of the connection is ignored.

use super::{Pairs, Peer};
use crate::mail::Connection;

/// A longer value is not kept: no host name, login or queue ID has this many bytes.
const MAX_VALUE: usize = 1_024;

#[derive(Clone, Debug, Default)]
pub(super) struct Facts {
    pub connection: Connection,
    pub login: Option<String>,
    /// `{client_addr}`, for a peer that names no address in C.
    client_address: String,
}

impl Facts {
    /// Takes the macros that come before the command `stage`.
    pub fn macros(&mut self, stage: u8, pairs: Pairs<'_>) {
        match stage {
            b'C' => {
                self.connection.host.clear();
                self.connection.daemon_name.clear();
                self.client_address.clear();
            }
            b'H' => self.connection.tls_version.clear(),
            b'M' => self.end_message(),
            _ => {}
        }
        for (name, value) in pairs {
            // Single letters come bare, all others in braces; Postfix 3.1 braced both.
            let name = name.strip_prefix(b"{").and_then(|it| it.strip_suffix(b"}")).unwrap_or(name);
            let slot = match (stage, name) {
                (b'C', b"j") => &mut self.connection.host,
                (b'C', b"daemon_name") => &mut self.connection.daemon_name,
                (b'C', b"client_addr") => &mut self.client_address,
                (b'H', b"tls_version") => &mut self.connection.tls_version,
                (b'M', b"auth_type") => &mut self.connection.auth_type,
                (b'M', b"auth_authen") => self.login.get_or_insert_default(),
                (b'M' | b'R' | b'T' | b'L' | b'N' | b'B' | b'E', b"i") => &mut self.connection.queue_id,
                _ => continue,
            };
            *slot = clean(value);
        }
        self.login.take_if(|it| it.is_empty());
    }

    pub fn connect(&mut self, host: &[u8], peer: Peer<'_>) {
        let (address, port) = match peer {
            Peer::Internet { address, port } => (clean(address), port),
            Peer::Local { .. } => (String::new(), 0),
            Peer::Unknown => (self.client_address.clone(), 0),
        };
        self.connection.client_name = clean(host);
        self.connection.client_address = match address.get(..5) {
            Some(prefix) if prefix.eq_ignore_ascii_case("IPv6:") => address[5..].to_owned(),
            _ => address,
        };
        self.connection.client_port = port;
        self.connection.helo.clear();
        self.connection.tls_version.clear();
        self.end_message();
    }

    pub fn helo(&mut self, name: &[u8]) {
        self.connection.helo = clean(name);
    }

    /// Forgets what belongs to one message only.
    pub fn end_message(&mut self) {
        self.login = None;
        self.connection.auth_type.clear();
        self.connection.queue_id.clear();
    }
}

/// Text fit for a trace line and a log: no line ends, no controls.
fn clean(value: &[u8]) -> String {
    if value.len() > MAX_VALUE {
        return String::new();
    }
    String::from_utf8_lossy(value).chars().filter(|it| !it.is_control()).collect()
}
