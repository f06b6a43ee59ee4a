//! The block that names the sender at the end of what he or she wrote.

use super::line::{Class, Line};

/// A separator without its blank is believed when no more than this stands below it.
const MAX_BLOCK: usize = 25;
/// How far from its end a stretch of own text is searched for a signature.
const REACH: usize = 80;

/// Marks the signature of one stretch of the author's own lines.
///
/// A separator line ("-- ", RFC 3676 section 4.3) or a client's own words ("Sent from my iPhone")
/// are signatures by themselves. A closing ("Kind regards") begins one only where a block with a
/// telephone, an address or an office follows; the plain "Thanks, Jo" stays the author's own.
/// Whatever below such a block reads like a sentence is the author's again ("PS ...").
pub(super) fn mark(text: &str, lines: &mut [Line], author: &str) {
    for line in lines.iter_mut().filter(|it| it.class == Class::Own) {
        if is_client_line(text[line.range.clone()].trim()) {
            line.class = Class::Signature;
        }
    }
    if let Some(start) = separator(text, lines) {
        close(&mut lines[start..]);
        return;
    }
    let reach = lines.len().saturating_sub(REACH);
    for at in (reach..lines.len()).rev() {
        if lines[at].class != Class::Own {
            continue;
        }
        let line = text[lines[at].range.clone()].trim();
        let begins = is_closing(line) || is_name_of(line, author);
        if begins && let Some(end) = block_end(text, lines, at + 1) {
            // The closing may be apart from the name by which the block was found.
            let start = closing_above(text, &lines[..at]).unwrap_or(at);
            close(&mut lines[start..end]);
            return;
        }
    }
}

fn close(lines: &mut [Line]) {
    for line in lines.iter_mut().filter(|it| it.class == Class::Own) {
        line.class = Class::Signature;
    }
}

/// The line of a signature separator.
fn separator(text: &str, lines: &[Line]) -> Option<usize> {
    let at = lines.iter().position(|it| {
        it.class == Class::Own && matches!(&text[it.range.clone()], "-- " | "--" | "-- \u{a0}")
    })?;
    let below = lines[at + 1..].iter().filter(|it| it.class == Class::Own).count();
    (&text[lines[at].range.clone()] == "-- " || below <= MAX_BLOCK).then_some(at)
}

/// A closing with nothing but empty lines between it and the name below.
fn closing_above(text: &str, lines: &[Line]) -> Option<usize> {
    let at = lines.iter().rposition(|it| it.class == Class::Own)?;
    is_closing(text[lines[at].range.clone()].trim()).then_some(at)
}

/// Where the block ends that begins at `from`; `None` if nothing in it tells how to reach anybody.
fn block_end(text: &str, lines: &[Line], from: usize) -> Option<usize> {
    let mut end = from;
    let mut reachable = false;
    for (index, line) in lines.iter().enumerate().skip(from).take(MAX_BLOCK * 2) {
        match line.class {
            Class::Own => {
                let line = text[line.range.clone()].trim();
                if !belongs(line) {
                    break;
                }
                reachable |= is_contact(line) || is_office(line);
                end = index + 1;
            }
            _ => end = index + 1,
        }
    }
    reachable.then_some(end)
}

/// Tells a line of a signature block from a sentence: names, offices, places and numbers are
/// capitalised throughout.
fn belongs(line: &str) -> bool {
    if line.len() > 200 || AFTERWORD.is_match(line) {
        return false;
    }
    if URL_ONLY.is_match(line) || HOURS.is_match(line) {
        return true;
    }
    let small = line
        .split(|it: char| it.is_whitespace() || matches!(it, '|' | '/' | ',' | ';' | '\u{2022}'))
        .map(|it| it.trim_matches(|it: char| !it.is_alphanumeric() && it != '@'))
        .filter(|it| it.starts_with(|it: char| it.is_lowercase()))
        .filter(|it| !it.contains(['@', '.']) && !CONNECTORS.contains(it))
        .count();
    let shouted = line
        .split_whitespace()
        .filter(|it| it.len() > 1 && !it.contains(char::is_lowercase))
        .count();
    let office = is_office(line);
    small <= if is_contact(line) || office { 2 } else { 0 } && (shouted < 6 || is_contact(line))
}

fn is_contact(line: &str) -> bool {
    CONTACT.is_match(line)
}

fn is_office(line: &str) -> bool {
    line.len() < 120 && OFFICE.is_match(line)
}

/// Tells whether a line is a closing, perhaps with the first name on it.
fn is_closing(line: &str) -> bool {
    line.len() < 60 && CLOSING.is_match(line)
}

fn is_name_of(line: &str, author: &str) -> bool {
    let line = line.trim_end_matches([',', '.']);
    !author.is_empty()
        && line.len() < 80
        && line.to_lowercase().starts_with(&author.to_lowercase())
        && line[author.len().min(line.len())..].chars().filter(|it| it.is_lowercase()).count() < 12
}

fn is_client_line(line: &str) -> bool {
    line.len() < 160 && CLIENT.is_match(line)
}

