//! A message as the outside world received it, and what of it is the sender's.

/// One SMTP transaction that the sink accepted.
#[derive(Clone, Debug, Default)]
pub struct Arrival {
    /// The path of MAIL FROM with its arguments, as typed.
    pub sender: String,
    /// The paths of RCPT TO with their arguments, as typed.
    pub recipients: Vec<String>,
    /// With CRLF line ends, dots unstuffed.
    pub message: Vec<u8>,
}

impl Arrival {
    /// Tells whether `address` is among the recipients.
    pub fn is_for(&self, address: &str) -> bool {
        self.recipients.iter().any(|it| it.starts_with(&format!("<{address}>")))
    }

    /// Tells whether this is a notice or a bounce, which go out under the null path.
    pub fn has_null_sender(&self) -> bool {
        self.sender.starts_with("<>")
    }

    /// Tells whether beadle marked it as one that may have been sent before.
    pub fn is_marked_repeat(&self) -> bool {
        self.headers("X-Beadle-Deferred").iter().any(|it| it.contains("repeat"))
    }

    /// The values of every header `name`, unfolded, without the surrounding space.
    pub fn headers(&self, name: &str) -> Vec<String> {
        fields(&self.message)
            .0
            .iter()
            .filter(|it| it.name.eq_ignore_ascii_case(name.as_bytes()))
            .map(|it| {
                let value = String::from_utf8_lossy(it.value()).replace("\r\n", "");
                value.trim().to_owned()
            })
            .collect()
    }

    pub fn header(&self, name: &str) -> Option<String> {
        self.headers(name).into_iter().next()
    }

    /// The message without what our own Postfix and beadle put on it: their `Received` lines and
    /// every `X-Beadle-` header.
    pub fn as_sent(&self) -> Vec<u8> {
        let (fields, rest) = fields(&self.message);
        let mut kept = Vec::with_capacity(self.message.len());
        for field in fields {
            let ours = field.name.to_ascii_lowercase().starts_with(b"x-beadle-")
                || field.name.eq_ignore_ascii_case(b"received")
                    && field.text.windows(OUR_HOST.len()).any(|it| it == OUR_HOST);
            if !ours {
                kept.extend_from_slice(field.text);
            }
        }
        kept.extend_from_slice(rest);
        kept
    }

    /// The text of the message with its transfer encodings undone, for looking at notices.
    pub fn readable(&self) -> String {
        mail_parser::MessageParser::default()
            .parse(&self.message)
            .map(|it| {
                let parts = (0..it.text_body().len()).filter_map(|part| it.body_text(part));
                parts.collect::<Vec<_>>().join("\n")
            })
            .unwrap_or_default()
    }
}

const OUR_HOST: &[u8] = b"by mail.oakfield.example";

struct Field<'a> {
    name: &'a [u8],
    text: &'a [u8],
}

impl Field<'_> {
    fn value(&self) -> &[u8] {
        &self.text[self.name.len() + 1..]
    }
}

/// Splits off the header fields, each with its folded lines; the rest starts with the empty line,
/// or with the first line that is no header field.
fn fields(message: &[u8]) -> (Vec<Field<'_>>, &[u8]) {
    let mut fields: Vec<Field<'_>> = Vec::new();
    let mut start = 0;
    let mut at = 0;
    for line in message.split_inclusive(|it| *it == b'\n') {
        let folded = matches!(line.first(), Some(b' ' | b'\t')) && !fields.is_empty();
        if folded {
            let field = fields.last_mut().expect("checked above");
            field.text = &message[start..at + line.len()];
        } else {
            match line.iter().position(|it| *it == b':') {
                Some(colon) if 0 < colon && line[..colon].iter().all(u8::is_ascii_graphic) => {
                    start = at;
                    fields.push(Field { name: &line[..colon], text: line });
                }
                _ => break,
            }
        }
        at += line.len();
    }
    (fields, &message[at..])
}
