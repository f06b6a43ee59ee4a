//! What may be a secret's value: how it looks, and how plainly its label states it.

use std::ops::Range;

use super::Kind;

/// How plainly the words before a token say that it is the value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Grade {
    /// After a colon or an equals sign, or in the cell below its heading: any word will do.
    Stated,
    /// After "is" and its kin: a word that looks like a secret, or a name that ends the clause.
    Linked,
    /// Right after its label, or after words that only fill: it must look like a secret.
    Beside,
    /// Other words stand between: nothing but a later link or colon counts.
    Far,
}

/// The longest value.
const LONGEST: usize = 64;

/// The token at `at`, quotation and all; `reach` is the text up to where may be read.
pub(super) fn token(reach: &str, at: usize, text: &str) -> Option<Range<usize>> {
    let start = at + reach.get(at..)?.bytes().take_while(|it| *it == b' ').count();
    let rest = &reach[start..];
    let quote = rest.chars().next().filter(|it| matches!(it, '"' | '\'' | '`'));
    if let Some(close) = quote.and_then(|it| rest[1..].find(it).filter(|at| !rest[1..=*at].contains('\n'))) {
        return Some(start..start + close + 2);
    }
    let length = rest.find(|it: char| it.is_whitespace() || it == '|').unwrap_or(rest.len());
    // A token that the reach cuts is not read in part.
    let cut = start + length == reach.len()
        && text[start + length..]
            .starts_with(|it: char| !it.is_whitespace() && !matches!(it, '|' | ',' | ';'));
    (!cut).then_some(start..start + length)
}

/// The value in a token, if it is one.
pub(super) fn read(text: &str, token: &Range<usize>, kind: Kind, grade: Grade) -> Option<Range<usize>> {
    let raw = &text[token.clone()];
    let quoted = raw.len() > 2 && raw.starts_with(['"', '\'', '`']) && raw.ends_with(&raw[..1]);
    let inner = if quoted { token.start + 1..token.end - 1 } else { unpunctuated(raw, token.start) };
    let value = &text[inner.clone()];
    if grade == Grade::Far
        || value.is_empty()
        || LONGEST < value.len()
        || is_placeholder(value)
        || is_address(value)
    {
        return None;
    }
    let rest = &text[token.end..];
    let clause_ends = raw.len() > inner.end - token.start && !quoted || ends_clause(rest);
    let plain = !is_ordinary(value) && !value.contains([' ', '(', '<', '[', '/']);
    let accepted = match kind {
        Kind::Pin | Kind::AccessCode => match grade {
            Grade::Stated | Grade::Linked => is_code(value, 3) || quoted && is_secret_looking(value),
            _ => is_code(value, 4),
        },
        Kind::RecoveryAnswer => match grade {
            Grade::Stated => plain,
            Grade::Linked => quoted || plain && (clause_ends || is_secret_looking(value)),
            _ => quoted,
        },
        Kind::ApiToken => 16 <= value.len() && is_secret_looking(value) && !value.contains([' ', '/']),
        _ => match grade {
            _ if is_secret_looking(value) && !value.contains(' ') => true,
            // Figures alone are a passcode where they are said to be one.
            Grade::Stated | Grade::Linked if is_code(value, 4) => true,
            Grade::Stated => quoted || plain && 3 <= value.len() && clause_ends,
            Grade::Linked => quoted || plain && value.starts_with(char::is_uppercase) && clause_ends,
            _ => quoted && plain,
        },
    };
    accepted.then_some(inner)
}

/// A token without the punctuation of its sentence.
fn unpunctuated(raw: &str, start: usize) -> Range<usize> {
    let opened = raw.len() - raw.trim_start_matches(['(', '"', '\'', ',']).len();
    let closed = raw.trim_end_matches(['.', ',', ';', ':', ')', '"', '\'', '?']).len();
    start + opened..start + closed.max(opened)
}

