//! The objects of PDF and the operators of its pages, read out of bytes.
//!
//! Source: ISO 32000-1, 7.2 and 7.3.

/// Objects nested deeper are not read.
const MAX_DEPTH: usize = 40;
/// Elements of all arrays and dictionaries within one object.
const MAX_ELEMENTS: usize = 200_000;
/// A longer string is cut.
const MAX_STRING: usize = 1 << 20;

/// One object; of a stream, its dictionary.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Object {
    Null,
    Number(f64),
    Name(Vec<u8>),
    String(Vec<u8>),
    Array(Vec<Object>),
    Dictionary(Vec<(Vec<u8>, Object)>),
    /// The number of another object.
    Reference(u32),
    /// `true`, `false`, and in a page an operator.
    Word(Vec<u8>),
}

impl Object {
    pub fn number(&self) -> Option<f64> {
        if let Self::Number(it) = self { Some(*it) } else { None }
    }

    /// A number that counts something.
    pub fn count(&self) -> Option<u32> {
        // The cast saturates, and a fraction is nobody's count.
        self.number().filter(|it| *it >= 0.0 && *it < 4e9).map(|it| it as u32)
    }

    pub fn name(&self) -> Option<&[u8]> {
        if let Self::Name(it) = self { Some(it) } else { None }
    }

    pub fn array(&self) -> &[Object] {
        if let Self::Array(it) = self { it } else { &[] }
    }

    /// The entry of a dictionary; the null object if there is none.
    pub fn get(&self, key: &[u8]) -> &Object {
        match self {
            Self::Dictionary(entries) => {
                entries.iter().find(|(it, _)| it == key).map_or(&Self::Null, |(_, it)| it)
            }
            _ => &Self::Null,
        }
    }
}

/// Reads objects one after another.
pub(super) struct Reader<'p> {
    bytes: &'p [u8],
    pub at: usize,
    elements: usize,
}

enum Token {
    Object(Object),
    ArrayEnd,
    DictionaryEnd,
}

impl<'p> Reader<'p> {
    pub fn new(bytes: &'p [u8], at: usize) -> Self {
        Self { bytes, at, elements: 0 }
    }

