//! The session without sockets: what it collects, when it replies, how it bears bad manners.

use beadle::milter::{Bounds, Collected, Command, Excess, Phase, Session, SessionError, Splitter, Step};
use proptest::{collection::vec, prelude::*, sample::select};

use super::wire::{self, frame, letters, macros, offer, replies, strings};

/// A message that was to be decided on, with its bytes.
#[derive(Debug)]
struct Decided {
    collected: Collected,
    message: Vec<u8>,
}

#[derive(Debug, Default)]
struct Outcome {
    sent: Vec<u8>,
    decided: Vec<Decided>,
    passed: Vec<Excess>,
    fault: Option<String>,
    closed: bool,
    phase: Option<Phase>,
    /// The most that was kept at any time.
    kept: usize,
    /// What is kept at the end.
    left: usize,
}

/// Plays `bytes` in pieces of `size` to a new session.
fn play_in_pieces(bytes: &[u8], size: usize, bounds: Bounds) -> Outcome {
    let mut session = Session::new(bounds);
    let mut splitter = Splitter::default();
    let mut content = Vec::new();
    let mut outcome = Outcome::default();
    'bytes: for piece in bytes.chunks(size) {
        splitter.room().extend_from_slice(piece);
        loop {
            let command = match splitter.next_frame() {
                Ok(None) => break,
                Ok(Some(frame)) => Command::parse(frame).map_err(|it| it.to_string()),
                Err(error) => Err(error.to_string()),
            };
            let step = command.and_then(|it| session.step(it, &mut content).map_err(|it| it.to_string()));
            outcome.kept = outcome.kept.max(content.len());
            match step {
                Ok(Step::Nothing) => {}
                Ok(Step::Send(bytes)) => outcome.sent.extend(bytes),
                Ok(Step::Decide(collected)) => {
                    let message = std::mem::take(&mut content);
                    outcome.decided.push(Decided { collected: *collected, message });
                }
                Ok(Step::Pass { excess, .. }) => outcome.passed.push(excess),
                Ok(Step::Close) => {
                    outcome.closed = true;
                    break 'bytes;
                }
                Err(fault) => {
                    outcome.fault = Some(fault);
                    break 'bytes;
                }
            }
        }
    }
    outcome.phase = Some(session.phase());
    outcome.left = content.len();
    outcome
}

fn play(bytes: &[u8]) -> Outcome {
    play_in_pieces(bytes, 4096, Bounds::default())
}

fn postfix_offer() -> Vec<u8> {
    let (version, actions, protocol) = wire::POSTFIX;
    offer(version, actions, protocol)
}

const HEADERS: [(&str, &str); 8] = [
    ("From", " Head <head@school.example>"),
    ("subject", "  two blanks"),
    ("X-NoSpace", "x"),
    ("X-Tab", "\ty"),
    ("X-Empty", ""),
    ("X-Folded", "\n first\n\tsecond"),
    ("X-Beadle-Verdict", " forged"),
    ("x-beadle-VERDICT", " again"),
];

const REBUILT: &str = "From: Head <head@school.example>\r\nsubject:  two blanks\r\nX-NoSpace:x\r\n\
    X-Tab:\ty\r\nX-Empty:\r\nX-Folded:\r\n first\r\n\tsecond\r\nX-Beadle-Verdict: forged\r\n\
    x-beadle-VERDICT: again\r\n\r\n.dot\r\n\r\nbye\r\n";

