//! The header lines put on top of a message that leaves the outbox.

use chrono::{DateTime, FixedOffset};

use crate::mail::Connection;

/// The longest fact written into a header: the longest domain name (RFC 5321 section 4.5.3.1.2).
const LONGEST: usize = 255;

/// Builds our `Received:` line and `X-Beadle-Deferred:`, with CRLF line ends.
///
/// Whoever takes responsibility for a message must add a trace line (RFC 5321 sections 3.7.2 and
/// 4.4). Postfix's line for the hop to us is lost with the message it discarded, so this one
/// stands for it: its date is the time of acceptance, its id Postfix's queue ID. It names no
/// recipient, since the other recipients would read it.
pub fn trace_block(
    connection: &Connection,
    accepted: DateTime<FixedOffset>,
    released: DateTime<FixedOffset>,
    possible_repeat: bool,
) -> Vec<u8> {
    let mut block = String::from("Received: ");
    let over_network = !connection.client_address.is_empty();
    if over_network {
        block.push_str(&from(connection));
    }
    block.push_str("by ");
    block.push_str(&word(&connection.host).unwrap_or_else(|| "localhost".into()));
    block.push_str(" (beadle)");
    if over_network {
        block.push_str(" with ");
        block.push_str(protocol(connection));
    }
    if let Some(id) = word(&connection.queue_id) {
        block.push_str(" id ");
        block.push_str(&id);
    }
    // `to_rfc2822` would panic beyond the year 9999.
    block.push_str(&accepted.format(";\r\n\t%a, %-d %b %Y %H:%M:%S %z\r\n").to_string());
    block.push_str(&format!(
        "X-Beadle-Deferred: accepted={}; released={}{}\r\n",
        accepted.format("%Y-%m-%dT%H:%M:%S%:z"),
        released.format("%Y-%m-%dT%H:%M:%S%:z"),
        if possible_repeat { "; possible-repeat" } else { "" }
    ));
    block.into_bytes()
}

/// The client as Postfix writes it: the name it gave, then in a comment what is known of it.
fn from(connection: &Connection) -> String {
    let address = word(&connection.client_address).unwrap_or_default();
    let address = match address.contains(':') {
        true => format!("[IPv6:{address}]"),
        false => format!("[{address}]"),
    };
    // Postfix gives `[address]` where it has no name.
    let name =
        word(&connection.client_name).filter(|it| !it.starts_with('[')).unwrap_or_else(|| "unknown".into());
    let helo = word(&connection.helo).unwrap_or_else(|| name.clone());
    format!("from {helo}\r\n\t({name} {address})\r\n\t")
}

/// The protocol by its name in RFC 3848. A client without HELO cannot have used more than SMTP.
fn protocol(connection: &Connection) -> &'static str {
    let Connection { helo, tls_version, auth_type, .. } = connection;
    match (helo.is_empty(), tls_version.is_empty(), auth_type.is_empty()) {
        (true, true, true) => "SMTP",
        (_, true, true) => "ESMTP",
        (_, true, false) => "ESMTPA",
        (_, false, true) => "ESMTPS",
        (_, false, false) => "ESMTPSA",
    }
}

/// A fact as one word that cannot end its line, its comment or its clause; `None` if nothing of it
/// can be written. The client chooses its HELO, and often its name.
fn word(fact: &str) -> Option<String> {
    let word: String = fact
        .chars()
        .filter(|it| it.is_ascii_graphic() && !"()<>;,\"\\".contains(*it))
        .take(LONGEST)
        .collect();
    (!word.is_empty()).then_some(word)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn time(text: &str) -> DateTime<FixedOffset> {
        DateTime::parse_from_rfc3339(text).unwrap()
    }

    fn block(connection: &Connection, repeat: bool) -> String {
        let accepted = time("2027-07-02T19:40:05.25+01:00");
        let released = time("2027-07-03T07:30:00+01:00");
        String::from_utf8(trace_block(connection, accepted, released, repeat)).unwrap()
    }

    fn submission() -> Connection {
        Connection {
            client_name: "staffroom-3.oakfield.example".into(),
            client_address: "192.0.2.7".into(),
            helo: "[192.0.2.7]".into(),
            tls_version: "TLSv1.3".into(),
            auth_type: "PLAIN".into(),
            host: "mail.oakfield.example".into(),
            queue_id: "4ZxYwV1abcz1".into(),
            ..Connection::default()
        }
    }

    #[test]
    fn a_submission_over_tls_with_a_login() {
        assert_eq!(
            block(&submission(), false),
            "Received: from [192.0.2.7]\r\n\
             \t(staffroom-3.oakfield.example [192.0.2.7])\r\n\
             \tby mail.oakfield.example (beadle) with ESMTPSA id 4ZxYwV1abcz1;\r\n\
             \tFri, 2 Jul 2027 19:40:05 +0100\r\n\
             X-Beadle-Deferred: accepted=2027-07-02T19:40:05+01:00; \
             released=2027-07-03T07:30:00+01:00\r\n"
        );
    }

    #[test]
    fn a_repeat_is_marked() {
        assert!(block(&submission(), true).ends_with("+01:00; possible-repeat\r\n"));
    }

    #[test]
    fn a_local_message_came_from_no_client() {
        let connection = Connection { host: "mail.oakfield.example".into(), ..Default::default() };
        let block = block(&connection, false);
        assert!(block.starts_with("Received: by mail.oakfield.example (beadle);\r\n\t"), "{block}");
    }

    #[test]
    fn ipv6_and_an_unknown_name_are_written_as_postfix_does() {
        let connection = Connection {
            client_name: "[2001:db8::7]".into(),
            client_address: "2001:db8::7".into(),
            tls_version: String::new(),
            auth_type: String::new(),
            ..submission()
        };
        let block = block(&connection, false);
        assert!(block.contains("(unknown [IPv6:2001:db8::7])\r\n"), "{block}");
        assert!(block.contains(" with ESMTP id "), "{block}");
    }

    proptest! {
        /// Whatever a client says, the block is the same two header fields of bounded lines.
        #[test]
        fn no_fact_breaks_out_of_its_place(facts in prop::collection::vec("(?s).{0,400}", 7)) {
            let connection = Connection {
                client_name: facts[0].clone(),
                client_address: facts[1].clone(),
                helo: facts[2].clone(),
                tls_version: facts[3].clone(),
                auth_type: facts[4].clone(),
                host: facts[5].clone(),
                queue_id: facts[6].clone(),
                ..Connection::default()
            };
            let block = block(&connection, false);
            prop_assert!(block.is_ascii());
            let lines: Vec<_> = block.split("\r\n").collect();
            prop_assert_eq!(lines.last(), Some(&""));
            let fields = lines.iter().filter(|it| !it.is_empty() && !it.starts_with('\t'));
            prop_assert_eq!(fields.count(), 2);
            for line in &lines {
                prop_assert!(line.len() <= 998);
                prop_assert!(line.bytes().all(|it| it == b'\t' || (32..127).contains(&it)));
            }
            prop_assert_eq!(block.matches(';').count(), 2);
            prop_assert_eq!(block.matches('(').count(), block.matches(')').count());
        }
    }
}
