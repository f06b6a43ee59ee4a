//! The seam to the daemon: what it gets to decide on, and what becomes of its answer on the wire.

use tracing::{error, warn};

use super::{Excess, Field, OwnHeader, Reply, ReplyText, Terms};
use crate::mail::{Connection, Envelope};

/// What a session collected by end-of-data.
#[derive(Clone, Debug)]
pub struct Received {
    pub envelope: Envelope,
    /// The SASL login (`{auth_authen}`), `None` for a message without one.
    pub login: Option<String>,
    pub connection: Connection,
    /// Byte for byte what the mail server would deliver, with CRLF, less its own Received.
    pub message: Vec<u8>,
    /// Which `X-Beadle-*` fields stand in `message`. Accepting deletes them; whoever keeps the
    /// message must leave them out of what goes out in the end.
    pub own_headers: Vec<OwnHeader>,
}

/// What the mail server is to do with a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Deliver it, with these header fields added after the last one.
    Accept { headers: Vec<(String, String)> },
    /// Tell the client 250 and forget it. Whoever answers so has the message on disk, or what it
    /// asked for and the answer to it.
    Discard,
    /// Refuse it with `550 5.7.1` and this text, of one line or several.
    Reject { text: String },
    /// `451 4.7.1`: the client is to try again.
    TemporaryFailure,
}

/// Decides on messages.
///
/// A decision is never cut short: if the mail server leaves while it is made, or it takes longer
/// than the limit, it is still made to the end, because the message may already be on its way
/// to the disk. Work that keeps a processor busy belongs on a thread of its own. A panic is
/// answered like [`Answer::TemporaryFailure`].
pub trait Decide: Send + Sync + 'static {
    fn decide(&self, received: Received) -> impl Future<Output = Answer> + Send;

    /// Tells what became of [`Answer::Discard`] for a message: whether the mail server showed that
    /// it has read it. If not, it may deliver the message itself (Postfix's `default_action`).
    fn discarded(&self, _queue_id: &str, _heard: bool) {}
}

/// The replies for `answer`, complete and in order.
pub(super) fn replies(answer: &Answer, own_headers: &[OwnHeader], terms: Terms) -> Vec<u8> {
    let mut out = Vec::new();
    match answer {
        Answer::Accept { headers } => {
            delete(own_headers, terms, &mut out);
            add(headers, terms, &mut out);
            Reply::Continue.encode(terms, &mut out);
        }
        Answer::Discard => Reply::Discard.encode(terms, &mut out),
        Answer::Reject { text } => Reply::Text(&ReplyText::rejection(text)).encode(terms, &mut out),
        Answer::TemporaryFailure => {
            Reply::Text(&ReplyText::temporary_failure()).encode(terms, &mut out);
        }
    }
    out
}

/// The replies for a message too large to be looked at. It passes, because mail must flow; only
/// one made of forged headers does not.
pub(super) fn replies_to_excess(excess: Excess, own_headers: &[OwnHeader], terms: Terms) -> Vec<u8> {
    let answer = match excess {
        Excess::OwnHeaders { .. } => {
            Answer::Reject { text: "The message has too many X-Beadle headers".to_owned() }
        }
        _ => Answer::Accept { headers: Vec::new() },
    };
    replies(&answer, own_headers, terms)
}

fn delete(own_headers: &[OwnHeader], terms: Terms, out: &mut Vec<u8>) {
    if !own_headers.is_empty() && !terms.may_change_headers() {
        warn!("milter: the mail server does not let forged X-Beadle headers be deleted");
        return;
    }
    // From the last to the first: a deletion moves the later fields of that name up.
    for OwnHeader { name, index } in own_headers.iter().rev() {
        Reply::DeleteHeader { index: *index, name }.encode(terms, out);
    }
}

fn add(headers: &[(String, String)], terms: Terms, out: &mut Vec<u8>) {
    if !headers.is_empty() && !terms.may_add_headers() {
        warn!("milter: the mail server does not let headers be added");
        return;
    }
    for (name, text) in headers {
        match Field::new(name, text) {
            Ok(field) => Reply::AddHeader(&field).encode(terms, out),
            Err(error) => error!("milter: {error}"),
        }
    }
}
