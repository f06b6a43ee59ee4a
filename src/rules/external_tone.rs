//! An informal or rude tone in mail to people outside the school.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::ops::Range;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use super::parties::{self, Standing};
use super::words::{self, Lexicon, Numbers, Shape, Stretch};
use crate::mail::{Address, Submission};
use crate::policy::{Action, Findings, Guard, Rule, Span, rule};
use crate::school::{Audience as Reader, GroupKind, School};

rule! {
    /// Flags mail by staff to parents, pupils, professionals or contractors whose own text shows
    /// several markers of an informal or rude tone.
    ///
    /// ## Why
    /// A message from the school's address speaks for the school. "U still coming tmrw or wot?"
    /// and "This is a total joke, sort it out!!!" are kept by those who get them.
    ///
    /// ## How it weighs
    /// Each marker counts once, however often it stands in the message: telephone spelling and
    /// slang weigh 1, a light word such as "hiya" or "cheers" a half, and less the longer the
    /// message is, contempt and blame 1.5, a plain insult 2, an obscene word 3; runs of marks,
    /// capitals, kisses, emoji and stretched words between a half and 1.5. The score of a message
    /// is W / (W + 2), where W is the sum: 0 is none, 0.5 is the bar of two markers.
    ///
    /// ## What passes
    /// - Warm, plain, blunt, sad or cheerful mail; one light word or one slip.
    /// - What others said: text in quotation marks, what follows "he shouted" or "called her",
    ///   turns of a dialogue, and paragraphs about slang, swearing or set texts.
    /// - Quoted and forwarded text, signatures, Welsh and every language but English.
    /// - A smiley or a run of exclamation marks by those who teach the youngest.
    /// - Mail to staff and governors alone, and to union, HR, complaints and the like.
    ///
    /// ## Options
    /// - `audience`: `external` reads mail with at least one reader outside the staff; `anyone`
    ///   reads internal mail too.
    /// - `min-markers`: how many markers of weight 1 are too many.
    /// - `hold-on`: what is held whatever the table's action: `profanity`, an obscene word in the
    ///   sender's own text, also lightly masked. `[]` switches that off.
    /// - `early-years-leniency`: whether smileys and exclamation marks pass in mail of Nursery,
    ///   Reception and Years 1 and 2.
    ExternalTone {
        name: "external-tone",
        clauses: [
            "000-004", "000-012", "000-018", "000-079", "001-10", "001-11", "002-11", "002-37", "003-22",
            "003-36", "004-07", "004-34", "004-37", "004-73",
        ],
        clause: "Digital Communications 3.2, To Parents",
        action: Warn,
        evidence: Lexical,
        reviewer: "headteacher",
        guards: [Guard::AutomaticMail, Guard::ProtectedChannel],
        since: "0.1.0",
    }
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct ExternalTone {
    audience: Audience,
    min_markers: NonZeroUsize,
    hold_on: Vec<Severe>,
    early_years_leniency: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
enum Audience {
    External,
    Anyone,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
enum Severe {
    Profanity,
}

impl Default for ExternalTone {
    fn default() -> Self {
        Self {
            audience: Audience::External,
            min_markers: NonZeroUsize::MIN.saturating_add(1),
            hold_on: vec![Severe::Profanity],
            early_years_leniency: true,
        }
    }
}

static LIST: LazyLock<Lexicon> = LazyLock::new(|| Lexicon::read(include_str!("words/informal.en.txt")));

/// The score is a half where the markers weigh as much as this.
const BAR: f64 = 2.0;

/// Light words count in full up to so many words; spread thinner they count for less.
const SHORT: f64 = 100.0;

impl Rule for ExternalTone {
    fn check(&self, mail: &Submission, school: &School, findings: &mut Findings) {
        let Some(sender) = school.sender(mail) else { return };
        let bound = parties::standing(school, &sender) != Standing::NotStaff
            || school.audience(&sender) == Reader::Governor;
        let outsiders = has_outsiders(mail, school, &sender);
        if !bound || !(outsiders || self.audience == Audience::Anyone) {
            return;
        }
        let lenient = self.early_years_leniency && teaches_the_youngest(mail, school, &sender);
        let tone = Tone::of(&words::own(mail), lenient);
        let weight = tone.weight();
        findings.score(weight / (weight + BAR));
        if weight < self.min_markers.get() as f64 {
            return;
        }
        let expressions = match tone.markers.len() {
            1 => "1 expression".to_owned(),
            several => format!("{several} expressions"),
        };
        let readers = if outsiders { " to people outside the school" } else { "" };
        let message = format!("{expressions} may read as informal or rude{readers}");
        let profane = tone.markers.values().any(|it| it.class == "profanity");
        let finding = findings.add(message);
        finding.at_all(tone.into_spans()).help("write it as you would on the school's headed paper");
        if profane && self.hold_on.contains(&Severe::Profanity) {
            finding.at_least(Action::Hold);
        }
    }
}

/// Tells whether anyone outside the staff and the governors gets the message.
fn has_outsiders(mail: &Submission, school: &School, sender: &Address) -> bool {
    let outsider = |it: &Address| match school.audience(it) {
        Reader::Staff | Reader::Governor | Reader::OtherInside | Reader::Group(_) => false,
        // Where no domain is known to be the school's, the sender's is.
        Reader::Outside => school.is_known() || it.domain() != sender.domain(),
        Reader::Pupil | Reader::Parent | Reader::Agency | Reader::FormerPupil | Reader::Trusted => true,
    };
    let reached = school.expand(mail.recipients());
    reached.addresses.iter().any(|it| outsider(it))
        || reached.groups.iter().any(|it| matches!(it.kind, GroupKind::Class | GroupKind::Parents))
}

/// Tells whether the sender, or the message, is of Nursery, Reception, Year 1 or Year 2.
fn teaches_the_youngest(mail: &Submission, school: &School, sender: &Address) -> bool {
    const YOUNGEST: [&str; 8] =
        ["reception", "nursery", "early years", "eyfs", "foundation stage", "infants", "year 1", "year 2"];
    let speaks_of_them = |text: &str| {
        let folded = words::fold(text, Numbers::Kept).text;
        let padded = format!(" {folded} ");
        YOUNGEST.iter().any(|it| padded.contains(&format!(" {it} ")))
            // The reception desk is where visitors sign in.
            && !["at reception", "main reception", "reception desk"].iter().any(|it| padded.contains(it))
    };
    let person = school.person(sender);
    let taught = person.is_some_and(|it| is_youngest_form(&it.form) || it.has_tag("early-years"));
    taught || words::own(mail).iter().any(|it| speaks_of_them(&it.text))
}

/// Tells whether a form such as `RH`, `Nursery`, `Year 1` or `2B` is one of the youngest.
fn is_youngest_form(form: &str) -> bool {
    let form = form.trim().to_lowercase();
    let year = form.trim_start_matches("year ");
    let number = year.find(|it: char| !it.is_ascii_digit()).map_or(year, |end| &year[..end]);
    let named = ["reception", "nursery", "eyfs", "early"].iter().any(|it| form.starts_with(it));
    let short = form.len() <= 3 && form.starts_with(['r', 'n']);
    named || short || matches!(number, "1" | "2")
}

/// What makes two signs the same marker.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Entry(usize),
    Marks,
    Smileys,
    Other(Shape),
}

struct Marker {
    class: &'static str,
    weight: f64,
    span: Span,
}

/// The markers of a message, each once.
#[derive(Default)]
struct Tone {
    markers: BTreeMap<Key, Marker>,
    words: usize,
}

impl Tone {
    fn of(stretches: &[Stretch<'_>], lenient: bool) -> Self {
        let mut tone = Self::default();
        for stretch in stretches {
            let folded = words::fold(&stretch.text, Numbers::Kept);
            tone.words += folded.count();
            let quoted = words::quoted(&stretch.text);
            let is_quoted = |place: &Range<usize>| {
                let next = quoted.partition_point(|it| it.end < place.end);
                quoted.get(next).is_some_and(|it| it.start <= place.start)
            };
            let hits = words::by_the_author(LIST.hits(&stretch.text, &folded), &stretch.text, &folded);
            for hit in hits.iter().filter(|it| !is_quoted(&it.origin)) {
                tone.add(Key::Entry(hit.entry), hit.class, hit.weight, stretch, &hit.origin);
            }
            for mark in words::marks(&stretch.text, &folded).iter().filter(|it| !is_quoted(&it.origin)) {
                let (key, weight) = weigh(mark.shape);
                if !(lenient && matches!(key, Key::Marks | Key::Smileys)) {
                    tone.add(key, if weight < 1.0 { "light" } else { "mark" }, weight, stretch, &mark.origin);
                }
            }
        }
        tone
    }

    fn add(
        &mut self,
        key: Key,
        class: &'static str,
        weight: f64,
        stretch: &Stretch<'_>,
        place: &Range<usize>,
    ) {
        let known = self.markers.get(&key).map_or(0.0, |it| it.weight);
        if known < weight {
            self.markers.insert(key, Marker { class, weight, span: stretch.span(place) });
        }
    }

    fn weight(&self) -> f64 {
        let light = |it: &&Marker| it.class == "light";
        let sum = |it: f64, marker: &Marker| it + marker.weight;
        let lights: f64 = self.markers.values().filter(light).fold(0.0, sum);
        let others: f64 = self.markers.values().filter(|it| !light(it)).fold(0.0, sum);
        others + lights * (SHORT / self.words.max(1) as f64).min(1.0)
    }

    fn into_spans(self) -> Vec<Span> {
        let mut spans: Vec<Span> = self.markers.into_values().map(|it| it.span).collect();
        spans.sort_by(|a, b| (&a.part, a.start).cmp(&(&b.part, b.start)));
        spans
    }
}

fn weigh(shape: Shape) -> (Key, f64) {
    match shape {
        Shape::Doubled => (Key::Marks, 0.5),
        Shape::Repeated => (Key::Marks, 1.0),
        Shape::Smiley => (Key::Smileys, 0.5),
        Shape::Smileys => (Key::Smileys, 1.0),
        Shape::Emphasis | Shape::Clipped => (Key::Other(shape), 0.5),
        Shape::Kisses | Shape::Stretched => (Key::Other(shape), 1.0),
        Shape::Shouting => (Key::Other(shape), 1.5),
    }
}
