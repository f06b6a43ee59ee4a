//! A message that goes in as headers and body chunks comes out byte for byte.
#![no_main]

use beadle::milter::{Bounds, Command, Offer, Session, Step};
use libfuzzer_sys::fuzz_target;

const LEADING_SPACE: u32 = 1 << 20;

fuzz_target!(|input: (Vec<(&[u8], &[u8])>, Vec<&[u8]>)| {
    let (headers, chunks) = input;
    let mut session = Session::new(Bounds::default());
    let mut content = Vec::new();
    let offer = Offer { version: 6, actions: 0, protocol: LEADING_SPACE };
    let mail = b"<a@b.example>\0";
    let start = beadle::milter::Frame { command: b'M', payload: mail };
    let mut step = |command| session.step(command, &mut content).expect("an ordinary session");
    step(Command::Negotiate(offer));
    step(Command::parse(start).expect("a path"));
    let mut expected = Vec::new();
    for (name, value) in headers {
        step(Command::Header { name, value });
        expected.extend_from_slice(name);
        expected.push(b':');
        // A fold is LF on the wire and CRLF in the message, whichever the peer sends.
        let mut lines = value.split(|it| *it == b'\n').peekable();
        while let Some(line) = lines.next() {
            let folded = lines.peek().is_some();
            let bare = if folded { line.strip_suffix(b"\r").unwrap_or(line) } else { line };
            expected.extend_from_slice(bare);
            if folded {
                expected.extend_from_slice(b"\r\n");
            }
        }
        expected.extend_from_slice(b"\r\n");
    }
    step(Command::EndOfHeaders);
    expected.extend_from_slice(b"\r\n");
    for chunk in chunks {
        step(Command::Body(chunk));
        expected.extend_from_slice(chunk);
    }
    let end = step(Command::EndOfBody(b""));
    // More than a thousand forged headers are a matter of their own.
    if let Step::Decide(_) = end {
        assert_eq!(content, expected);
    }
});
