//! Events in any order leave a session that replies in whole frames and keeps within its bounds.
#![no_main]

use beadle::milter::{Bounds, Command, Frame, Session, Splitter, Step, write_frame};
use libfuzzer_sys::fuzz_target;

const BOUNDS: Bounds = Bounds { message_bytes: 1_000, header_bytes: 400, recipients: 5, envelope_bytes: 300 };

fuzz_target!(|input: (u32, Vec<(u8, &[u8])>)| {
    let (protocol, events) = input;
    let mut session = Session::new(BOUNDS);
    let mut content = Vec::new();
    let mut sent = Vec::new();
    let mut offer = Vec::new();
    for number in [6, 0x1ff, protocol] {
        offer.extend_from_slice(&u32::to_be_bytes(number));
    }
    let events = std::iter::once((b'O', &offer[..])).chain(events);
    for (letter, payload) in events {
        // Most bytes are no command; let them be some.
        let command = b"ODCHMRTLNBEAQKU"[usize::from(letter) % 15];
        let Ok(command) = Command::parse(Frame { command, payload }) else { continue };
        match session.step(command, &mut content) {
            Ok(Step::Send(bytes)) => sent.extend_from_slice(&bytes),
            Ok(Step::Decide(collected)) => {
                assert_eq!(collected.size, content.len() as u64);
                assert!(collected.envelope.recipients.len() <= BOUNDS.recipients);
                content.clear();
            }
            Ok(Step::Nothing | Step::Pass { .. }) => {}
            Ok(Step::Close) | Err(_) => break,
        }
        assert!(content.len() <= 1_000);
    }
    let mut whole = Vec::new();
    let mut splitter = Splitter::default();
    splitter.room().extend_from_slice(&sent);
    while let Ok(Some(frame)) = splitter.next_frame() {
        assert!(matches!(frame.command, b'O' | b'c'));
        write_frame(&mut whole, frame.command, &[frame.payload]);
    }
    assert_eq!(whole, sent);
});
