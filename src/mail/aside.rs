//! What stands in a message beside the sender's own words.

use super::{Address, Message};

impl Message {
    /// The stretches of the texts that are not the sender's own: quotations, forwarded matter,
    /// signatures, footers.
    pub fn set_aside(&self) -> impl Iterator<Item = &str> {
        let own = &self.own_text().passages;
        self.texts().iter().enumerate().flat_map(move |(part, text)| {
            let mut start = 0;
            let mut stretches = Vec::new();
            for passage in own.iter().filter(|it| it.part == part) {
                stretches.push(text.text.get(start..passage.range.start).unwrap_or(""));
                start = passage.range.end.max(start);
            }
            stretches.push(text.text.get(start..).unwrap_or(""));
            stretches
        })
    }

    /// How many words the sender wrote now.
    pub fn own_words(&self) -> usize {
        let passages = self.own_text().passages.iter();
        passages.map(|it| self.passage_text(it).split_whitespace().count()).sum()
    }

    /// The name that To, Cc or Bcc give to an address; empty where they give none.
    pub fn display_name(&self, address: &Address) -> &str {
        let mailboxes = [self.to(), self.cc(), self.bcc()].into_iter().flatten();
        let mut named = mailboxes.filter(|it| it.address == *address && !it.name.is_empty());
        named.next().map_or("", |it| it.name.as_str())
    }
}
