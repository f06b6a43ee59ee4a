//! What the person does who decides on a held message: reads it, and lets it go or gives it back.

use std::fs;

use serde_json::Value;

use crate::client::Mail;
use crate::site::{Site, policy, source};

const SENDER: &str = "s.pike@oakfield.example";

#[test]
fn a_held_message_can_be_read_and_the_look_is_on_record() {
    let site = Site::new(&policy("five-rules.toml"));
    let text = fs::read_to_string(source("testdata/e2e/messages/chain-letter.eml")).expect("a message");
    let message = text.replace("\r\n", "\n").replace('\n', "\r\n").into_bytes();
    let recipients =
        ["<f.tolliver@oakfield.example>", "<j.okoro@oakfield.example>", "<office@oakfield.example>"];
    let reply = site.submit(&Mail::new(&format!("<{SENDER}>"), &recipients, message.clone()));
    assert_eq!(reply.code, 250, "{reply}");

    let held = site.outbox();
    assert_eq!(held[0]["state"], "held");
    let id = held[0]["id"].as_str().expect("an ID");
    let read = site.run(&["outbox", "show", id, "--message", "--reason", "to decide on it"]);
    assert!(read.status.success(), "{}", String::from_utf8_lossy(&read.stderr));
    assert_eq!(read.stdout, message, "as it was submitted");

    let shown = site.run(&["outbox", "show", id, "--format", "json"]);
    let shown: Value = serde_json::from_slice(&shown.stdout).expect("JSON");
    let looks: Vec<&Value> =
        shown["history"].as_array().expect("a history").iter().filter(|it| it["change"] == "read").collect();
    assert_eq!(looks.len(), 1, "{shown}");
    assert_eq!(looks[0]["reason"], "to decide on it");

    let unknown = site.run(&["outbox", "show", "0000000000", "--message"]);
    assert_eq!(unknown.status.code(), Some(2));
    assert!(unknown.stdout.is_empty());
}
