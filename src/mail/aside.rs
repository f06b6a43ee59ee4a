//! What stands in a message beside the sender's own words.

use super::{Address, Message};

impl Message {
    /// The stretches of the texts that are not the sender's own: quotations, forwarded matter,
    /// signatures, footers.
    pub fn set_aside(&self) -> impl Iterator<Item = &str> {
        let texts = self.texts();
        let mut own = vec![Vec::new(); texts.len()];
        for passage in &self.own_text().passages {
            own[passage.part].push(&passage.range);
        }
        texts.iter().zip(own).flat_map(|(text, own)| {
            let mut start = 0;
            let mut stretches = Vec::with_capacity(own.len() + 1);
            for range in own {
                stretches.push(text.text.get(start..range.start).unwrap_or(""));
                start = range.end.max(start);
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
