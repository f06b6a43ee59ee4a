//! Ordinary business and school mail, made from a seed: full of figures, and of talk about
//! identifiers, without one in it but genuine telephone numbers and addresses, which are marked.

/// A generator of numbers whose results never change (xorshift64*).
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) % bound
    }

    pub fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.below(of.len() as u64) as usize]
    }

    pub fn digits(&mut self, count: usize) -> String {
        (0..count).map(|_| char::from(b'0' + self.below(10) as u8)).collect()
    }

    pub fn between(&mut self, first: u64, last: u64) -> u64 {
        first + self.below(last - first + 1)
    }
}

const GREETINGS: &[&str] = &[
    "Hi {name},",
    "Dear all,",
    "Morning {name}",
    "Dear {name} {surname},",
    "Team,",
    "Hello,",
    "Good afternoon",
];

const PARAGRAPHS: &[&str] = &[
    "Your order {d10} has shipped. Tracking number {d10}, expected {date}.",
    "Invoice INV-{d6} dated {date} for £{d4}.{d2} is attached; our VAT number is GB {d9}.",
    "Please call our New York office on {us} or {us} after {time} your time.",
    "The US team: {us}, {us}, {us}, {us}. Ask for {name}.",
    "Contacts in Boston\n{name} {surname} {us}\n{name} {surname} {us}\n{name} {surname} {us}\n{name} {surname} {us}\n{name} {surname} {us}",
    "Extensions:\n{name}\t{d4}\n{name}\t{d4}\n{name}\t{d4}\n{name}\t{d4}",
    "Textbook list: {isbn}, {isbn} and {isbn}. Class sets of {d2}.",
    "ISBN {d10} (old edition) is replaced by {isbn}.",
    "Centre {d5}, candidate {d4}: the script for paper {d4}/{d1} is missing.",
    "Candidates\n{d4} {name} {surname}\n{d4} {name} {surname}\n{d4} {name} {surname}",
    "Room changes on {day}: {class} from {room} to {room}, {class} from {room} to {room}.",
    "{day}\tP1\t{room} {class}\tP2\t{room} {class}\n{day}\tP1\t{room} {class}\tP2\t{room} {class}\n{day}\tP1\t{room} {class}\tP2\t{room} {class}",
    "U13 {d1}-{d1}, U14 {d1}-{d1}, U15 {d2}-{d2}. The relay team ran {d2}.{d2} seconds.",
    "Gas meter {d4} {d4} reads {d5}. Electricity MPAN {d2} {d4} {d4} {d3}, reading {d6}.",
    "Part number {letters}{d6}{letter}, quantity {d2}, drawing {d4}-{d4}-{d2} rev {letter}.",
    "Spare parts: {letters} {d2} {d2} {d2}, {letters}{d6}, {letter}{d12} and {letter}{d1} {d1}{letters}.",
    "Coordinates for the coach: 5{d1}.{d6}, -{d1}.{d6}. Grid reference {letters} {d3} {d3}.",
    "SIMS reference {d6}, ticket #{d7}. I have logged it again as case {d10}.",
    "Server log: {d10} {d10} {d10} requests, build {d10}, up {d6} seconds.",
    "Unix times in the export: {d10}, {d10}, {d10}.",
    "Results\nid,score,time\n{d10},{d2},{d5}\n{d10},{d2},{d5}\n{d10},{d2},{d5}\n{d10},{d2},{d5}",
    "Your password expires in {d1} days. Please change it at https://portal.oakfield.example/reset?id={d10}.",
    "Please do not share your password or your PIN with anybody.",
    "I have forgotten my password again, could you reset it before {time}?",
    "Password: see separate letter.",
    "The password for the file will follow in a separate email.",
    "Passwords must have at least {d2} characters, and your PIN is never sent by email.",
    "The new gate code will be handed out by the site team on {day}.",
    "The alarm code has changed; ask {name} at reception.",
    "Log in with your usual username and password at {time}.",
    "Username: <firstname.surname>\nPassword: <your usual password>",
    "Password reset complete. If this was not you, ring {uk}.",
    "Join Zoom Meeting\nMeeting ID: {d3} {d4} {d4}\nPasscode: {d6}",
    "Microsoft Teams meeting\nMeeting ID: {d3} {d3} {d3} {d2}\nPasscode: aB{d1}dE{d1}",
    "The Wi-Fi password is on the board in {room}.",
    "Door code wanted: nobody knows the one for {room}. Is it the same as last year?",
    "The pin in connector {d1} is bent, and pin {d2} is missing.",
    "The code of conduct, section {d1}.{d1}, was last reviewed on {date}.",
    "Use discount code SAVE{d2} on orders over £{d3}. Course code {d4}, cost code {d4}-{d3}.",
    "We need every pupil's date of birth for the passports. We travel on {date} and return on {date}.",
    "Please check your NHS appointment letter. Our American insurer is on {us}.",
    "The school nurse from the NHS trust visits on {date} at {time} in {room}.",
    "Ask parents for the NHS number where it is missing. Return the {d2} forms by {date}.",
    "The UPN column is empty for {d2} pupils, see row {d4} of the export.",
    "National insurance rates change on {date}; payroll run {d6} is not affected.",
    "New starter {name} {surname} begins on {date}. Please order a laptop, asset tag {d6}.",
    "Our account with you is {d8}, the invoice of {dashdate} is still open.",
    "Please quote account number {d8} and reference {d6} on all letters.",
    "Bank holiday {date}: the account office is closed. Statement {d8} of {dashdate} follows.",
    "Birthday cakes: {name}'s party is on {date} in {room}.",
    "Born in Leeds, the poet moved to York; our visit is on {date}.",
    "Fixtures\n{date} {time} home\n{date} {time} away\n{date} {time} home",
    "Parents' evening: {time}, {time}, {time} and {time} are left.",
    "Library card {d14} and gift card {d4} {d4} {d4} {d4} were handed in.",
    "Parcel {letters} {d4} {d4} {d1}GB and DPD {d14} are at reception.",
    "Serial {d16}, model {letters}-{d4}, IMEI {d15}.",
    "Photocopier counts: {d6}, {d7} and {d8}. Toner {letters}-{d4}{letter}.",
    "Firmware {d1}.{d2}.{d3}.{d1} fixes the login page on {d2}.{d2}.{d3}.{d3}.",
    "Budget: {d5} for books, {d6} for staffing, {d4} left, cost centre {d8}.",
    "The answer to question {d1} is {d3}, to question {d2} it is {d4}.",
    "Year {d1} averaged {d2}.{d1}%, up from {d2}.{d1}% on {date}.",
    "Barcodes 50{d11} and 978{d10} do not scan.",
    "Minibus {letters}{d2} {letters}{letter} has done {d6} miles, MOT due {date}.",
    "Our fax is {us}, the French school answers at +33 1 {d2} {d2} {d2} {d2}, the German one at +49 30 {d7}.",
    "Token ring networks came before Ethernet: see pages {d3} to {d3}, key stage {d1}.",
    "Card sort activity: {d2} cards a table. The visa for the exchange takes {d2} days.",
    "Membership {d10}, voucher {d4}-{d4}-{d4}-{d4}, valid until {date}.",
    "Key: {d1} = secure, {d1} = developing. The combination of maths and art is new.",
    "Spelling test: memorable, security, password, combination, account.",
    "The trip costs £{d3}.{d2}; pay by {date} with reference TRIP{d4}.",
    "Insurance policy {d8}/{d2}, claim {d10}, excess £{d3}.",
    "Please read pages {d3}-{d3}, then {d4} words on Act {d1} by {date}.",
    "Attendance codes for {date}: / {d3}, N {d2}, L {d2}. Session {d2}-{d2}-{d2}.",
    "Ring me on {uk} or drop in to {room}.",
    "The coach firm is at {address}, telephone {uk}.",
];