#[test]
fn collects_a_message_from_postfix_byte_by_byte() {
    let session = wire::postfix_session(&HEADERS, b".dot\r\n\r\nbye\r\n");
    let outcome = play(&[postfix_offer(), session].concat());
    assert!(outcome.closed);
    // Only the negotiation and T are answered; E waits for the decision.
    assert_eq!(letters(&replies(&outcome.sent)), "Oc");

    let [Decided { collected, message }] = &outcome.decided[..] else { panic!("{outcome:?}") };
    assert_eq!(String::from_utf8_lossy(message), REBUILT);
    assert_eq!(collected.size, REBUILT.len() as u64);
    let sender = &collected.envelope.sender;
    assert_eq!(sender.address, b"head@school.example");
    assert_eq!(sender.arguments, [b"BODY=8BITMIME".to_vec(), b"RET=HDRS".to_vec()]);
    let recipients = &collected.envelope.recipients;
    assert_eq!(recipients[0].address, b"parent@home.example");
    assert_eq!(recipients[0].arguments, [b"NOTIFY=NEVER".to_vec()]);
    assert_eq!(recipients[1].address, b"Clerk@School.example");
    assert_eq!(recipients.len(), 2);

    let connection = &collected.connection;
    assert_eq!(collected.login.as_deref(), Some("head@school.example"));
    assert_eq!(connection.client_name, "staff-7.school.example");
    assert_eq!(connection.client_address, "192.0.2.7");
    assert_eq!(connection.client_port, 50123);
    assert_eq!(connection.helo, "laptop");
    assert_eq!(connection.tls_version, "TLSv1.3");
    assert_eq!(connection.auth_type, "PLAIN");
    assert_eq!(connection.host, "mx.school.example");
    assert_eq!(connection.daemon_name, "ORIGINATING");
    assert_eq!(connection.queue_id, "4dXyZ12");

    let own: Vec<_> = collected.own_headers.iter().map(|it| (it.name.as_str(), it.index)).collect();
    assert_eq!(own, [("X-Beadle-Verdict", 1), ("x-beadle-VERDICT", 2)]);
}

#[test]
fn without_leading_space_the_eaten_blank_is_put_back() {
    let headers = [
        ("From", "Head <head@school.example>"),
        ("Subject", " two blanks"),
        ("X-Tab", "\ty"),
        ("X-Folded", "\n first"),
        ("X-Empty", ""),
    ];
    let session = wire::postfix_session(&headers, b"x\r\n");
    let outcome = play(&[offer(6, 0x1ff, 0x0f_ffff), session].concat());
    assert_eq!(
        String::from_utf8_lossy(&outcome.decided[0].message),
        "From: Head <head@school.example>\r\nSubject:  two blanks\r\nX-Tab:\ty\r\n\
         X-Folded:\r\n first\r\nX-Empty:\r\n\r\nx\r\n"
    );
}

#[test]
fn raw_bytes_pass_untouched() {
    let bytes = [
        postfix_offer(),
        strings(b'M', &[b"<j\xf6rg@school.example>"]),
        strings(b'R', &[b"<a@b.example>"]),
        strings(b'L', &[b"Subject", b" caf\xe9\r\n folded with CRLF"]),
        frame(b'N', b""),
        frame(b'B', b"nul \0 and \xff\r\n"),
        frame(b'E', b""),
    ]
    .concat();
    let outcome = play(&bytes);
    assert_eq!(
        outcome.decided[0].message,
        b"Subject: caf\xe9\r\n folded with CRLF\r\n\r\nnul \0 and \xff\r\n"
    );
    assert_eq!(outcome.decided[0].collected.envelope.sender.address, b"j\xf6rg@school.example");
}

#[test]
fn sendmail_1_has_no_brackets_no_arguments_and_no_address() {
    let bytes = [
        postfix_offer(),
        macros(b'C', &[("j", "mx.school.example"), ("{client_addr}", "127.0.0.1")]),
        frame(b'C', b"localhost\0U"),
        macros(b'H', &[]),
        strings(b'H', &[b"localhost"]),
        macros(b'M', &[("i", "early")]),
        strings(b'M', &[b""]),
        strings(b'R', &[b"root", b""]),
        wire::content(&[], b"x\r\n"),
        frame(b'Q', b""),
    ]
    .concat();
    let collected = &play(&bytes).decided[0].collected;
    assert!(collected.envelope.sender.is_null());
    assert_eq!(collected.envelope.recipients[0].address, b"root");
    assert!(collected.envelope.recipients[0].arguments.is_empty());
    assert_eq!(collected.login, None);
    assert_eq!(collected.connection.client_address, "127.0.0.1");
}

