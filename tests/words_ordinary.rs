//! The word rules against ordinary mail of a school: at most one finding in two hundred messages.

use std::path::Path;

use beadle::lint::inspect;
use beadle::load::load;
use beadle::mail::{self, Envelope, Message, Submission};

const OPENINGS: &[&str] = &[
    "Dear Mrs Roberts,",
    "Dear Kirsty,",
    "Hi Kirsty,",
    "Hello Mr Croft,",
    "Good morning,",
    "Dear all,",
    "Dear Parents and Carers,",
    "Dear Sir or Madam,",
    "Hi all,",
    "Morning Dave,",
    "Dear colleague,",
    "Hi there,",
];

/// What staff write about, each as it might stand in any message.
const SENTENCES: &[&str] = &[
    "Thank you for your email about the trip.",
    "Please return the form to the office by Friday.",
    "Jayden has had a good week and should be pleased with his work in science.",
    "I am sorry to say that he was involved in a disagreement at break.",
    "We will look into what happened and ring you before the end of the day.",
    "The coach leaves at 7.30 sharp, so please don't be late!",
    "Pupils need a packed lunch, a waterproof coat and sensible shoes.",
    "Could you let me know ASAP whether you can still do Thursday?",
    "The invoice does not match the order, and we cannot pay it until it does.",
    "I would be grateful for a revised quotation.",
    "Well done to everyone who took part in the concert. It was wonderful!",
    "She has been a little quiet this week and I wondered whether anything is worrying her.",
    "We cannot accept work after the deadline, as the board does not allow it.",
    "His attendance has fallen to 84 per cent and this is now affecting his progress.",
    "The toilets in C block are out of order again.",
    "Please could your engineer call before eight, when the pupils arrive?",
    "Any problems, just give me a ring on 01632 960100.",
    "No problem at all, we can move it to next week.",
    "I'm afraid that we have no more places on the ski trip.",
    "The governors will meet on 4 June to consider the matter.",
    "Good luck to Year 11, who begin their exams on Monday.",
    "We have had a report of unkind messages between pupils and are looking into it.",
    "He used inappropriate language towards a member of staff and will be in isolation tomorrow.",
    "The behaviour policy is on our website.",
    "Please remember that phones must be switched off and out of sight.",
    "Thanks so much for the lovely card.",
    "Lost property will be given to charity at the end of term.",
    "The fire drill went well and the building was empty in four minutes.",
    "I have attached the risk assessment and the itinerary.",
    "We are short of volunteers for the summer fair, so do come and help if you can.",
    "The library is now open until five.",
    "There was a theft from a car in the lane last night, and the police have been told.",
    "Year 8 will have their vaccinations on Tuesday; the nurse has sent a form home.",
    "The mark stands, and I have explained the reasons below.",
    "I do understand how frustrating this must be for you.",
    "It is important that she wears her glasses in every lesson.",
    "Please ignore my last message, which had the wrong date.",
    "Six of the chairs arrived broken and need to be collected.",
    "The set text this term is A Christmas Carol.",
    "We raised £1,204 for the hospice. Thank you!",
    "Football practice is off tonight because the pitch is frozen.",
    "Your concerns have been passed on to the head of year.",
    "We ask all visitors to sign in at reception.",
    "I look forward to meeting you on the 14th.",
    "Could you tell me which of the two rooms you would prefer?",
    "As agreed, we will review the plan in six weeks' time.",
    "Ben forgot his PE kit today but was able to borrow some.",
    "The results are disappointing and we must learn from them.",
    "She was upset by what was said, and her friends looked after her.",
    "The supplier has let us down twice, so we are looking for another.",
    "Nobody was hurt, but the window will need to be replaced.",
    "Please note that the car park is closed on Wednesday.",
    "Just a quick reminder about parents' evening on Thursday.",
    "Yes, that would be great, thank you.",
    "We have sorted out the timetable and copies go home tomorrow.",
    "All pupils must be collected by 3.30 from the main gate.",
    "I must insist that the fence is made safe today.",
    "The dog that comes in to hear children read is called Biscuit.",
    "The exam board has changed the date of paper 2.",
    "Please pass this on to anyone who helps at the club.",
    "Do let me know if you have any questions.",
    "The school has won a grant from the lottery for the garden.",
    "He is mad about dinosaurs and told us everything there is to know about them.",
    "The joke competition was won by a pupil in Year 5.",
    "Rubbish has been left behind the bins, and it attracts rats.",
    "I am not able to discuss another pupil with you.",
    "We would like to hear your views before the end of the month.",
    "It rained all day, and they still loved every minute.",
    "Apologies for the short notice.",
    "You will find the dates for the whole year in the newsletter.",
];

