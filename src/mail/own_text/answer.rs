//! Answers that the author wrote into the earlier text, in another colour, and said so.

use super::super::html_role::Role;
use super::TextPart;
use super::line::{Class, Line};

/// Gives the author back what was written in colour among the quoted lines.
///
/// Outlook leaves answers unmarked between the lines of the message they answer. Where the
/// author's own text says to look there ("see my answers in red below"), the quoted lines that
/// are coloured throughout are taken for them. Earlier answers of others may be among these; to
/// lose the author's own would be worse.
pub(super) fn reclaim(part: &TextPart, lines: &mut [Line]) {
    let announced = lines
        .iter()
        .filter(|it| it.class == Class::Own)
        .any(|it| it.range.len() < 1_000 && ANNOUNCED.is_match(&part.text[it.range.clone()]));
    if !announced {
        return;
    }
    for region in part.regions.iter().filter(|it| it.role == Role::Coloured) {
        let start = lines.partition_point(|it| it.range.start < region.range.start);
        for line in lines[start..].iter_mut().take_while(|it| it.range.end <= region.range.end) {
            if matches!(line.class, Class::Quoted | Class::Forwarded) {
                line.class = Class::Own;
            }
        }
    }
}

pattern!(
    ANNOUNCED,
    r"(?i)\b(in|mewn) (red|blue|green|purple|orange|pink|colour|coch|glas|gwyrdd|porffor|lliw)\b|\b(comments?|answers?|repl(y|ies)|responses?|notes|atebion|sylwadau)\b.{0,30}\b(below|in-?line|in line|within|underneath|isod)\b|\b(see|answered|replied|commented) (below|in-?line|underneath)\b"
);
