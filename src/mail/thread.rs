//! Where a message stands in a conversation: an answer, or passed on, and how often.

/// The marks that clients put before the subject of an answer, in the languages met here.
///
/// Left out are those that people also type themselves, such as "Ref:" and "VS:".
const REPLY: &[&str] = &["re", "aw", "sv", "antw", "antwort", "rif", "odp", "atb", "ynghylch"];
/// The marks of a message passed on.
const FORWARD: &[&str] = &["fw", "fwd", "wg", "doorst", "ymlaen"];
/// No person counts further.
const MAX_PREFIXES: usize = 50;

/// What stands before the subject proper.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Prefixes {
    /// Whether the outermost mark is that of an answer.
    pub reply: bool,
    /// Whether the outermost mark is that of a message passed on.
    pub forward: bool,
    /// How many marks of messages passed on there are.
    pub forwards: usize,
}

/// Reads the marks before a subject: "RE: FW: [EXTERNAL] Fwd: trip" has three.
pub(super) fn prefixes(subject: &str) -> Prefixes {
    let mut prefixes = Prefixes::default();
    let mut rest = subject.trim_start();
    for count in 0..MAX_PREFIXES {
        // A tag that a gateway or a list sets between the marks.
        while let Some(after) = rest.strip_prefix('[').and_then(|it| it.split_once(']')) {
            if prefix(after.1).is_none() {
                break;
            }
            rest = after.1.trim_start();
        }
        let Some((mark, after)) = prefix(rest) else {
            break;
        };
        match mark {
            Mark::Reply => prefixes.reply |= count == 0,
            Mark::Forward => {
                prefixes.forward |= count == 0;
                prefixes.forwards += 1;
            }
        }
        rest = after;
    }
    prefixes
}

enum Mark {
    Reply,
    Forward,
}

/// One mark, such as `Re:`, `RE[2]:`, `Fwd :` or `AW：`, and what follows it.
fn prefix(text: &str) -> Option<(Mark, &str)> {
    let text = text.trim_start();
    let end = text.find(|it: char| !it.is_alphabetic())?;
    let word = text[..end].to_lowercase();
    let after = text[end..].trim_start();
    let after = match after.strip_prefix(['[', '(']) {
        Some(count) => {
            let digits = count.trim_start_matches(|it: char| it.is_ascii_digit());
            digits.strip_prefix([']', ')'])?
        }
        None => after,
    };
    let after = after.trim_start().strip_prefix([':', '：'])?.trim_start();
    if REPLY.contains(&word.as_str()) {
        Some((Mark::Reply, after))
    } else if FORWARD.contains(&word.as_str()) {
        Some((Mark::Forward, after))
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::prefixes;

    #[test]
    fn counts_nested_forwards() {
        assert_eq!(prefixes("Fw: FW: [EXT] Fwd: hilarious cat").forwards, 3);
    }

    #[test]
    fn knows_replies_in_several_languages() {
        for subject in
            ["Re: trip", "RE[2]: trip", "AW: Reise", "SV: tur", "Antw: reis", "Ynghylch: taith", "Atb: taith"]
        {
            assert!(prefixes(subject).reply, "{subject}");
        }
    }

    #[test]
    fn takes_no_ordinary_word_for_a_mark() {
        for subject in ["Report: trip", "Reminder", "Trip re: coaches", "Year 6: trip"] {
            assert!(!prefixes(subject).reply && !prefixes(subject).forward, "{subject}");
        }
    }
}
