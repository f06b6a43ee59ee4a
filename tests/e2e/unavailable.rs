//! Mail flows while beadle is absent, stuck or dying, with the settings that the guide gives.

use std::time::{Duration, Instant};

use rustix::process::Signal;

use crate::client::{Mail, Reply};
use crate::dialogue::with_crlf;
use crate::site::{Site, policy, source};

const RECIPIENT: &str = "s.pike@oakfield.example";

/// Late in the evening this would be deferred.
fn late_mail() -> Mail {
    let text = std::fs::read(source("testdata/e2e/messages/plain.eml")).expect("a message");
    Mail::new("<j.okoro@oakfield.example>", &["<s.pike@oakfield.example>"], with_crlf(&text))
}

fn evening() -> Site {
    let site = Site::new(&policy("five-rules.toml"));
    site.clock.set("2027-03-02T19:40");
    site
}

fn assert_flows(site: &Site, reply: &Reply, started: Instant, at_most: Duration) {
    let took = started.elapsed();
    assert_eq!(reply.code, 250, "{reply}");
    assert!(took < at_most, "it took {took:?}");
    assert_eq!(site.delivery(RECIPIENT).as_sent(), late_mail().message);
}

#[test]
fn mail_flows_while_beadle_is_absent() {
    let mut site = evening();
    assert!(site.take_beadle().stop().success());
    let started = Instant::now();
    let reply = site.submit(&late_mail());
    assert_flows(&site, &reply, started, Duration::from_secs(15));
}

#[test]
fn mail_flows_within_seconds_while_beadle_is_stuck() {
    let site = evening();
    site.beadle().signal(Signal::STOP);
    let started = Instant::now();
    let reply = site.submit(&late_mail());
    assert_flows(&site, &reply, started, Duration::from_secs(20));
    site.beadle().signal(Signal::CONT);
}

#[test]
fn mail_flows_when_beadle_gets_stuck_in_a_message() {
    let site = evening();
    let mut client = site.client("submission", "j.okoro@oakfield.example");
    client.send_all_but_the_end(&late_mail());
    site.beadle().signal(Signal::STOP);
    let started = Instant::now();
    let reply = client.finish();
    assert_flows(&site, &reply, started, Duration::from_secs(45));
    site.beadle().signal(Signal::CONT);
}

#[test]
fn mail_flows_when_beadle_dies_in_a_message() {
    let mut site = evening();
    let mut client = site.client("submission", "j.okoro@oakfield.example");
    client.send_all_but_the_end(&late_mail());
    site.take_beadle().kill();
    let started = Instant::now();
    let reply = client.finish();
    assert_flows(&site, &reply, started, Duration::from_secs(15));
}

#[test]
fn a_session_begun_without_beadle_is_looked_at_once_it_is_back() {
    let mut site = evening();
    assert!(site.take_beadle().stop().success());
    let reply = site.submit(&late_mail());
    assert_flows(&site, &reply, Instant::now(), Duration::from_secs(15));
    site.start_beadle();
    assert_eq!(site.submit(&late_mail()).code, 250);
    assert_eq!(site.outbox().len(), 1, "the next session is looked at again");
    site.notice("j.okoro@oakfield.example");
}
