//! Characters by the names that fonts give their glyphs. Source: Adobe Glyph List 2.0.

/// The names of Western text; letters, `uni0041` and `u1F600` need no list.
#[rustfmt::skip]
const NAMES: &[(&str, char)] = &[
    ("space", ' '), ("exclam", '!'), ("quotedbl", '"'), ("numbersign", '#'), ("dollar", '$'), ("percent", '%'),
    ("ampersand", '&'), ("quotesingle", '\''), ("parenleft", '('), ("parenright", ')'), ("asterisk", '*'),
    ("plus", '+'), ("comma", ','), ("hyphen", '-'), ("minus", '-'), ("period", '.'), ("slash", '/'), ("zero", '0'),
    ("one", '1'), ("two", '2'), ("three", '3'), ("four", '4'), ("five", '5'), ("six", '6'), ("seven", '7'),
    ("eight", '8'), ("nine", '9'), ("colon", ':'), ("semicolon", ';'), ("less", '<'), ("equal", '='),
    ("greater", '>'), ("question", '?'), ("at", '@'), ("bracketleft", '['), ("backslash", '\\'),
    ("bracketright", ']'), ("asciicircum", '^'), ("underscore", '_'), ("grave", '`'), ("braceleft", '{'),
    ("bar", '|'), ("braceright", '}'), ("asciitilde", '~'), ("quoteleft", '‘'), ("quoteright", '’'),
    ("quotedblleft", '“'), ("quotedblright", '”'), ("quotesinglbase", '‚'), ("quotedblbase", '„'), ("endash", '–'),
    ("emdash", '—'), ("bullet", '•'), ("ellipsis", '…'), ("fi", 'ﬁ'), ("fl", 'ﬂ'), ("ff", 'ﬀ'), ("ffi", 'ﬃ'),
    ("ffl", 'ﬄ'), ("sterling", '£'), ("Euro", '€'), ("cent", '¢'), ("yen", '¥'), ("section", '§'),
    ("copyright", '©'), ("registered", '®'), ("trademark", '™'), ("degree", '°'), ("plusminus", '±'),
    ("multiply", '×'), ("divide", '÷'), ("onehalf", '½'), ("onequarter", '¼'), ("threequarters", '¾'),
    ("paragraph", '¶'), ("periodcentered", '·'), ("guillemotleft", '«'), ("guillemotright", '»'),
    ("exclamdown", '¡'), ("questiondown", '¿'), ("nbspace", ' '), ("sfthyphen", '-'), ("dagger", '†'),
    ("daggerdbl", '‡'), ("germandbls", 'ß'), ("ae", 'æ'), ("AE", 'Æ'), ("oe", 'œ'), ("OE", 'Œ'), ("oslash", 'ø'),
    ("Oslash", 'Ø'), ("eth", 'ð'), ("Eth", 'Ð'), ("thorn", 'þ'), ("Thorn", 'Þ'), ("lslash", 'ł'), ("Lslash", 'Ł'),
    ("dotlessi", 'ı'), ("cedilla", '¸'), ("acute", '´'), ("dieresis", '¨'), ("mu", 'µ'), ("tab", '\t'),
];

/// The accents that names of letters end in, as combining characters.
#[rustfmt::skip]
const ACCENTS: &[(&str, char)] = &[
    ("grave", '\u{300}'), ("acute", '\u{301}'), ("circumflex", '\u{302}'), ("tilde", '\u{303}'), ("macron", '\u{304}'),
    ("breve", '\u{306}'), ("dotaccent", '\u{307}'), ("dieresis", '\u{308}'), ("ring", '\u{30a}'), ("caron", '\u{30c}'),
    ("cedilla", '\u{327}'), ("ogonek", '\u{328}'), ("hungarumlaut", '\u{30b}'),
];

/// The character that a glyph of this name shows.
pub(super) fn character(name: &[u8]) -> Option<char> {
    let name = std::str::from_utf8(name).ok()?;
    // What follows a dot tells variants of one glyph apart.
    let name = name.split('.').next().filter(|it| !it.is_empty())?;
    let mut letters = name.chars();
    if let (Some(letter), None) = (letters.next(), letters.next()) {
        return letter.is_ascii_alphabetic().then_some(letter);
    }
    if let Some((_, character)) = NAMES.iter().find(|(it, _)| *it == name) {
        return Some(*character);
    }
    let hexadecimal = name.strip_prefix("uni").or_else(|| name.strip_prefix('u'));
    if let Some(number) =
        hexadecimal.filter(|it| it.len() >= 4).and_then(|it| u32::from_str_radix(it, 16).ok())
    {
        return char::from_u32(number);
    }
    let letter = name.chars().next()?;
    let (_, accent) = ACCENTS.iter().find(|(it, _)| name.get(1..) == Some(it))?;
    unicode_normalization::char::compose(letter, *accent)
}

#[cfg(test)]
mod tests {
    use super::character;

    #[test]
    fn knows_names() {
        for (name, shown) in [
            ("A", Some('A')),
            ("eacute", Some('é')),
            ("wcircumflex", Some('ŵ')),
            ("Scaron", Some('Š')),
            ("space", Some(' ')),
            ("uni20AC", Some('€')),
            ("u1F600", Some('😀')),
            ("a.sc", Some('a')),
            ("g12", None),
            (".notdef", None),
            ("", None),
        ] {
            assert_eq!(character(name.as_bytes()), shown, "{name}");
        }
    }
}