#[test]
fn body_bytes_in_end_of_body_belong_to_the_message() {
    let bytes = [
        postfix_offer(),
        strings(b'M', &[b"<a@b.example>"]),
        strings(b'L', &[b"Subject", b" x"]),
        frame(b'N', b""),
        frame(b'B', b"one "),
        frame(b'E', b"two\r\n"),
    ]
    .concat();
    assert_eq!(play(&bytes).decided[0].message, b"Subject: x\r\n\r\none two\r\n");
}

#[test]
fn messages_without_headers_or_body_are_whole() {
    let start = [postfix_offer(), strings(b'M', &[b"<a@b.example>"])].concat();
    let cases: [(&[Vec<u8>], &[u8]); 4] = [
        (&[frame(b'N', b""), frame(b'B', b"x\r\n")], b"\r\nx\r\n"),
        (&[frame(b'B', b"x\r\n")], b"\r\nx\r\n"),
        (&[strings(b'L', &[b"A", b" b"]), frame(b'N', b"")], b"A: b\r\n\r\n"),
        (&[], b""),
    ];
    for (events, message) in cases {
        let bytes = [&start[..], &events.concat(), &frame(b'E', b"")].concat();
        assert_eq!(play(&bytes).decided[0].message, message, "{events:?}");
    }
}

#[test]
fn nothing_of_a_message_survives_into_the_next() {
    let second = [
        strings(b'M', &[b"<>"]),
        strings(b'R', &[b"<c@d.example>"]),
        wire::content(&[("Subject", " two")], b"2\r\n"),
    ]
    .concat();
    let abort = frame(b'A', b"");
    for aborts in 0..3 {
        let mut first = [wire::connection(), wire::message(&HEADERS, b"1\r\n")].concat();
        first.truncate(first.len() - abort.len());
        let outcome = play(&[postfix_offer(), first, abort.repeat(aborts), second.clone()].concat());
        let last = &outcome.decided[1];
        assert_eq!(last.message, b"Subject: two\r\n\r\n2\r\n");
        assert_eq!(last.collected.envelope.recipients.len(), 1);
        assert!(last.collected.own_headers.is_empty());
        // The login belongs to the message, the connection's facts stay.
        assert_eq!(last.collected.login, None);
        assert_eq!(last.collected.connection.auth_type, "");
        assert_eq!(last.collected.connection.helo, "laptop");
        assert_eq!(last.collected.connection.daemon_name, "ORIGINATING");
    }
}

#[test]
fn a_message_begun_anew_has_only_its_own_facts() {
    let bytes = [
        postfix_offer(),
        macros(b'M', &[("i", "1"), ("{auth_authen}", "head@school.example")]),
        strings(b'M', &[b"<head@school.example>"]),
        strings(b'R', &[b"<c@d.example>"]),
        strings(b'L', &[b"Subject", b" one"]),
        macros(b'M', &[]),
        strings(b'M', &[b"<other@school.example>"]),
        frame(b'E', b""),
    ];
    let Decided { collected, message } = &play(&bytes.concat()).decided[0];
    assert_eq!(collected.envelope.sender.address, b"other@school.example");
    assert!(collected.envelope.recipients.is_empty());
    assert_eq!((&collected.login, &*collected.connection.queue_id), (&None, ""));
    assert_eq!(message, b"");
}

#[test]
fn abort_and_quit_are_borne_at_any_point() {
    let whole = wire::postfix_session(&HEADERS, b"body\r\n");
    let mut frames = Vec::new();
    let mut splitter = Splitter::default();
    splitter.room().extend_from_slice(&whole);
    while let Some(it) = splitter.next_frame().unwrap() {
        frames.push(frame(it.command, it.payload));
    }
    let second = wire::postfix_session(&[("Subject", " two")], b"2\r\n");
    for at in 0..frames.len() - 1 {
        for stop in [b'A', b'K'] {
            let start = frames[..at].concat();
            let bytes = [&postfix_offer()[..], &start, &frame(stop, b""), &second].concat();
            let outcome = play(&bytes);
            assert_eq!(outcome.fault, None, "{stop} at {at}");
            let last = outcome.decided.last().unwrap();
            assert_eq!(last.message, b"Subject: two\r\n\r\n2\r\n", "{stop} at {at}");
            assert_eq!(last.collected.envelope.recipients.len(), 2);
        }
        let bytes = [&postfix_offer()[..], &frames[..at].concat(), &frame(b'Q', b"")].concat();
        assert!(play(&bytes).closed);
    }
}