/// Whether a clause ends before this rest of the text.
fn ends_clause(rest: &str) -> bool {
    let next = rest.trim_start_matches(' ');
    next.is_empty()
        || next.starts_with(['\n', '\r', '\t', ',', ';', '|', '(', '-', '/'])
        || rest.starts_with("  ")
        || ["and ", "username", "but "]
            .iter()
            .any(|it| next.get(..it.len()).is_some_and(|start| start.eq_ignore_ascii_case(it)))
}

/// `<password>`, `********`, `xxxx`, `[to follow]`, `____`, `{{password}}`, `...`
fn is_placeholder(value: &str) -> bool {
    let mut characters = value.chars();
    let first = characters.next().unwrap_or(' ');
    let masked = value
        .chars()
        .all(|it| matches!(it, '*' | 'x' | 'X' | '.' | '_' | '-' | '•' | '●' | '#' | '?' | '∙' | '·'));
    let bracketed =
        matches!(first, '<' | '[' | '{' | '$' | '%') && value.ends_with(['>', ']', '}', '%', ')']);
    masked
        || bracketed
        || first == '<'
        || value.starts_with("{{")
        || value.starts_with("${")
        || value.contains("***")
}

fn is_address(value: &str) -> bool {
    let at_host = value.split_once('@').is_some_and(|(before, host)| {
        !before.is_empty() && host.contains('.') && host.len() >= 4 && !host.contains(['!', '#', '$'])
    });
    at_host || value.contains("://") || value.starts_with("www.") || value.starts_with("mailto:")
}

/// Letters with figures or signs, as nobody writes a word.
fn is_secret_looking(value: &str) -> bool {
    let letters = value.chars().filter(|it| it.is_alphabetic()).count();
    let digits = value.chars().filter(|it| it.is_numeric()).count();
    let signs = value
        .chars()
        .any(|it| matches!(it, '#' | '$' | '!' | '%' | '&' | '*' | '@' | '^' | '+' | '~' | '?' | '_' | '='));
    let inner_sign = signs && !value.starts_with(['@', '#', '&', '+'])
        || value.chars().filter(|it| "#$!%&*@^+~?_=".contains(*it)).count() > 1;
    let humped = value
        .chars()
        .zip(value.chars().skip(1))
        .any(|(one, other)| one.is_lowercase() && other.is_uppercase());
    let long_enough = 5 <= value.chars().count();
    long_enough
        && 0 < letters
        && (2 <= letters + digits)
        && (0 < digits || inner_sign || humped && digits + letters >= 6)
        && !is_counted(value)
}

/// `4th`, `9am`, `5-day`, `12-character`, `Year9`, `Windows10`: figures that ordinary words have.
fn is_counted(value: &str) -> bool {
    let figures = value.chars().take_while(|it| it.is_ascii_digit()).count();
    let rest = &value[figures..];
    let clock = value.trim_start_matches(|it: char| it.is_ascii_digit() || matches!(it, '.' | ':'));
    let unit = 0 < figures
        && (rest.starts_with('-') && rest[1..].chars().all(|it| it.is_ascii_lowercase() || it == '-')
            || ["st", "nd", "rd", "th", "am", "pm", "hrs", "hours", "mins", "days", "gb", "mb"]
                .contains(&rest.to_ascii_lowercase().as_str()));
    let letters = value.trim_end_matches(|it: char| it.is_ascii_digit()).to_ascii_lowercase();
    let numbered = [
        "year",
        "room",
        "page",
        "windows",
        "office",
        "step",
        "section",
        "form",
        "week",
        "block",
        "level",
        "term",
        "key-stage",
    ];
    // A date or a clock time with its month or zone is no secret.
    let dated = value.contains('/') && value.chars().all(|it| it.is_ascii_digit() || it == '/');
    unit || dated
        || ["am", "pm", "hrs"].contains(&clock.to_ascii_lowercase().as_str())
        || numbered.contains(&letters.as_str())
}

