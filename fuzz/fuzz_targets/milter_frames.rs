//! Any split of any bytes gives the same frames, and the same fault.
#![no_main]

use beadle::milter::{FrameError, Splitter};
use libfuzzer_sys::fuzz_target;

/// The frames and the fault that `bytes` come to in pieces of `size`.
fn split(bytes: &[u8], size: usize) -> (Vec<(u8, Vec<u8>)>, Option<FrameError>) {
    let mut splitter = Splitter::default();
    let mut frames = Vec::new();
    for piece in bytes.chunks(size) {
        splitter.room().extend_from_slice(piece);
        loop {
            match splitter.next_frame() {
                Ok(Some(frame)) => frames.push((frame.command, frame.payload.to_vec())),
                Ok(None) => break,
                Err(fault) => return (frames, Some(fault)),
            }
        }
    }
    (frames, None)
}

fuzz_target!(|input: (u8, &[u8])| {
    let (size, bytes) = input;
    assert_eq!(split(bytes, 1 + usize::from(size)), split(bytes, bytes.len().max(1)));
});