const CLOSINGS: &[&str] = &[
    "Thanks\n{name}",
    "Best wishes,\n{name} {surname}\nHead of Year {d1}",
    "Kind regards\n{name} {surname}\nOakfield School, {address}\nTel: {uk}",
    "Regards,\n{name}\nExt {d4}",
    "{name} {surname} | Finance | {uk} | www.oakfield.example/{d6}",
    "Cheers",
];

/// One mail of one to four paragraphs, marked as the files are.
pub fn ordinary(random: &mut Random) -> String {
    let count = random.between(1, 4);
    let mut mail = fill(random.one(GREETINGS), random);
    for _ in 0..count {
        mail.push_str("\n\n");
        mail.push_str(&fill(random.one(PARAGRAPHS), random));
    }
    mail.push_str("\n\n");
    mail.push_str(&fill(random.one(CLOSINGS), random));
    mail
}

/// A template with every `{name}` filled in.
fn fill(template: &str, random: &mut Random) -> String {
    let mut filled = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}').expect("a closed brace");
        filled.push_str(before);
        filled.push_str(&value(name, random));
        rest = after;
    }
    filled + rest
}

fn value(name: &str, random: &mut Random) -> String {
    const LETTERS: &[&str] =
        &["A", "B", "C", "E", "G", "H", "J", "K", "L", "M", "N", "P", "R", "S", "T", "W", "X", "Y", "Z"];
    if let Some(count) = name.strip_prefix('d').and_then(|it| it.parse().ok()) {
        return random.digits(count);
    }
    let day = random.between(1, 28);
    let month = random.between(1, 12);
    let year = random.between(2019, 2027);
    match name {
        "name" => random
            .one(&["Ada", "Ben", "Carys", "Dev", "Ffion", "George", "Hana", "Imran", "Jo", "April", "May"])
            .into(),
        "surname" => random
            .one(&["Penn", "Rees", "Okoro", "Patel", "Marlow", "Hughes", "Novak", "Street", "Lane"])
            .into(),
        "day" => random.one(&["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"]).into(),
        "time" => random.one(&["09:00", "0830", "4pm", "15.45", "12:15", "1730", "8.30am"]).into(),
        "room" => {
            format!("{}{}", random.one(&["M", "S", "E", "B", "W", "N", "L", "G"]), random.between(1, 20))
        }
        "class" => format!("{}{}{}", random.between(7, 9), random.one(LETTERS), random.one(LETTERS)),
        "letter" => random.one(LETTERS).into(),
        "letters" => format!("{}{}", random.one(LETTERS), random.one(LETTERS)),
        "date" => match random.below(4) {
            0 => format!("{day:02}/{month:02}/{year}"),
            1 => format!("{year}-{month:02}-{day:02}"),
            2 => format!("{day} {} {year}", random.one(&["January", "March", "May", "Sept", "December"])),
            _ => format!("{day}.{month}.{:02}", year % 100),
        },
        "dashdate" => format!("{day:02}-{month:02}-{:02}", year % 100),
        "us" => {
            let (area, exchange, line) =
                (random.between(201, 989), random.between(200, 999), random.digits(4));
            match random.below(4) {
                0 => format!("({area}) {exchange}-{line}"),
                1 => format!("{area}-{exchange}-{line}"),
                2 => format!("{area}.{exchange}.{line}"),
                _ => format!("{area} {exchange} {line}"),
            }
        }
        "isbn" => {
            format!("978-{}-{}-{}-{}", random.digits(1), random.digits(2), random.digits(6), random.digits(1))
        }
        "uk" => match random.below(4) {
            0 => format!("{{{{phone|01632 960{}}}}}", random.digits(3)),
            1 => format!("{{{{phone|020 7946 0{}}}}}", random.digits(3)),
            2 => format!("{{{{phone|+44 7700 900{}}}}}", random.digits(3)),
            _ => format!("{{{{phone|(0113) 496 0{}}}}}", random.digits(3)),
        },
        "address" => format!(
            "{} {} {}, Oakfield, {{{{postcode|{}}}}}",
            random.between(1, 99),
            random.one(&["Church", "Mill", "Larch"]),
            random.one(&["Road", "Lane", "Street"]),
            random.one(&["OX4 1AA", "BS35 2QX", "M1 1AE", "LE2 7FH"])
        ),
        _ => panic!("nothing fills `{name}`"),
    }
}
