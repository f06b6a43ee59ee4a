//! The envelope's commands as they were first given, as far as the server offers the extensions.

use crate::mail::{Connection, Path};

/// Which extensions of ours the server named in its answer to EHLO.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Offers {
    size: bool,
    eight_bit: bool,
    utf8: bool,
    dsn: bool,
    auth: bool,
    /// The attributes of XFORWARD.
    xforward: Vec<String>,
}

impl Offers {
    /// Reads the lines of an EHLO answer, without their codes.
    pub(super) fn read<'a>(lines: impl Iterator<Item = &'a str>) -> Self {
        let mut offers = Self::default();
        // The first line names the server.
        for line in lines.skip(1) {
            let mut words = line.split_ascii_whitespace().map(str::to_ascii_uppercase);
            match words.next().as_deref() {
                Some("SIZE") => offers.size = true,
                Some("8BITMIME") => offers.eight_bit = true,
                Some("SMTPUTF8") => offers.utf8 = true,
                Some("DSN") => offers.dsn = true,
                Some("AUTH") => offers.auth = true,
                Some("XFORWARD") => offers.xforward = words.collect(),
                _ => {}
            }
        }
        offers
    }

    /// Tells whether an argument that came with the message may go with it.
    ///
    /// Nothing is invented: RET and ENVID are the sender's (RFC 3461 section 5.2.1). An argument
    /// of an extension that we do not know stays behind, for it might promise what we do not keep.
    fn replays(&self, argument: &[u8]) -> bool {
        let keyword = argument.split(|it| *it == b'=').next().unwrap_or_default();
        let offered = match &keyword.to_ascii_uppercase()[..] {
            b"RET" | b"ENVID" | b"NOTIFY" | b"ORCPT" => self.dsn,
            b"SMTPUTF8" => self.utf8,
            b"AUTH" => self.auth,
            _ => false,
        };
        offered && argument.iter().all(|it| it.is_ascii_graphic() || !it.is_ascii())
    }

    /// The MAIL command. `size` is the message's size in bytes, `eight_bit` says that it has bytes
    /// beyond ASCII. `None` if the path cannot be written in a command.
    pub(super) fn mail(&self, sender: &Path, size: usize, eight_bit: bool) -> Option<Vec<u8>> {
        let mut command = command(b"MAIL FROM:", sender)?;
        if self.size {
            command.extend_from_slice(format!(" SIZE={size}").as_bytes());
        }
        match sender.argument("BODY") {
            _ if !self.eight_bit => {}
            // What came as BINARYMIME has CRLF line ends now, and goes out by DATA.
            Some(body) if eight_bit || body.eq_ignore_ascii_case(b"BINARYMIME") => {
                command.extend_from_slice(b" BODY=8BITMIME");
            }
            Some(body) if body.iter().all(u8::is_ascii_alphanumeric) && !body.is_empty() => {
                command.extend_from_slice(b" BODY=");
                command.extend_from_slice(body);
            }
            None if eight_bit => command.extend_from_slice(b" BODY=8BITMIME"),
            _ => {}
        }
        self.finish(command, sender)
    }

    /// The RCPT command; `None` if the path cannot be written in a command.
    pub(super) fn rcpt(&self, recipient: &Path) -> Option<Vec<u8>> {
        self.finish(command(b"RCPT TO:", recipient)?, recipient)
    }

    fn finish(&self, mut command: Vec<u8>, path: &Path) -> Option<Vec<u8>> {
        for argument in path.arguments.iter().filter(|it| self.replays(it)) {
            command.push(b' ');
            command.extend_from_slice(argument);
        }
        command.extend_from_slice(b"\r\n");
        Some(command)
    }

    /// The XFORWARD commands that tell Postfix's log which message this was at first; none for a
    /// message of our own. The value of an attribute is xtext (RFC 1891 section 5).
    pub(super) fn xforward(&self, connection: &Connection) -> Vec<Vec<u8>> {
        if *connection == Connection::default() {
            return Vec::new();
        }
        let address = match connection.client_address.contains(':') {
            true => format!("IPV6:{}", connection.client_address),
            false => connection.client_address.clone(),
        };
        let port = match connection.client_port {
            0 => String::new(),
            port => port.to_string(),
        };
        let name = match &connection.client_name[..] {
            "unknown" => "",
            name if name.starts_with('[') => "",
            name => name,
        };
        let protocol = if connection.helo.is_empty() { "" } else { "ESMTP" };
        let source = if address.is_empty() { "LOCAL" } else { "REMOTE" };
        let mut commands = Vec::new();
        let mut line = Vec::new();
        for attribute in &self.xforward {
            let value = match &attribute[..] {
                "NAME" => name,
                "ADDR" => &address,
                "PORT" => &port,
                "PROTO" => protocol,
                "HELO" => &connection.helo,
                "IDENT" => &connection.queue_id,
                "SOURCE" => source,
                _ => continue,
            };
            let word = format!(" {attribute}={}", xtext(value));
            // RFC 5321 section 4.5.3.1.4: 512 bytes with the command's name and its end.
            if line.len() + word.len() > 500 {
                commands.push(std::mem::take(&mut line));
            }
            line.extend_from_slice(word.as_bytes());
        }
        if !line.is_empty() {
            commands.push(line);
        }
        commands.into_iter().map(|it| [b"XFORWARD", &it[..], b"\r\n"].concat()).collect()
    }
}

