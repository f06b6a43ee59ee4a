//! The page of a rule: its doc comment, with its facts and its defaults.

use std::fmt::Write;

use crate::policy::RuleInfo;

/// Writes the page of a rule as Markdown.
pub fn page(info: &RuleInfo) -> String {
    let mut out = format!("# {}\n\n", info.name);
    for line in info.page.lines() {
        // `///` leaves a space in front of each line.
        out.push_str(line.strip_prefix(' ').unwrap_or(line));
        out.push('\n');
    }
    let _ = write!(
        out,
        "\n## Facts\n\n- Action where none is set: `{}`\n- Evidence: {}, so `{}` at most\n- [Clauses](../clauses.md): {}\n- Since {}\n",
        info.action,
        info.evidence.as_str(),
        info.evidence.strictest(),
        info.clauses.join(", "),
        info.since,
    );
    let _ = write!(out, "\n## Defaults\n\n```toml\n[rules.{}]\n{}```\n", info.name, defaults(info));
    out
}

/// The options of a rule with their defaults, a line each.
pub fn defaults(info: &RuleInfo) -> String {
    let mut out = format!("action = \"{}\"\nclause = {:?}\n", info.action, info.clause);
    for (key, value) in (info.defaults)() {
        let _ = writeln!(out, "{key} = {value}");
    }
    out
}

/// The table of a rule as the default policy holds it: every option with its default, under the
/// words of the rule's page, in the order of the page.
pub fn table(info: &RuleInfo) -> String {
    let mut out = String::new();
    comment(&mut out, &summary(info));
    let _ = write!(out, "[rules.{}]\naction = \"{}\"\nclause = {:?}\n", info.name, info.action, info.clause);
    let defaults = (info.defaults)();
    for (key, words) in options(info) {
        if let Some(value) = defaults.get(key) {
            comment(&mut out, &words);
            let _ = writeln!(out, "{key} = {value}");
        }
    }
    out
}

/// The options that a rule's page explains, in its order: each key with its sentence.
pub fn options(info: &RuleInfo) -> Vec<(&'static str, String)> {
    let mut found: Vec<(&str, String)> = Vec::new();
    let lines = info.page.lines().map(|it| it.strip_prefix(' ').unwrap_or(it));
    for line in lines.skip_while(|it| *it != "## Options").skip(1) {
        if let Some((key, words)) = line.strip_prefix("- `").and_then(|it| it.split_once("`: ")) {
            let mut letters = words.chars();
            let first = letters.next().into_iter().flat_map(char::to_uppercase);
            found.push((key, first.chain(letters).collect()));
        } else if let Some((_, words)) = found.last_mut() {
            words.push(' ');
            words.push_str(line.trim());
        }
    }
    found
}

/// Writes text as comment lines of up to 100 columns.
fn comment(out: &mut String, text: &str) {
    let mut line = String::from("#");
    for word in text.split_whitespace() {
        if line.chars().count() + 1 + word.chars().count() > 100 {
            let _ = writeln!(out, "{line}");
            line = String::from("#");
        }
        line.push(' ');
        line.push_str(word);
    }
    let _ = writeln!(out, "{line}");
}

/// The first sentence of a rule's page.
pub fn summary(info: &RuleInfo) -> String {
    let text: Vec<&str> = info.page.lines().map(str::trim).take_while(|it| !it.is_empty()).collect();
    let text = text.join(" ");
    let end = text.find(". ").map_or(text.len(), |it| it + 1);
    text[..end].to_owned()
}
