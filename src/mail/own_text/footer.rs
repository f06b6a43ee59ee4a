//! Text that a system or a policy adds: disclaimers, banners, appeals to save paper.

use super::line::{Class, Line};

/// Two different signs make a paragraph a footer; one sure sign is enough by itself.
const ENOUGH: usize = 2;

/// Marks the paragraphs that no author types for one message.
pub(super) fn mark(text: &str, lines: &mut [Line]) {
    let mut at = 0;
    while at < lines.len() {
        let length = lines[at..].iter().take_while(|it| it.class == Class::Own).count();
        if length == 0 {
            at += 1;
            continue;
        }
        let paragraph = &text[lines[at].range.start..lines[at + length - 1].range.end];
        if is_footer(paragraph) {
            for line in &mut lines[at..at + length] {
                line.class = Class::Footer;
            }
        } else {
            for line in &mut lines[at..at + length] {
                if is_footer(&text[line.range.clone()]) {
                    line.class = Class::Footer;
                }
            }
        }
        at += length;
    }
}

fn is_footer(paragraph: &str) -> bool {
    // A wrapped phrase is still the phrase.
    let joined;
    let paragraph = if paragraph.contains('\n') {
        joined = paragraph.split_whitespace().collect::<Vec<_>>().join(" ");
        joined.as_str()
    } else {
        paragraph
    };
    if paragraph.len() < 20 {
        return false;
    }
    SURE.is_match(paragraph) || distinct_signs(paragraph) >= ENOUGH
}

fn distinct_signs(paragraph: &str) -> usize {
    SIGNS.matches(paragraph).iter().count()
}

pattern!(
    SURE,
    r"(?ix)
      (are|is)\ not\ the\ (intended|named)\ (recipient|addressee)
      |(intended|named)\ (recipient|addressee)\(s\)
      |please\ (think|consider\ the\ environment)\ before\ (you\ )?print
      |think\ before\ you\ print|save\ paper
      |consider\ the\ environment
      |(registered|reg(d|\.)?)\ charity\ (no|number)
      |meddyliwch\ (am\ yr\ amgylchedd\ )?cyn\ argraffu|ystyriwch\ yr\ amgylchedd
      |(nid\ chi|os\ nad\ chi)\ yw'?r\ derbynnydd
      |(this|the)\ (e-?mail|message)\ (has\ been\ sent|originated|came)\ from\ (outside|an\ external)
      |(e-?mail|message)\ (has\ been|was)\ scanned\ (for|by)
      |\[?external\ (e-?mail|sender)\]?\s*[:.-].{0,40}(click|links|attachments|caution|care)
    "
);

patterns!(
    SIGNS,
    r"(?i)intended (solely|only|exclusively) for|solely for the (use|attention)|for the (sole )?use of the|for the addressee only|wedi'i (b|f)wriadu (ar gyfer|i)",
    r"(?i)\bconfidential|\bcyfrinachol|\bgyfrinachol",
    r"(?i)legally privileged|\bprivileged\b|professional privilege",
    r"(?i)received (this|the) (e-?mail|message|communication|transmission)( \w+)? in error|in error|drwy gamgymeriad|trwy gamgymeriad",
    r"(?i)(notify|inform|contact|advise|tell) (the sender|us|the originator)|hysbysu'?r anfonwr|rhoi gwybod i'r anfonwr|cysylltwch â'r anfonwr",
    r"(?i)delete (it|this|the)( \w+)?|destroy (it|this|the|all)|permanently delete|dil(ë|e)wch|ei dileu",
    r"(?i)(views|opinions)( or opinions| and opinions)? .{0,60}(author|sender|necessarily|do not represent)|barn .{0,40}(awdur|anfonwr)",
    r"(?i)\bvirus(es)?\b|malicious (code|software)|\bmalware\b|\bfeirws|\bfirws",
    r"(?i)(no|not accept( any)?|any) (liability|responsibility)|cannot accept|atebolrwydd|cyfrifoldeb am",
    r"(?i)(unauthorised|unauthorized|any) (use|disclosure|copying|review|dissemination|distribution)|copying or distribution|disclose|datgelu",
    r"(?i)registered (in|office|company|address)|company (no|number|registration)|cofrestrwyd|rhif (elusen|cwmni)",
    r"(?i)freedom of information|data protection act|\bgdpr\b|privacy (notice|policy)|rhyddid gwybodaeth",
    r"(?i)(e-?mails?|messages?|communications?) (may be|are|is|will be) (monitored|recorded|intercepted|logged)|(monitor|record)s? (all )?(e-?mails?|communications?)",
    r"(?i)(do not|don't|never) click (on )?(any )?links|links or (open )?attachments|unless you (recognise|recognize|know|trust)",
    r"(?i)croesawu gohebiaeth|welcome (correspondence|communication)s? in welsh|correspond(ing|ence) in welsh|gohebiaeth (yn y )?gymraeg",
    r"(?i)academy trust|limited by guarantee|exempt charity"
);