/// Small words within names of offices and places, and labels of numbers.
const CONNECTORS: &[&str] = &[
    "a",
    "and",
    "ap",
    "at",
    "ab",
    "da",
    "de",
    "e",
    "ext",
    "fax",
    "ferch",
    "ffôn",
    "for",
    "in",
    "m",
    "mob",
    "mobile",
    "o",
    "of",
    "on",
    "or",
    "p",
    "t",
    "tel",
    "the",
    "to",
    "uwch",
    "van",
    "von",
    "w",
    "with",
    "y",
    "yn",
    "yng",
    "yr",
    "email",
    "e-bost",
    "web",
    "he",
    "him",
    "his",
    "she",
    "her",
    "hers",
    "they",
    "them",
    "theirs",
    "tw",
    "telephone",
    "phone",
    "www",
    "http",
    "https",
    "via",
    "am",
    "pm",
    "est",
    "cyf",
    "co",
];

pattern!(
    CLOSING,
    r"(?ix)^(
      (with\ )?(very\ )?(kind(est)?|best|warm(est)?|many)?\ ?(regards|wishes)(\ to\ (you\ )?all)?
      |best|kindest|kr|rgds|yours|yours\ (sincerely|faithfully|truly)|sincerely|faithfully|cheers|all\ the\ best|take\ care
      |(many\ |kind\ )?thanks(\ (again|so\ much|a\ lot|in\ advance|and\ (kind|best)\ (regards|wishes)))?|thank\ you(\ (again|very\ much))?|with\ (many\ )?thanks|ta
      |cofion(\ (gorau|cynnes|caredig|gynnes))?|diolch(\ (yn\ fawr|o\ galon|eto))?|(gyda\ )?(llawer\ o\ )?ddiolch|gyda\ diolch|dymuniadau\ gorau|pob\ hwyl|hwyl(\ am\ y\ tro)?|yn\ (gywir|ddiffuant)|yr\ eiddoch\ yn\ (gywir|ddiffuant)|cofion\ gorau\ /\ kind\ regards
      |mit\ freundlichen\ grüßen|cordialement|saludos
    )\s*[,.!]?\s*(\p{Lu}[\p{L}'’-]*\.?(\ \p{Lu}[\p{L}'’-]*\.?){0,3})?$"
);
pattern!(
    CONTACT,
    r"(?ix)
      (\+\d{2}|\b0|\(0)[\d\ ()\u{a0}.-]{8,}\d
      |\b(tel|telephone|phone|mob|mobile|ffôn|ext|extension|est|fax)\b\s*[.:]?\s*\+?\(?\d
      |[\w.+-]+@[\w-]+\.[\w.-]+
      |\bwww\.|https?://
      |\b[A-Z]{1,2}\d[A-Z\d]?\ \d[A-Z]{2}\b"
);
pattern!(
    OFFICE,
    r"(?ix)\b(
      teacher|head(teacher|master|mistress)?|deputy|assistant|principal|co-?ordinator|manager|administrator|officer|secretary|bursar
      |tutor|senco|sendco|dsl|technician|librarian|receptionist|governor|clerk|director|leader|lead|mentor|caretaker|counsellor|nurse
      |lecturer|instructor|trainee|chair|pa\ to|department|faculty|office
      |athro|athrawes|pennaeth|dirprwy|cydlynydd|rheolwr|swyddog|ysgrifenyddes|tiwtor|llyfrgellydd|arweinydd|cyfarwyddwr|adran
      |school|college|academy|trust|primary|ysgol|coleg|street|road|lane|avenue|heol|stryd|ffordd|lôn
    )\b"
);
pattern!(
    URL_ONLY,
    r"(?i)^[<\[(]?(https?://|www\.)\S+$|^(follow|like|find|visit) us (on|at)\b|^dilynwch ni\b"
);
pattern!(
    HOURS,
    r"(?i)^(my |please note (that )?(my |I ))?(normal )?(work(ing)?|office) (days|hours|pattern)\b|^I (normally )?(only )?work (on )?(mon|tue|wed|thu|fri|part|flexib|term)|^oriau gwaith|^rwy'n gweithio|^please note (that )?I (only )?work"
);
pattern!(AFTERWORD, r"(?i)^(p\.?\s?s\.?|n\.?\s?b\.?|o\.?\s?n\.?)\b\W");
pattern!(
    CLIENT,
    r"(?ix)^(\W{0,3})(
      (sent|get|download)\ (from\ )?(my\ )?(mail|yahoo|outlook|samsung|iphone|ipad|ipod|android|galaxy|blackberry|huawei|nokia|windows|mobile|phone|gmail|htc|sony|xperia|pixel|proton|bt|tablet|surface)\b.{0,100}
      |sent\ (via|using|by|on\ the\ go)\ .{0,80}
      |sent\ from\ .{0,40}(device|smartphone|handset|phone|tablet)\W*
      |sent\ with\ proton\ mail.{0,60}
      |anfonwyd\ o('m|r|\ fy|'r)?\ .{0,60}
      |envoyé\ de(puis)?\ mon\ .{0,40}|von\ meinem\ .{1,40}\ gesendet|gesendet\ von\ .{0,40}|enviado\ desde\ mi\ .{0,40}|verzonden\ vanaf\ mijn\ .{0,40}|wysłane\ z\ .{0,40}
      |yahoo\ mail:\ .{0,80}|this\ email\ was\ sent\ from\ (my\ )?.{0,40}(phone|ipad|device)\W*
    )$"
);
