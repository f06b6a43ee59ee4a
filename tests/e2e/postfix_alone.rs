//! The harness itself, without beadle: what it sends arrives, and Postfix is as the guide has it.

use crate::client::{Client, Mail};
use crate::sink::Answer;
use crate::site::{PATIENCE, Site};

const MESSAGE: &[u8] = b"Date: Tue, 2 Mar 2027 10:00:00 +0000\r\n\
    From: j.okoro@oakfield.example\r\n\
    Message-ID: <alone@desk-14.oakfield.example>\r\n\
    \r\n\
    .a dot\r\n\
    ..and two\r\n";

fn mail() -> Mail {
    Mail::new("<j.okoro@oakfield.example>", &["<s.pike@oakfield.example>"], MESSAGE)
}

#[test]
fn carries_a_message_byte_for_byte_without_beadle() {
    let site = Site::without_beadle();
    let reply = site.submit_past_beadle(&mail());
    assert!(reply.text.contains("queued as"), "{reply}");
    let arrival = site.delivery("s.pike@oakfield.example");
    assert_eq!(arrival.as_sent(), MESSAGE);
    assert_eq!(arrival.sender.split(' ').next(), Some("<j.okoro@oakfield.example>"));
    site.assert_nothing_more_arrives();
}

#[test]
fn lets_only_those_submit_who_sign_in() {
    let site = Site::without_beadle();
    let mut client = Client::connect(site.postfix.port("plain"));
    let reply = client.send(&mail());
    assert_eq!((reply.code, reply.stage), (554, "RCPT"), "{reply}");
    let mut client = Client::connect(site.postfix.port("plain"));
    client.sign_in("j.okoro@oakfield.example", "demo");
    assert_eq!(client.send(&mail()).code, 250);
    site.delivery("s.pike@oakfield.example");
}

#[test]
fn tries_again_when_the_world_is_unwilling() {
    let site = Site::without_beadle();
    site.world.answer([Answer::Refuse("451 4.3.0 Not now"), Answer::AcceptAndHangUp]);
    site.submit_past_beadle(&mail());
    // Postfix cannot know that the second attempt arrived.
    for _ in 0..2 {
        let again = site.world.take(PATIENCE, |it| it.is_for("s.pike@oakfield.example"));
        assert_eq!(again.expect("it arrives in the end").as_sent(), MESSAGE);
    }
}
