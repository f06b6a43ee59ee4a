//! Any bytes at all are read as a message: no panic, every range within its text, and the same own
//! words with LF and with CRLF.
#![no_main]

use beadle::mail::Message;
use libfuzzer_sys::fuzz_target;

/// The sender's own words, passage by passage, with every range checked on the way.
fn own_words(raw: Vec<u8>) -> Vec<String> {
    let message = Message::parse(raw);
    let texts = message.texts();
    let words = message.own_text().passages.iter().map(|passage| {
        let text = &texts[passage.part].text;
        assert!(text.get(passage.range.clone()).is_some());
        assert!(texts[passage.part].characters(&passage.range).end <= text.chars().count());
        message.passage_text(passage).to_owned()
    });
    let words = words.collect();
    for mailbox in [message.from(), message.to(), message.cc(), message.reply_to()].concat() {
        assert!(!mailbox.address.key().is_empty());
    }
    for attachment in message.attachments() {
        let _ = message.content(attachment);
    }
    let _ = (message.date(), message.message_id(), message.is_reply(), message.forward_depth());
    let _ = (message.automatic(), message.protection(), message.is_marked_urgent());
    let _ = message.set_aside().count();
    words
}

fuzz_target!(|bytes: &[u8]| {
    let lf: Vec<u8> = bytes.iter().copied().filter(|byte| *byte != b'\r').collect();
    let crlf: Vec<u8> = lf
        .iter()
        .flat_map(|byte| if *byte == b'\n' { &b"\r\n"[..] } else { std::slice::from_ref(byte) })
        .copied()
        .collect();
    assert_eq!(own_words(lf), own_words(crlf));
    own_words(bytes.to_vec());
});