/// Three to twelve figures, with a letter at either end, dashes between, `#` or `*`.
fn is_code(value: &str, at_least: usize) -> bool {
    let bare = value.trim_matches(['#', '*']);
    let digits = bare.bytes().filter(u8::is_ascii_digit).count();
    let letters = bare.bytes().filter(u8::is_ascii_alphabetic).count();
    let rest = bare.len() - digits - letters;
    let ends =
        bare.bytes().enumerate().all(|(at, it)| !it.is_ascii_alphabetic() || at < 2 || bare.len() - 2 <= at);
    let dashes = bare.bytes().filter(|it| *it == b'-').count();
    (at_least..=12).contains(&digits) && letters <= 2 && ends && rest == dashes && !is_counted(bare)
}

/// Words between a label and its value that say nothing of their own.
pub(super) fn fills(word: &str) -> bool {
    const FILLS: [&str; 58] = [
        "for",
        "the",
        "a",
        "an",
        "of",
        "on",
        "at",
        "in",
        "into",
        "your",
        "my",
        "our",
        "his",
        "her",
        "their",
        "this",
        "that",
        "all",
        "new",
        "temporary",
        "current",
        "school",
        "staff",
        "guest",
        "pupil",
        "account",
        "laptop",
        "laptops",
        "computer",
        "ipad",
        "wifi",
        "alarm",
        "gate",
        "door",
        "main",
        "side",
        "front",
        "back",
        "number",
        "code",
        "will",
        "has",
        "been",
        "have",
        "i've",
        "changed",
        "reset",
        "set",
        "and",
        "just",
        "use",
        "please",
        "with",
        "file",
        "zip",
        "spreadsheet",
        "document",
        "attachment",
    ];
    FILLS.contains(&word)
}

/// Words that end the search: what follows is about the secret and not the secret.
pub(super) fn denies(word: &str, at: usize) -> bool {
    const DENIES: [&str; 46] = [
        "expires",
        "expire",
        "expired",
        "expiry",
        "must",
        "should",
        "needs",
        "policy",
        "policies",
        "length",
        "rules",
        "manager",
        "attempts",
        "requirements",
        "protected",
        "protection",
        "hint",
        "strength",
        "age",
        "history",
        "before",
        "after",
        "within",
        "until",
        "since",
        "by",
        "every",
        "never",
        "not",
        "don't",
        "do",
        "without",
        "if",
        "when",
        "than",
        "least",
        "characters",
        "lasts",
        "valid",
        "only",
        "cannot",
        "can't",
        "forgotten",
        "lost",
        "call",
        "from",
    ];
    // "password reset" is a thing; "the password has been reset to" is not.
    DENIES.contains(&word)
        || at == 0
            && matches!(
                word,
                "reset" | "resets" | "change" | "changes" | "or" | "and" | "entry" | "box" | "field"
            )
}

/// Words that stand after a password's colon and are none.
fn is_ordinary(value: &str) -> bool {
    const ORDINARY: &str = " see as the a an same required needed none n/a na tbc tba unchanged sent will to by on is your you our please \
        incorrect correct expired changed reset forgotten forgot lost separate separately follows follow below above attached enclosed \
        provided hidden redacted removed withheld known unknown pending click enter protected protection ask call text phone ring contact \
        yes no optional blank not it and or hint policy example password passcode passwords pin username user login urgent help ok done \
        complete issued shared via in at from with for default temporary new old current wrong invalid active inactive locked unlocked weak \
        strong safe secure compromised stolen missing working important different case one never always must should can set how what why \
        when where who if this that these those my his her their all any each every i we he she they be been has have had was were only \
        just also now then there here about being getting keeping using making choose create remember change write use try go get make \
        keep do don't does did email mail letter post office reception later today tomorrow monday tuesday wednesday thursday friday \
        saturday sunday confirmed confidential private restricted personal notes note date name role status yourself answer question \
        security school staff pupil pupils parents team message subject re fwd fw update reminder guidance tips advice request requests ";
    let value = value.to_ascii_lowercase();
    ORDINARY.split_ascii_whitespace().any(|it| it == value)
}