    /// The next object or operator; `None` at the end.
    pub fn next(&mut self) -> Option<Object> {
        self.elements = 0;
        loop {
            // A bracket that closes nothing is passed over.
            if let Token::Object(it) = self.token(0)? {
                return Some(it);
            }
        }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn skip_blanks(&mut self) {
        while let Some(byte) = self.peek() {
            match byte {
                b'%' => {
                    let rest = &self.bytes[self.at..];
                    self.at += memchr::memchr2(b'\r', b'\n', rest).unwrap_or(rest.len());
                }
                it if is_blank(it) => self.at += 1,
                _ => return,
            }
        }
    }

    fn token(&mut self, depth: usize) -> Option<Token> {
        self.skip_blanks();
        let first = self.peek()?;
        self.elements += 1;
        if self.elements > MAX_ELEMENTS {
            self.at = self.bytes.len();
            return None;
        }
        self.at += 1;
        let object = match first {
            b'[' => self.array(depth),
            b']' => return Some(Token::ArrayEnd),
            b'<' if self.peek() == Some(b'<') => {
                self.at += 1;
                self.dictionary(depth)
            }
            b'<' => self.hexadecimal(),
            b'>' if self.peek() == Some(b'>') => {
                self.at += 1;
                return Some(Token::DictionaryEnd);
            }
            b'(' => self.string(),
            b'/' => Object::Name(self.name()),
            b'>' | b')' | b'{' | b'}' => Object::Null,
            _ => {
                self.at -= 1;
                self.word()
            }
        };
        Some(Token::Object(object))
    }

    fn array(&mut self, depth: usize) -> Object {
        let mut array = Vec::new();
        while let Some(token) = self.inner(depth) {
            match token {
                Token::ArrayEnd => break,
                // A dictionary that ends here began around this array.
                Token::DictionaryEnd => {
                    self.at -= 2;
                    break;
                }
                Token::Object(it) => push(&mut array, it),
            }
        }
        Object::Array(array)
    }

    fn dictionary(&mut self, depth: usize) -> Object {
        let mut entries = Vec::new();
        let mut parts = Vec::new();
        while let Some(token) = self.inner(depth) {
            match token {
                Token::DictionaryEnd => break,
                Token::ArrayEnd => {}
                Token::Object(it) => push(&mut parts, it),
            }
        }
        let mut parts = parts.into_iter();
        while let Some(key) = parts.next() {
            if let Object::Name(key) = key {
                entries.push((key, parts.next().unwrap_or(Object::Null)));
            }
        }
        Object::Dictionary(entries)
    }

    /// What stands within an array or a dictionary; nothing, if it is too deep.
    fn inner(&mut self, depth: usize) -> Option<Token> {
        if depth < MAX_DEPTH {
            self.token(depth + 1)
        } else {
            self.at = self.bytes.len();
            None
        }
    }

    fn name(&mut self) -> Vec<u8> {
        let mut name = Vec::new();
        while let Some(byte) = self.peek() {
            if !is_regular(byte) || name.len() > 256 {
                break;
            }
            self.at += 1;
            let escaped =
                if byte == b'#' { self.bytes.get(self.at..self.at + 2).and_then(hex_pair) } else { None };
            name.push(escaped.unwrap_or(byte));
            self.at += if escaped.is_some() { 2 } else { 0 };
        }
        name
    }

    fn word(&mut self) -> Object {
        let start = self.at;
        while self.peek().is_some_and(is_regular) {
            self.at += 1;
        }
        // A byte that belongs to nothing is passed over.
        self.at = self.at.max(start + 1);
        let word = &self.bytes[start..self.at];
        if matches!(word[0], b'0'..=b'9' | b'+' | b'-' | b'.')
            && let Some(number) = number(word)
        {
            return Object::Number(number);
        }
        Object::Word(word[..word.len().min(64)].to_vec())
    }

    fn hexadecimal(&mut self) -> Object {
        let mut string = Vec::new();
        let mut high = None;
        while let Some(byte) = self.peek() {
            self.at += 1;
            let digit = match byte {
                b'>' => break,
                it => char::from(it).to_digit(16),
            };
            let Some(digit) = digit.and_then(|it| u8::try_from(it).ok()) else { continue };
            match high.take() {
                None => high = Some(digit),
                Some(high) if string.len() < MAX_STRING => string.push(high << 4 | digit),
                Some(_) => {}
            }
        }
        string.extend(high.map(|it| it << 4));
        Object::String(string)
    }

    fn string(&mut self) -> Object {
        let mut string = Vec::new();
        let mut depth = 1_usize;
        while let Some(mut byte) = self.peek() {
            self.at += 1;
            match byte {
                b'(' => depth += 1,
                b')' => {
                    depth -= 1;
                    if depth == 0 {
                        break;
                    }
                }
                b'\\' => match self.escape() {
                    Some(it) => byte = it,
                    None => continue,
                },
                _ => {}
            }
            if string.len() < MAX_STRING {
                string.push(byte);
            }
        }
        Object::String(string)
    }

    /// What stands after a backslash; `None` for a line end, which stands for nothing.
    fn escape(&mut self) -> Option<u8> {
        let byte = self.peek()?;
        self.at += 1;
        Some(match byte {
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'b' => 8,
            b'f' => 12,
            b'\r' => {
                self.at += usize::from(self.peek() == Some(b'\n'));
                return None;
            }
            b'\n' => return None,
            b'0'..=b'7' => {
                let mut value = u32::from(byte - b'0');
                for _ in 0..2 {
                    match self.peek() {
                        Some(digit @ b'0'..=b'7') => {
                            value = value * 8 + u32::from(digit - b'0');
                            self.at += 1;
                        }
                        _ => break,
                    }
                }
                (value & 0xff).to_le_bytes()[0]
            }
            other => other,
        })
    }
}

/// Adds an object; `12 0 R` becomes a reference.
fn push(parts: &mut Vec<Object>, object: Object) {
    if object == Object::Word(b"R".to_vec())
        && let [.., number, Object::Number(_)] = &parts[..]
        && let Some(number) = number.count()
    {
        parts.truncate(parts.len() - 2);
        parts.push(Object::Reference(number));
    } else {
        parts.push(object);
    }
}

fn number(word: &[u8]) -> Option<f64> {
    let text = std::str::from_utf8(word).ok()?;
    // Some writers repeat the sign.
    let text = text.trim_start_matches('+').trim_start_matches("--");
    if text.len() > 40 || !text.bytes().all(|it| it.is_ascii_digit() || matches!(it, b'.' | b'-')) {
        return None;
    }
    match text.parse() {
        Ok(number) => Some(number),
        Err(_) => (text == "-" || text == "." || text == "-.").then_some(0.0),
    }
}

fn hex_pair(pair: &[u8]) -> Option<u8> {
    u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()
}

pub(super) fn is_blank(byte: u8) -> bool {
    matches!(byte, 0 | b'\t' | b'\n' | 0x0c | b'\r' | b' ')
}

fn is_regular(byte: u8) -> bool {
    !is_blank(byte) && !matches!(byte, b'(' | b')' | b'<' | b'>' | b'[' | b']' | b'{' | b'}' | b'/' | b'%')
}

#[cfg(test)]
mod tests {
    use super::{Object, Reader};

    fn read(source: &str) -> Option<Object> {
        Reader::new(source.as_bytes(), 0).next()
    }

    #[test]
    fn reads_objects() {
        let object = read("<< /A#20B [1 -.5 12 0 R (x\\(y\\)\\101) <48 6 >] /C << /D /E >> >>");
        let object = object.expect("a dictionary");
        assert_eq!(
            object.get(b"A B").array(),
            [
                Object::Number(1.0),
                Object::Number(-0.5),
                Object::Reference(12),
                Object::String(b"x(y)A".to_vec()),
                Object::String(b"H`".to_vec()),
            ]
        );
        assert_eq!(object.get(b"C").get(b"D").name(), Some(&b"E"[..]));
        assert_eq!(object.get(b"Z"), &Object::Null);
    }

    #[test]
    fn ends_on_anything() {
        for source in ["", "<<", "[", "((", "<4", "/", "%", ")", ">>", "]", "\\", "<< /A"] {
            let mut reader = Reader::new(source.as_bytes(), 0);
            while reader.next().is_some() {}
            assert!(reader.at >= source.len(), "{source}");
        }
        let deep = "[".repeat(100_000);
        let mut reader = Reader::new(deep.as_bytes(), 0);
        while reader.next().is_some() {}
    }
}
