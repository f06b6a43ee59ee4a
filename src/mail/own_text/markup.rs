//! What the markup of an HTML text says about its lines.

use super::super::html::Region;
use super::super::html_role::Role;
use super::TextPart;
use super::header_block;
use super::line::{Class, Line};

/// Marks the lines that the markup of their client calls quoted or a signature.
pub(super) fn mark(part: &TextPart, lines: &mut [Line], forwarding: bool) {
    let quoted = if forwarding { Class::Forwarded } else { Class::Quoted };
    for region in &part.regions {
        match region.role {
            Role::Quote | Role::Attribution => set(lines, region, quoted),
            Role::Signature => set(lines, region, Class::Signature),
            Role::QuoteWrapper => {
                if !says_more(part, region) {
                    set(lines, region, quoted);
                }
            }
            Role::HeaderBlock => {
                let (start, _) = span(lines, region);
                if header_block::read(&part.text, lines, start).is_some_and(|it| it.is_plausible())
                {
                    for line in lines[start..].iter_mut().filter(|it| it.class.is_open()) {
                        if line.class == Class::Own {
                            line.class = quoted;
                        }
                    }
                }
            }
        }
    }
}

/// Tells whether blockquotes within Gmail's wrapper say which of its lines are quoted; the author
/// may have answered between them.
fn says_more(part: &TextPart, wrapper: &Region) -> bool {
    part.regions.iter().any(|it| {
        it.role == Role::Quote
            && it.range.start >= wrapper.range.start
            && it.range.end <= wrapper.range.end
    })
}

fn set(lines: &mut [Line], region: &Region, class: Class) {
    let (start, end) = span(lines, region);
    for line in lines[start..end].iter_mut().filter(|it| it.class == Class::Own) {
        line.class = class;
    }
}

/// The lines that a region covers, by search.
fn span(lines: &[Line], region: &Region) -> (usize, usize) {
    let start = lines.partition_point(|it| it.range.end <= region.range.start);
    let end = lines.partition_point(|it| it.range.start < region.range.end);
    (start, end.max(start))
}
