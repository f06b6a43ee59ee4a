//! The mail server's side of the wire, written from the protocol and not from our codec.

/// A frame: length, command byte, payload.
pub fn frame(command: u8, payload: &[u8]) -> Vec<u8> {
    let mut frame = (payload.len() as u32 + 1).to_be_bytes().to_vec();
    frame.push(command);
    frame.extend_from_slice(payload);
    frame
}

/// A frame of NUL-terminated strings.
pub fn strings(command: u8, strings: &[&[u8]]) -> Vec<u8> {
    let payload: Vec<u8> = strings.iter().flat_map(|it| [it, &b"\0"[..]].concat()).collect();
    frame(command, &payload)
}

pub fn offer(version: u32, actions: u32, protocol: u32) -> Vec<u8> {
    let numbers = [version, actions, protocol].map(u32::to_be_bytes);
    frame(b'O', &numbers.concat())
}

pub fn macros(stage: u8, pairs: &[(&str, &str)]) -> Vec<u8> {
    let mut payload = vec![stage];
    for (name, value) in pairs {
        payload.extend_from_slice(format!("{name}\0{value}\0").as_bytes());
    }
    frame(b'D', &payload)
}

pub fn connect(host: &str, family: u8, port: u16, address: &str) -> Vec<u8> {
    let mut payload = [host.as_bytes(), b"\0", &[family]].concat();
    payload.extend_from_slice(&port.to_be_bytes());
    payload.extend_from_slice(address.as_bytes());
    payload.push(0);
    frame(b'C', &payload)
}

/// What Postfix 3.7 offers.
pub const POSTFIX: (u32, u32, u32) = (6, 0x1ff, 0x1f_ffff);

/// A reply as it came in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    pub command: u8,
    pub payload: Vec<u8>,
}

/// Takes the first whole reply off `bytes`.
pub fn take_reply(bytes: &mut Vec<u8>) -> Option<Reply> {
    let length = u32::from_be_bytes(*bytes.first_chunk::<4>()?) as usize;
    if bytes.len() < 4 + length {
        return None;
    }
    let rest = bytes.split_off(4 + length);
    let reply = Reply { command: bytes[4], payload: bytes[5..].to_vec() };
    *bytes = rest;
    Some(reply)
}

/// All replies in `bytes`, which must end with the last of them.
pub fn replies(bytes: &[u8]) -> Vec<Reply> {
    let mut bytes = bytes.to_vec();
    let replies = std::iter::from_fn(|| take_reply(&mut bytes)).collect();
    assert!(bytes.is_empty(), "left over: {bytes:?}");
    replies
}

/// The commands of the replies, one letter each.
pub fn letters(replies: &[Reply]) -> String {
    replies.iter().map(|it| char::from(it.command)).collect()
}

/// A whole SMTP session with one message, as Postfix presents it to a milter that wants no
/// replies, without the negotiation.
pub fn postfix_session(headers: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
    [connection(), message(headers, body), frame(b'Q', b"")].concat()
}

/// Connect and HELO.
pub fn connection() -> Vec<u8> {
    [
        macros(b'C', &[("j", "mx.school.example"), ("{daemon_name}", "ORIGINATING")]),
        connect("staff-7.school.example", b'4', 50123, "192.0.2.7"),
        macros(b'H', &[("{tls_version}", "TLSv1.3")]),
        strings(b'H', &[b"laptop"]),
    ]
    .concat()
}

/// One message from M to the A that Postfix sends after each.
pub fn message(headers: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
    let mut bytes = [
        macros(b'M', &[("{auth_type}", "PLAIN"), ("{auth_authen}", "head@school.example")]),
        strings(b'M', &[b"<head@school.example>", b"BODY=8BITMIME", b"RET=HDRS"]),
        macros(b'R', &[]),
        strings(b'R', &[b"<parent@home.example>", b"NOTIFY=NEVER"]),
        macros(b'R', &[("i", "4dXyZ12")]),
        strings(b'R', &[b"Clerk@School.example"]),
        macros(b'T', &[("i", "4dXyZ12")]),
        frame(b'T', b""),
    ]
    .concat();
    bytes.extend(content(headers, body));
    bytes.extend(frame(b'A', b""));
    bytes
}

/// Headers, body in Postfix's chunks, end.
pub fn content(headers: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    // cleanup(8) knows nothing of master.cf's overrides nor of TLS.
    let late = [("i", "4dXyZ12"), ("{daemon_name}", "mx"), ("{tls_version}", "")];
    for (name, value) in headers {
        bytes.extend(macros(b'L', &late));
        bytes.extend(strings(b'L', &[name.as_bytes(), value.as_bytes()]));
    }
    bytes.extend(macros(b'N', &late));
    bytes.extend(frame(b'N', b""));
    for chunk in body.chunks(65_535) {
        bytes.extend(macros(b'B', &late));
        bytes.extend(frame(b'B', chunk));
    }
    bytes.extend(macros(b'E', &late));
    bytes.extend(frame(b'E', b""));
    bytes
}
