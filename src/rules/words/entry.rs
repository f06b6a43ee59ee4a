//! The small language of a list's entries, and the slots that an entry is made of.

use super::fold::BREAK;

/// One place of an entry: what may stand there.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Slot {
    /// Folded words; several may make one choice.
    pub choices: Vec<String>,
    pub optional: bool,
}

/// Reads an entry such as `(send|pass) (this|it) (on)? to 0 friend(s)?`.
pub(super) fn slots(entry: &str) -> Vec<Slot> {
    let mut slots = Vec::new();
    for piece in pieces(entry) {
        let mut choices: Vec<String> = spellings(piece).iter().map(|it| words(it)).collect();
        choices.sort_unstable();
        choices.dedup();
        let optional = choices.iter().any(String::is_empty);
        choices.retain(|it| !it.is_empty());
        slots.push(Slot { choices, optional });
    }
    slots
}

/// The parts of an entry that blanks outside brackets separate.
fn pieces(entry: &str) -> impl Iterator<Item = &str> {
    let mut depth = 0;
    entry
        .split(move |it: char| {
            match it {
                '(' => depth += 1,
                ')' => depth -= 1,
                _ => {}
            }
            it == ' ' && depth == 0
        })
        .filter(|it| !it.is_empty())
}

/// Every spelling that a part stands for.
fn spellings(part: &str) -> Vec<String> {
    let Some((plain, group)) = part.split_once('(') else { return vec![part.to_owned()] };
    let end = closing(group);
    let (inner, after) = (&group[..end], &group[end + 1..]);
    let (optional, after) = match after.strip_prefix('?') {
        Some(after) => (true, after),
        None => (false, after),
    };
    let mut middles: Vec<String> = alternatives(inner).into_iter().flat_map(spellings).collect();
    if optional {
        middles.push(String::new());
    }
    let ends = spellings(after);
    middles.iter().flat_map(|middle| ends.iter().map(move |end| format!("{plain}{middle}{end}"))).collect()
}

/// Where the bracket that is already open closes.
fn closing(group: &str) -> usize {
    let mut depth = 1;
    group
        .find(|it: char| {
            match it {
                '(' => depth += 1,
                ')' => depth -= 1,
                _ => {}
            }
            depth == 0
        })
        .expect("a list closes its brackets")
}

fn alternatives(inner: &str) -> Vec<&str> {
    let mut depth = 0;
    inner
        .split(|it: char| {
            match it {
                '(' => depth += 1,
                ')' => depth -= 1,
                _ => {}
            }
            it == '|' && depth == 0
        })
        .collect()
}

/// A choice as folded text has it, `^` and `$` as the break between sentences.
fn words(choice: &str) -> String {
    let words: Vec<&str> =
        choice.split_whitespace().map(|it| if it == "^" || it == "$" { BREAK } else { it }).collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::slots;

    #[test]
    fn an_entry_is_a_row_of_choices() {
        let found = slots("(send|pass) it (right on)? to friend(s)? $");
        let choices: Vec<String> = found
            .iter()
            .map(|it| format!("{}{}", it.choices.join(","), if it.optional { "?" } else { "" }))
            .collect();
        assert_eq!(choices, ["pass,send", "it", "right on?", "to", "friend,friends", "|"]);
    }

    #[test]
    fn groups_nest() {
        assert_eq!(slots("(a (b|c)|d)")[0].choices, ["a b", "a c", "d"]);
    }
}
