//! Recognises a message that comes again because its client never saw our 250.

use sha2::{Digest, Sha256};

use crate::mail::Envelope;

/// A hash of what stays the same when a client sends a message again: sender, recipients in any
/// order, Message-ID and body.
///
/// `message_id` is the value of the header. Without one the result is `None`: two messages of the
/// same words (a nightly report) are then not told apart from one sent twice, and keeping a
/// repeat is better than losing a message.
pub fn dedupe_key(envelope: &Envelope, message_id: &[u8], body: &[u8]) -> Option<[u8; 32]> {
    let message_id = message_id.trim_ascii();
    if message_id.is_empty() {
        return None;
    }
    let mut recipients: Vec<_> = envelope.recipients.iter().map(|it| &it.address[..]).collect();
    recipients.sort_unstable();
    recipients.dedup();

    let mut hash = Sha256::new();
    // Each part goes in with its length, so that no two different lists give the same bytes.
    let mut add = |part: &[u8]| {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    };
    add(&envelope.sender.address);
    add(message_id);
    add(body);
    recipients.into_iter().for_each(add);
    Some(hash.finalize().into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mail::Path;

    fn envelope(sender: &str, recipients: &[&str]) -> Envelope {
        Envelope {
            sender: Path::new(sender.as_bytes()),
            recipients: recipients.iter().map(|it| Path::new(it.as_bytes())).collect(),
        }
    }

    #[test]
    fn the_order_of_recipients_does_not_matter() {
        let one = envelope("j.okoro@oakfield.example", &["a@b.example", "c@d.example"]);
        let other = envelope("j.okoro@oakfield.example", &["c@d.example", "a@b.example"]);
        assert_eq!(dedupe_key(&one, b"<1@x>", b"Hello"), dedupe_key(&other, b" <1@x> ", b"Hello"));
    }

    #[test]
    fn every_part_matters() {
        let one = envelope("j.okoro@oakfield.example", &["a@b.example"]);
        let key = dedupe_key(&one, b"<1@x>", b"Hello");
        let other_sender = envelope("s.pike@oakfield.example", &["a@b.example"]);
        let more = envelope("j.okoro@oakfield.example", &["a@b.example", "c@d.example"]);
        assert_ne!(key, dedupe_key(&other_sender, b"<1@x>", b"Hello"));
        assert_ne!(key, dedupe_key(&more, b"<1@x>", b"Hello"));
        assert_ne!(key, dedupe_key(&one, b"<2@x>", b"Hello"));
        assert_ne!(key, dedupe_key(&one, b"<1@x>", b"Hello!"));
        // Without lengths these two would hash alike.
        assert_ne!(dedupe_key(&one, b"<1>", b"x"), dedupe_key(&one, b"<1>x", b""));
    }

    #[test]
    fn without_a_message_id_nothing_is_a_repeat() {
        assert_eq!(dedupe_key(&envelope("", &["a@b.example"]), b" ", b"Backup done"), None);
    }
}
