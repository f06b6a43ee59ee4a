//! Any message is inspected under the built-in policy: no panic, and every span shows its words.
#![no_main]

use std::sync::LazyLock;

use beadle::lint::inspect;
use beadle::load::{Loaded, load};
use beadle::mail::{Envelope, Message, Path, Submission};
use libfuzzer_sys::fuzz_target;

static SCHOOL: LazyLock<Loaded> = LazyLock::new(|| {
    let policy = concat!(env!("CARGO_MANIFEST_DIR"), "/../testdata/rules/rules.toml");
    load(Some(policy.as_ref()), None).expect("the policy of the rules' cases")
});

fuzz_target!(|bytes: &[u8]| {
    let message = Message::parse(bytes.to_vec());
    let addressed = [message.to(), message.cc(), message.bcc()].concat();
    let envelope = Envelope {
        sender: Path::new(b"g.hughes@oakmere.example"),
        recipients: addressed.iter().map(|it| Path::new(it.address.as_str().as_bytes())).collect(),
    };
    let at = message.date().map(|it| it.to_utc());
    let mail = Submission::new(envelope, message, None, at);
    let inspection = inspect(&SCHOOL.policy, &SCHOOL.school, &mail);
    for span in inspection.findings.iter().flat_map(|it| &it.spans) {
        assert_eq!(span.end - span.start, span.text.chars().count(), "{span:?}");
    }
});
