//! Line ends that mean the same to every reader, so that no message can be smuggled in another.

use std::borrow::Cow;

/// Makes every line end CRLF: a bare LF becomes CRLF, a bare CR a space.
///
/// Servers differ in what they take for the final dot after a bare LF or CR (SMTP smuggling), and
/// lettre does not stuff a dot after a bare LF. Postfix does the same before a milter sees a
/// message, so nothing that came through Postfix is changed, or even copied.
pub(super) fn normalise(content: &[u8]) -> Cow<'_, [u8]> {
    let bare = |place: usize| match content[place] {
        b'\n' => place == 0 || content[place - 1] != b'\r',
        b'\r' => content.get(place + 1) != Some(&b'\n'),
        _ => false,
    };
    let Some(first) = memchr::memchr2_iter(b'\r', b'\n', content).find(|it| bare(*it)) else {
        return Cow::Borrowed(content);
    };
    let mut clean = Vec::with_capacity(content.len() + content.len() / 32);
    clean.extend_from_slice(&content[..first]);
    for (place, byte) in content.iter().enumerate().skip(first) {
        match byte {
            b'\n' if bare(place) => clean.extend_from_slice(b"\r\n"),
            b'\r' if bare(place) => clean.push(b' '),
            other => clean.push(*other),
        }
    }
    Cow::Owned(clean)
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};

    use super::*;

    #[test]
    fn what_postfix_gives_is_not_touched() {
        let content = b"Subject: x\r\n\r\n.\r\n\r\nend\r\n";
        assert!(matches!(normalise(content), Cow::Borrowed(_)));
        assert!(matches!(normalise(b""), Cow::Borrowed(_)));
    }

    #[test]
    fn bare_line_ends_are_replaced() {
        assert_eq!(&normalise(b"a\n.\nb\r.\r\r\nc\r")[..], b"a\r\n.\r\nb . \r\nc ");
    }

    proptest! {
        #[test]
        fn nothing_bare_is_left(content in vec(prop_oneof![Just(b'\r'), Just(b'\n'), Just(b'.')], 0..40)) {
            let clean = normalise(&content).into_owned();
            for (place, byte) in clean.iter().enumerate() {
                match byte {
                    b'\n' => prop_assert!(place > 0 && clean[place - 1] == b'\r'),
                    b'\r' => prop_assert_eq!(clean.get(place + 1), Some(&b'\n')),
                    _ => {}
                }
            }
            prop_assert_eq!(&normalise(&clean)[..], &clean[..]);
        }
    }
}