/// The longest attribute value that Postfix takes.
const LONGEST: usize = 255;

fn xtext(value: &str) -> String {
    let mut text = String::new();
    for byte in value.bytes() {
        match byte {
            b'+' | b'=' => text.push_str(&format!("+{byte:02X}")),
            _ if byte.is_ascii_graphic() => text.push(char::from(byte)),
            _ => text.push_str(&format!("+{byte:02X}")),
        }
    }
    match text.len() {
        1..=LONGEST => text,
        _ => "[UNAVAILABLE]".into(),
    }
}

/// The beginning of a command with a path. A path is written byte for byte; one that would end the
/// command or its brackets cannot be.
fn command(verb: &[u8], path: &Path) -> Option<Vec<u8>> {
    let mut quoted = false;
    let mut escaped = false;
    for byte in &path.address {
        match byte {
            0..=31 | 127 => return None,
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => quoted = !quoted,
            b' ' | b'<' | b'>' if !quoted => return None,
            _ => {}
        }
    }
    if quoted || escaped {
        return None;
    }
    Some([verb, b"<", &path.address, b">"].concat())
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};

    use super::*;

    fn postfix() -> Offers {
        let answer = "mail.oakfield.example\nPIPELINING\nSIZE 10240000\n8BITMIME\nDSN\nSMTPUTF8\n\
                      XFORWARD NAME ADDR PROTO HELO SOURCE PORT IDENT";
        Offers::read(answer.lines())
    }

    fn path(address: &str, arguments: &[&str]) -> Path {
        let arguments = arguments.iter().map(|it| it.as_bytes().to_vec()).collect();
        Path { address: address.as_bytes().to_vec(), arguments }
    }

    fn text(command: Option<Vec<u8>>) -> String {
        String::from_utf8(command.unwrap()).unwrap()
    }

    #[test]
    fn arguments_go_out_as_they_came() {
        let sender = path(
            "j.okoro@oakfield.example",
            &["SIZE=99", "body=8bitmime", "RET=HDRS", "ENVID=a+2Bb", "AUTH=<>", "SMTPUTF8", "XTRA=1"],
        );
        assert_eq!(
            text(postfix().mail(&sender, 1234, false)),
            "MAIL FROM:<j.okoro@oakfield.example> SIZE=1234 BODY=8bitmime RET=HDRS ENVID=a+2Bb \
             SMTPUTF8\r\n"
        );
        let recipient = path("a@b.example", &["NOTIFY=NEVER", "ORCPT=rfc822;a@b.example"]);
        assert_eq!(
            text(postfix().rcpt(&recipient)),
            "RCPT TO:<a@b.example> NOTIFY=NEVER ORCPT=rfc822;a@b.example\r\n"
        );
    }

    #[test]
    fn nothing_is_used_that_is_not_offered() {
        let none = Offers::read("mail.oakfield.example".lines());
        let sender = path("a@b.example", &["BODY=8BITMIME", "RET=FULL", "SMTPUTF8"]);
        assert_eq!(text(none.mail(&sender, 9, true)), "MAIL FROM:<a@b.example>\r\n");
        let auth = Offers::read("mail.oakfield.example\nauth PLAIN".lines());
        let sender = path("", &["AUTH=<>"]);
        assert_eq!(text(auth.mail(&sender, 9, true)), "MAIL FROM:<> AUTH=<>\r\n");
    }

    #[test]
    fn body_says_what_the_content_is() {
        let body = |arguments: &[&str], eight_bit| {
            let command = text(postfix().mail(&path("", arguments), 1, eight_bit));
            command.trim_end().trim_start_matches("MAIL FROM:<> SIZE=1").trim_start().to_owned()
        };
        assert_eq!(body(&[], false), "");
        assert_eq!(body(&[], true), "BODY=8BITMIME");
        assert_eq!(body(&["BODY=7BIT"], false), "BODY=7BIT");
        assert_eq!(body(&["BODY=7BIT"], true), "BODY=8BITMIME");
        assert_eq!(body(&["BODY=BINARYMIME"], false), "BODY=8BITMIME");
    }

    #[test]
    fn odd_paths_are_written_and_broken_ones_refused() {
        for odd in ["a..b@c.example", "trailing.@c.example", "\"a> b\\\"\"@c.example", "bare", "é@x"] {
            let expected = format!("RCPT TO:<{odd}>\r\n");
            assert_eq!(postfix().rcpt(&path(odd, &[])), Some(expected.into_bytes()));
        }
        for broken in ["a b@c.example", "a> SIZE=1", "a\r\nDATA", "\"open@c.example", "a\0b", "\\"] {
            assert_eq!(postfix().rcpt(&path(broken, &[])), None, "{broken:?}");
        }
    }

    #[test]
    fn xforward_names_the_first_hop() {
        let connection = Connection {
            client_name: "[2001:db8::7]".into(),
            client_address: "2001:db8::7".into(),
            client_port: 50_123,
            helo: "pc 3=x".into(),
            queue_id: "4ZxYwV1abcz1".into(),
            ..Connection::default()
        };
        let commands = postfix().xforward(&connection);
        assert_eq!(
            String::from_utf8(commands.concat()).unwrap(),
            "XFORWARD NAME=[UNAVAILABLE] ADDR=IPV6:2001:db8::7 PROTO=ESMTP HELO=pc+203+3Dx \
             SOURCE=REMOTE PORT=50123 IDENT=4ZxYwV1abcz1\r\n"
        );
        assert!(postfix().xforward(&Connection::default()).is_empty());
        assert!(Offers::default().xforward(&connection).is_empty());
    }

    proptest! {
        /// Whatever is stored, a command is one line, and an argument is one word of it.
        #[test]
        fn no_path_or_argument_makes_a_second_command(
            address in vec(any::<u8>(), 0..30),
            value in vec(any::<u8>(), 0..30),
            helo in "(?s).{0,400}",
        ) {
            let arguments = vec![[b"ENVID=", &value[..]].concat(), value];
            let path = Path { address, arguments };
            for command in [postfix().mail(&path, 1, true), postfix().rcpt(&path)].into_iter().flatten() {
                prop_assert_eq!(command.iter().filter(|it| it.is_ascii_control()).count(), 2);
                prop_assert!(command.ends_with(b"\r\n"));
            }
            let connection = Connection { helo, client_name: "a".repeat(250), ..Connection::default() };
            for command in postfix().xforward(&connection) {
                prop_assert!(command.len() <= 512);
                prop_assert_eq!(command.iter().filter(|it| !(32..127).contains(*it)).count(), 2);
            }
        }
    }
}
