//! Walks XML within the budget: no entities, no name spaces, no tree.

use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;

use super::bounds::Budget;
use super::text::decode_any;

/// Elements nested deeper than this end the walk: Office nests some thirty.
const MAX_DEPTH: usize = 1_000;

/// What a walk comes by.
pub(super) enum Node<'x> {
    Start(Element<'x>),
    /// The local name of the element that ends.
    End(&'x str),
    Text(&'x str),
}

/// The start of an element.
pub(super) struct Element<'x>(&'x BytesStart<'x>);

impl Element<'_> {
    /// Without its prefix.
    pub fn name(&self) -> &str {
        self.0.local_name().into_inner()
    }

    /// The value of the first attribute with this local name.
    pub fn attribute(&self, name: &str) -> Option<String> {
        self.0
            .attributes()
            .with_checks(false)
            .flatten()
            .find(|it| it.key.local_name().into_inner() == name)
            .map(|it| match it.normalized_value(quick_xml::XmlVersion::Implicit1_0) {
                Ok(value) => value.into_owned(),
                Err(_) => it.value.into_owned(),
            })
    }
}

/// Walks the nodes of a document until it ends, breaks, or the budget is spent; `false` if it
/// was not walked to its end.
///
/// An empty element starts and ends. Entities that a document defines for itself stay unread:
/// they are how XML explodes, and no office program writes them.
pub(super) fn walk(xml: &[u8], budget: &mut Budget, mut see: impl FnMut(Node<'_>)) -> bool {
    walk_while(xml, budget, |node| {
        see(node);
        true
    })
}

/// Walks as `walk` does, and ends early, as if at the end, once `see` wants no more.
pub(super) fn walk_while(xml: &[u8], budget: &mut Budget, mut see: impl FnMut(Node<'_>) -> bool) -> bool {
    // Everything Office writes is UTF-8; what is not has a byte order mark.
    let xml = match xml {
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => decode_any(xml),
        _ => String::from_utf8_lossy(xml),
    };
    let mut reader = Reader::from_str(&xml);
    let settings = reader.config_mut();
    settings.check_end_names = false;
    settings.allow_unmatched_ends = true;
    settings.check_comments = false;
    let mut depth = 0_usize;
    loop {
        if !budget.step() || depth > MAX_DEPTH {
            return false;
        }
        let more = match reader.read_event() {
            Ok(Event::Start(start)) => {
                depth += 1;
                see(Node::Start(Element(&start)))
            }
            Ok(Event::Empty(start)) => {
                see(Node::Start(Element(&start))) && see(Node::End(start.local_name().into_inner()))
            }
            Ok(Event::End(end)) => {
                depth = depth.saturating_sub(1);
                see(Node::End(end.local_name().into_inner()))
            }
            Ok(Event::Text(text)) => see(Node::Text(&text)),
            Ok(Event::CData(text)) => see(Node::Text(&text)),
            Ok(Event::GeneralRef(name)) => match name.resolve_char_ref() {
                Ok(Some(character)) => see(Node::Text(character.encode_utf8(&mut [0; 4]))),
                _ => see(Node::Text(named(&name))),
            },
            Ok(Event::Eof) => return true,
            Ok(_) => true,
            Err(_) => return false,
        };
        if !more {
            return true;
        }
    }
}

/// The entities that XML itself defines.
fn named(name: &str) -> &'static str {
    match name {
        "amp" => "&",
        "lt" => "<",
        "gt" => ">",
        "quot" => "\"",
        "apos" => "'",
        _ => "",
    }
}