const CLOSINGS: &[&str] = &[
    "Kind regards,\nG Hughes",
    "Best wishes,\nGareth",
    "Many thanks,\nGareth Hughes",
    "Yours sincerely,\nG. Hughes",
    "Thanks,\nGareth",
    "With best wishes\nMr Hughes",
    "Regards\nGH",
    "See you then,\nGareth",
    "Cheers,\nGareth",
    "",
];

const RECIPIENTS: &[&str] = &[
    "k.roberts@freemail.example",
    "dave@croftroofing.example",
    "year7-parents@oakmere.example",
    "jayden.roberts@pupils.oakmere.example",
    "all-staff@oakmere.example",
    "desk@social-care.example",
];

/// Numbers that are the same in every run (Knuth's MMIX generator).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % bound
    }

    fn pick<'a>(&mut self, items: &[&'a str]) -> &'a str {
        items[self.below(items.len())]
    }
}

fn message(numbers: &mut Numbers) -> (String, Submission) {
    let count = 1 + numbers.below(12);
    let mut body = format!("{}\n\n", numbers.pick(OPENINGS));
    for at in 0..count {
        body.push_str(numbers.pick(SENTENCES));
        body.push_str(if at % 3 == 2 { "\n\n" } else { " " });
    }
    body.push_str("\n\n");
    body.push_str(numbers.pick(CLOSINGS));
    let recipient = numbers.pick(RECIPIENTS);
    let raw = format!(
        "From: Gareth Hughes <g.hughes@oakmere.example>\nTo: {recipient}\nSubject: News\nDate: Tue, 24 Nov 2026 12:05:00 +0000\nContent-Type: text/plain; charset=utf-8\n\n{body}\n",
    );
    let path = |it: &str| mail::Path::new(it.as_bytes());
    let envelope = Envelope { sender: path("g.hughes@oakmere.example"), recipients: vec![path(recipient)] };
    let message = Message::parse(raw.into_bytes());
    let at = message.date().map(|it| it.to_utc());
    (body, Submission::new(envelope, message, None, at))
}

#[test]
fn ordinary_mail_is_left_alone() {
    const MESSAGES: usize = 1_000;
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/rules/rules.toml");
    let loaded = load(Some(&path), None).unwrap_or_else(|error| panic!("{error}"));
    let mut numbers = Numbers(2_026);
    let mut flagged = Vec::new();
    for _ in 0..MESSAGES {
        let (body, mail) = message(&mut numbers);
        let inspection = inspect(&loaded.policy, &loaded.school, &mail);
        for finding in
            inspection.findings.iter().filter(|it| ["external-tone", "chain-mail"].contains(&it.rule))
        {
            flagged.push(format!("{} {:?}\n{body}", finding.rule, finding.spans));
        }
        // The rules were run: each has weighed the message, for all but mail to staff.
        assert!(inspection.scores.iter().any(|(rule, _)| *rule == "chain-mail"));
    }
    println!("{} of {MESSAGES} messages flagged", flagged.len());
    assert!(flagged.len() * 200 <= MESSAGES, "{} flagged:\n{}", flagged.len(), flagged.join("\n---\n"));
}
