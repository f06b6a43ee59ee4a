//! What an element's attributes do to its text: hide it, keep its blanks, shade it.

/// The attributes of one start tag that matter to a reader, in lower case.
#[derive(Debug, Default)]
pub(super) struct Attributes {
    /// The element's own name.
    pub element: Vec<u8>,
    pub class: String,
    pub id: String,
    pub style: String,
    pub kind: String,
    pub color: String,
    pub background: String,
    pub cite: bool,
    pub hidden: bool,
}

/// What one element does to the text within it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Look {
    pub hidden: bool,
    pub keeps_blanks: bool,
    /// Some background other than white, on which white text is seen.
    pub shaded: bool,
    /// No space above and below, as Word sets its paragraphs.
    pub tight: bool,
    pub white: bool,
    /// Some colour is set, be it black.
    pub coloured: bool,
    /// A colour is set that stands out from black, white and grey.
    pub vivid: bool,
}

impl Look {
    /// Tells whether the reader cannot see the text.
    pub fn unseen(self) -> bool {
        self.hidden || self.white && !self.shaded
    }

    pub fn of(attributes: &Attributes) -> Self {
        let mut look = Self {
            hidden: attributes.hidden,
            white: is_white(&attributes.color),
            coloured: !attributes.color.is_empty(),
            vivid: is_vivid(&attributes.color),
            shaded: !attributes.background.is_empty() && !is_white(&attributes.background),
            tight: attributes.class.split_ascii_whitespace().any(|it| it.starts_with("mso")),
            ..Self::default()
        };
        let mut clipped = false;
        let mut flat = false;
        for (property, value) in declarations(&attributes.style) {
            match property {
                "display" => look.hidden |= value.starts_with("none"),
                "visibility" => {
                    look.hidden |= value.starts_with("hidden") || value.starts_with("collapse");
                }
                "mso-hide" => look.hidden |= value.starts_with("all"),
                "font-size" | "opacity" => look.hidden |= is_zero(value),
                "max-height" | "height" => flat |= is_zero(value),
                "overflow" => clipped |= value.starts_with("hidden"),
                "color" => {
                    look.white = is_white(value);
                    look.coloured = true;
                    look.vivid = is_vivid(value);
                }
                "background" | "background-color" => {
                    look.shaded |= !is_white(value)
                        && !value.starts_with("transparent")
                        && !value.starts_with("none");
                }
                "white-space" => {
                    look.keeps_blanks |=
                        value.starts_with("pre") || value.starts_with("break-spaces")
                }
                "margin" | "margin-top" => look.tight |= is_zero(value),
                _ => {}
            }
        }
        look.hidden |= clipped && flat;
        look
    }
}

/// The declarations of a `style` attribute; values without `!important`.
pub(super) fn declarations(style: &str) -> impl Iterator<Item = (&str, &str)> {
    style.split(';').filter_map(|it| {
        let (property, value) = it.split_once(':')?;
        Some((property.trim(), value.trim()))
    })
}

/// Tells whether the first length or number of a value is nought, in any unit.
fn is_zero(value: &str) -> bool {
    let end = value.find(|it: char| !it.is_ascii_digit() && it != '.').unwrap_or(value.len());
    let number = &value[..end];
    !number.is_empty() && number.bytes().all(|it| it == b'0' || it == b'.')
}

fn is_white(color: &str) -> bool {
    let color = color.trim().trim_end_matches("!important").trim_end();
    matches!(color, "white" | "#fff" | "#ffffff" | "#fefefe")
        || color.strip_prefix("rgb").is_some_and(|it| it.matches("255").count() == 3)
}

/// Tells whether a colour is no shade of grey.
fn is_vivid(color: &str) -> bool {
    let color = color.trim().trim_end_matches("!important").trim_end();
    let channels: Vec<u8> = if let Some(hex) = color.strip_prefix('#') {
        let width = if hex.len() == 3 { 1 } else { 2 };
        hex.as_bytes()
            .chunks(width)
            .take(3)
            .filter_map(|it| u8::from_str_radix(std::str::from_utf8(it).ok()?, 16).ok())
            .map(|it| if width == 1 { it * 17 } else { it })
            .collect()
    } else if let Some(rest) = color.strip_prefix("rgb") {
        rest.split(|it: char| !it.is_ascii_digit())
            .filter_map(|it| it.parse().ok())
            .take(3)
            .collect()
    } else {
        return matches!(
            color,
            "red"
                | "blue"
                | "green"
                | "purple"
                | "maroon"
                | "navy"
                | "orange"
                | "teal"
                | "magenta"
                | "fuchsia"
                | "darkred"
                | "darkblue"
                | "darkgreen"
                | "crimson"
        );
    };
    match (channels.iter().max(), channels.iter().min()) {
        (Some(most), Some(least)) => most - least > 0x40,
        _ => false,
    }
}
