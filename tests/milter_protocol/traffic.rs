//! Hostile and clumsy traffic over real sockets: nothing hangs, nothing is lost to the others.

use std::time::Duration;

use beadle::milter::Limits;
use proptest::{collection::vec, prelude::*, test_runner::TestRunner};
use tokio::runtime::Runtime;

use super::{
    driver::{Server, accept, limits},
    session::event,
    wire::{self, POSTFIX, frame, letters, offer, replies, strings},
};

#[test]
fn any_traffic_is_answered_or_ended() {
    let runtime = Runtime::new().unwrap();
    let mut server = runtime.block_on(Server::start(accept(), limits()));
    let traffic = (any::<u32>(), vec(event(), 0..30), vec(any::<u8>(), 0..30), 1_usize..200);
    let outcome = TestRunner::default().run(&traffic, |(protocol, events, rest, size)| {
        let bytes = [offer(6, 0x1ff, protocol), events.concat(), rest].concat();
        let received = runtime.block_on(async {
            let mut mta = server.unix().await;
            for piece in bytes.chunks(size) {
                let _ = mta.try_send(piece).await;
            }
            mta.end_sending().await;
            mta.closed().await
        });
        // A closed socket may cut the last reply off; what came before is whole.
        let first = received.first_chunk::<4>().map(|it| u32::from_be_bytes(*it));
        prop_assert!(first.is_none_or(|it| it >= 13), "{:?}", received);
        Ok(())
    });
    outcome.unwrap();
    runtime.block_on(async {
        while !server.nothing_received() {}
        let mut mta = server.negotiated().await;
        mta.send(&wire::message(&[("Subject", " x")], b"still here\r\n")).await;
        assert_eq!((mta.letter().await, mta.letter().await), ('c', 'c'));
        assert_eq!(server.received().await.message, b"Subject: x\r\n\r\nstill here\r\n");
    });
}

#[tokio::test]
async fn a_session_may_be_split_at_every_byte() {
    let mut server = Server::start(accept(), limits()).await;
    let (version, actions, protocol) = POSTFIX;
    let session = wire::postfix_session(&[("X-Beadle-Verdict", " x")], b"body\r\n");
    let bytes = [offer(version, actions, protocol), session].concat();
    for at in 0..=bytes.len() {
        let mut mta = server.unix().await;
        mta.send(&bytes[..at]).await;
        tokio::task::yield_now().await;
        let _ = mta.try_send(&bytes[at..]).await;
        assert_eq!(letters(&replies(&mta.closed().await)), "Ocmc", "split at {at}");
        assert_eq!(server.received().await.message, b"X-Beadle-Verdict: x\r\n\r\nbody\r\n");
    }
}

#[tokio::test]
async fn a_session_may_break_off_at_every_byte() {
    let mut server = Server::start(accept(), limits()).await;
    let (version, actions, protocol) = POSTFIX;
    let session = wire::postfix_session(&[("Subject", " x")], b"body\r\n");
    let bytes = [offer(version, actions, protocol), session].concat();
    let end_of_body = bytes.len() - frame(b'A', b"").len() - frame(b'Q', b"").len();
    for at in 0..bytes.len() {
        let mut mta = server.unix().await;
        mta.send(&bytes[..at]).await;
        mta.end_sending().await;
        mta.closed().await;
        // Half a message is never decided on.
        assert_eq!(server.nothing_received(), at < end_of_body, "broken off at {at}");
    }
}

#[tokio::test]
async fn a_peer_that_never_reads_is_given_up() {
    let limits = Limits { content: Duration::from_millis(200), ..limits() };
    let server = Server::start(accept(), limits).await;
    let mut deaf = server.unix().await;
    let events = strings(b'H', &[b"h"]).repeat(1_000);
    deaf.send(&offer(6, 0x1ff, 0)).await;
    // The replies fill the socket, then the server stops reading, then it leaves.
    let flood = async { while deaf.try_send(&events).await.is_ok() {} };
    tokio::time::timeout(Duration::from_secs(30), flood).await.expect("the server never leaves");
    server.negotiated().await;
}
