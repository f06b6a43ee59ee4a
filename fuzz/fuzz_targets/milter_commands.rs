//! Any frame is read or refused, and a command holds no more than its frame.
#![no_main]

use beadle::milter::{Command, Frame};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (u8, &[u8])| {
    let (command, payload) = input;
    let Ok(parsed) = Command::parse(Frame { command, payload }) else { return };
    assert_eq!(parsed.byte(), command);
    let held = match parsed {
        Command::Macros { pairs, .. } => pairs.map(|it| it.0.len() + it.1.len()).sum(),
        Command::Mail { address, arguments } | Command::Recipient { address, arguments } => {
            address.len() + arguments.map(<[u8]>::len).sum::<usize>()
        }
        Command::Header { name, value } => name.len() + value.len(),
        Command::Helo(bytes) | Command::Unknown(bytes) => bytes.len(),
        Command::Body(bytes) | Command::EndOfBody(bytes) => bytes.len(),
        _ => 0,
    };
    assert!(held <= payload.len());
});