#[test]
fn quit_for_a_new_connection_forgets_the_old_one() {
    let bytes = [
        postfix_offer(),
        wire::connection(),
        frame(b'K', b""),
        frame(b'C', b"unknown\0U"),
        strings(b'M', &[b"<a@b.example>"]),
        frame(b'E', b""),
    ]
    .concat();
    let connection = &play(&bytes).decided[0].collected.connection;
    assert_eq!(connection.client_name, "unknown");
    assert_eq!((&*connection.client_address, &*connection.helo, &*connection.host), ("", "", ""));
    assert_eq!((&*connection.tls_version, &*connection.daemon_name), ("", ""));
}

#[test]
fn a_second_connect_as_with_xclient_replaces_the_first() {
    let bytes = [
        postfix_offer(),
        wire::connection(),
        macros(b'C', &[("j", "mx.school.example")]),
        wire::connect("other.example", b'6', 7, "IPv6:2001:db8::7"),
        strings(b'H', &[b"other"]),
        strings(b'M', &[b"<a@b.example>"]),
        frame(b'E', b""),
    ]
    .concat();
    let connection = &play(&bytes).decided[0].collected.connection;
    assert_eq!(connection.client_address, "2001:db8::7");
    assert_eq!(connection.helo, "other");
    assert_eq!((&*connection.tls_version, &*connection.daemon_name), ("", ""));
}

#[test]
fn each_event_is_answered_unless_its_no_reply_bit_is_agreed() {
    let events = [
        (b'C', 12, frame(b'C', b"h\0U")),
        (b'H', 13, strings(b'H', &[b"h"])),
        (b'M', 14, strings(b'M', &[b"<>"])),
        (b'R', 15, strings(b'R', &[b"<a@b.example>"])),
        (b'U', 31, strings(b'U', &[b"FOO"])),
        (b'T', 31, frame(b'T', b"")),
        (b'L', 7, strings(b'L', &[b"A", b"b"])),
        (b'N', 18, frame(b'N', b"")),
        (b'B', 19, frame(b'B', b"x")),
    ];
    let silent = [macros(b'L', &[("i", "1")]), frame(b'D', b"T"), frame(b'A', b""), frame(b'K', b"")];
    // Each bit alone, none of them, all of them.
    let masks = events.iter().map(|it| 1_u32 << it.1).chain([0, u32::MAX]);
    for mask in masks {
        let mut bytes = offer(6, 0x1ff, mask);
        let mut expected = String::from("O");
        for (_, bit, event) in &events {
            bytes.extend_from_slice(&silent.concat()[..silent[0].len() + silent[1].len()]);
            bytes.extend_from_slice(event);
            if *bit == 31 || mask & (1 << bit) == 0 {
                expected.push('c');
            }
        }
        bytes.extend(silent.concat());
        let outcome = play(&bytes);
        assert_eq!(letters(&replies(&outcome.sent)), expected, "mask {mask:x}");
    }
}

#[test]
fn events_without_a_message_keep_their_replies() {
    let stray = [
        strings(b'R', &[b"<a@b.example>"]),
        frame(b'T', b""),
        strings(b'L', &[b"A", b"b"]),
        frame(b'N', b""),
        frame(b'B', b"x"),
        frame(b'E', b"x"),
    ];
    let outcome = play(&[offer(6, 0x1ff, 0), stray.concat()].concat());
    assert_eq!(letters(&replies(&outcome.sent)), "Occcccc");
    assert!(outcome.decided.is_empty());
    assert_eq!(outcome.kept, 0);
}

#[test]
fn what_cannot_be_understood_ends_the_session() {
    let early = play(&frame(b'T', b""));
    assert_eq!(early.fault, Some(SessionError::NotNegotiated { command: b'T' }.to_string()));
    let old = play(&offer(1, 0, 0));
    assert!(old.fault.unwrap().contains("version 1"), "{:?}", old.sent);
    let late = [postfix_offer(), strings(b'M', &[b"<>"]), frame(b'N', b""), strings(b'L', &[b"Bcc", b" x"])];
    assert_eq!(play(&late.concat()).fault, Some(SessionError::LateHeader.to_string()));
}

#[test]
fn phases_follow_the_message() {
    let phase = |events: &[Vec<u8>]| play(&events.concat()).phase.unwrap();
    let (o, m) = (postfix_offer(), strings(b'M', &[b"<>"]));
    assert_eq!(phase(&[]), Phase::Fresh);
    assert_eq!(phase(&[o.clone(), wire::connection()]), Phase::Idle);
    // After T the mail server may still wait minutes for its client's data.
    assert_eq!(phase(&[o.clone(), m.clone(), frame(b'T', b"")]), Phase::Envelope);
    for content in [strings(b'L', &[b"A", b"b"]), frame(b'N', b""), frame(b'B', b"x")] {
        assert_eq!(phase(&[o.clone(), m.clone(), content]), Phase::Content);
    }
    assert_eq!(phase(&[o.clone(), m.clone(), frame(b'B', b"x"), frame(b'E', b"")]), Phase::Idle);
    assert_eq!(phase(&[o, m, frame(b'B', b"x"), frame(b'A', b"")]), Phase::Idle);
}

fn small() -> Bounds {
    Bounds { message_bytes: 1_000, header_bytes: 400, recipients: 3, envelope_bytes: 200 }
}

#[test]
fn a_message_beyond_a_bound_passes_and_one_at_it_is_decided() {
    let start = [postfix_offer(), strings(b'M', &[b"<a@b.example>"])].concat();
    let recipient = strings(b'R', &[b"<c@d.example>"]);
    let header = |length: usize| strings(b'L', &[b"Subject", &vec![b'x'; length]]);
    let body = |length: usize| [frame(b'N', b""), frame(b'B', &vec![b'x'; length])].concat();
    let long = |length: usize| strings(b'R', &[b"<c@d.example>", &vec![b'x'; length]]);
    let cases: [(Vec<u8>, Option<Excess>); 9] = [
        (body(998), None),
        (body(999), Some(Excess::Message { limit: 1_000 })),
        (header(393), None),
        (header(394), Some(Excess::Headers { limit: 400 })),
        (header(200).repeat(2), Some(Excess::Headers { limit: 400 })),
        (recipient.repeat(3), None),
        (recipient.repeat(4), Some(Excess::Recipients { limit: 3 })),
        // The sender has 13 bytes.
        (long(174), None),
        (long(175), Some(Excess::Envelope { limit: 200 })),
    ];
    for (events, excess) in cases {
        let outcome = play_in_pieces(&[&start[..], &events, &frame(b'E', b"")].concat(), 50, small());
        assert_eq!(outcome.passed, Vec::from_iter(excess));
        assert_eq!(outcome.left, 0, "{excess:?}");
        assert_eq!(outcome.decided.len(), usize::from(excess.is_none()), "{excess:?}");
        assert!(outcome.kept <= 1_000);
    }
}

#[test]
fn a_message_beyond_its_bound_is_dropped_at_once() {
    let start = [postfix_offer(), strings(b'M', &[b"<a@b.example>"])].concat();
    let body = frame(b'B', &[b'x'; 500]);
    let within = play_in_pieces(&[&start[..], &body].concat(), 50, small());
    assert_eq!(within.left, 502);
    let beyond = play_in_pieces(&[&start[..], &body.repeat(2)].concat(), 50, small());
    assert_eq!(beyond.left, 0);
}

#[test]
fn forged_headers_are_counted_to_a_bound_and_then_decide() {
    let start = [postfix_offer(), strings(b'M', &[b"<a@b.example>"])].concat();
    let forged = strings(b'L', &[b"X-Beadle-Verdict", b"x"]);
    let at = [&start[..], &forged.repeat(1_000), &frame(b'E', b"")].concat();
    assert_eq!(play(&at).decided[0].collected.own_headers[999].index, 1_000);
    let beyond = [&start[..], &forged.repeat(1_001), &frame(b'E', b"")].concat();
    assert_eq!(play(&beyond).passed, [Excess::OwnHeaders { limit: 1_000 }]);
    // Also where the message is beyond another bound already.
    let outcome = play_in_pieces(&beyond, 50, small());
    assert_eq!(outcome.passed, [Excess::OwnHeaders { limit: 1_000 }]);
}

#[test]
fn macros_of_any_length_stay_small() {
    let huge = "x".repeat(1 << 18);
    let bytes = [
        postfix_offer(),
        macros(b'M', &[("{auth_authen}", &huge), ("i", "1"), (&huge, "x")]),
        strings(b'M', &[b"<>"]),
        frame(b'E', b""),
    ];
    let collected = &play(&bytes.concat()).decided[0].collected;
    assert_eq!((&collected.login, &*collected.connection.queue_id), (&None, "1"));
}

#[test]
fn control_characters_do_not_reach_trace_lines() {
    let bytes = [
        postfix_offer(),
        strings(b'H', &[b"evil\r\nReceived: forged"]),
        strings(b'M', &[b"<>"]),
        frame(b'E', b""),
    ];
    let collected = &play(&bytes.concat()).decided[0].collected;
    assert_eq!(collected.connection.helo, "evilReceived: forged");
}

/// Any event, well-formed or nearly so.
pub fn event() -> impl Strategy<Value = Vec<u8>> {
    let letter = select(b"ODCHMRTLNBEAQKU".to_vec());
    let text = "[a-z<>@{}:\r\n\t =-]{0,12}";
    prop_oneof![
        8 => (letter, vec(text, 0..4)).prop_map(|(command, list)| {
            let list: Vec<&[u8]> = list.iter().map(String::as_bytes).collect();
            strings(command, &list)
        }),
        1 => (any::<u8>(), vec(any::<u8>(), 0..40)).prop_map(|it| frame(it.0, &it.1)),
        1 => (0_u32..8, any::<u32>(), any::<u32>()).prop_map(|it| offer(it.0, it.1, it.2)),
        2 => Just(strings(b'M', &[b"<a@b.example>"])),
        2 => vec(any::<u8>(), 0..600).prop_map(|it| frame(b'B', &it)),
    ]
}

proptest! {
    #[test]
    fn events_in_any_order_and_pieces_come_to_the_same(
        protocol in any::<u32>(),
        events in vec(event(), 0..40),
        size in 1_usize..50,
    ) {
        let bytes = [offer(6, 0x1ff, protocol), events.concat()].concat();
        let whole = play_in_pieces(&bytes, bytes.len(), small());
        let pieces = play_in_pieces(&bytes, size, small());
        prop_assert!(whole.kept <= 1_000, "{} bytes kept", whole.kept);
        // Every reply is a whole frame.
        prop_assert!(letters(&replies(&whole.sent)).chars().all(|it| "Oc".contains(it)));
        prop_assert_eq!(format!("{whole:?}"), format!("{pieces:?}"));
    }

    #[test]
    fn random_bytes_end_in_a_fault_or_in_waiting(bytes in vec(any::<u8>(), 0..500)) {
        play(&bytes);
        play(&[postfix_offer(), bytes].concat());
    }

    #[test]
    fn a_message_is_rebuilt_from_its_headers(
        headers in vec(("[!-9;-~]{1,20}", "([ -~]{0,20}(\n[ \t][ -~]{0,20}){0,2})"), 0..10),
        body in vec(any::<u8>(), 0..3_000),
    ) {
        let borrowed: Vec<(&str, &str)> = headers.iter().map(|it| (&*it.0, &*it.1)).collect();
        let bytes = [postfix_offer(), wire::message(&borrowed, &body)].concat();
        let outcome = play(&bytes);
        let mut expected: Vec<u8> = Vec::new();
        for (name, value) in &headers {
            expected.extend(format!("{name}:{}\r\n", value.replace('\n', "\r\n")).bytes());
        }
        expected.extend(b"\r\n");
        expected.extend(&body);
        prop_assert_eq!(&outcome.decided[0].message, &expected);
    }
}
