//! A trust of 100,000 people: time and memory.

use std::time::Duration;

use beadle::mail::Address;
use beadle::school::{CalendarTable, Directory, PrivateKey, Roles, School, SchoolTable};
use chrono::NaiveDate;

const PEOPLE: usize = 100_000;

/// What a debug build may take for what is stated of a release build.
const SLOWER: u128 = if cfg!(debug_assertions) { 15 } else { 1 };

fn first(number: usize) -> &'static str {
    ["Olivia", "Muhammad", "Jayden", "Zuzanna", "Oluwaseun", "Ffion", "Aoife", "Karen", "David", "Lily-Mae"]
        [number % 10]
}

fn last(number: usize) -> String {
    let part = |number: usize| {
        ["ba", "ker", "ton", "wick", "ley", "shaw", "ford", "mar", "ash", "dene"][number % 10]
    };
    format!("{}{}{}", part(number / 7), part(number / 70), part(number / 700))
}

/// A people.csv with a private address, children and form for whoever has them.
fn people() -> String {
    let mut csv = String::from("role,name,address,private,form,adult-from,children,hours\n");
    for number in 0..PEOPLE {
        let (first, last) = (first(number / 3), last(number));
        match number % 20 {
            0..9 => {
                csv += &format!(
                    "pupil,{first} {last},{number}{last}@pupils.school{}.example,{first}.{number}@gmail.example,9H,2030-01-01,,\n",
                    number % 40
                );
            }
            9..19 => {
                let child = number - 9;
                csv += &format!(
                    "parent,{first} {last},{first}.{last}{number}@outlook.example,,,,{child}{}@pupils.school{}.example,\n",
                    self::last(child),
                    child % 40
                );
            }
            _ => {
                csv += &format!(
                    "staff,{first} {last},{first}.{last}{number}@school{}.example,,,,,mon-wed 07:30-15:00\n",
                    number % 40
                )
            }
        }
    }
    csv
}

/// The memory of this process in bytes, as Linux counts it.
fn resident() -> usize {
    let status = std::fs::read_to_string("/proc/self/statm").unwrap();
    status.split_whitespace().nth(1).unwrap().parse::<usize>().unwrap() * 4096
}

/// The time that this thread has had a processor, whatever else the machine does.
fn busy() -> Duration {
    let status = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    Duration::from_nanos(status.split_whitespace().next().unwrap().parse().unwrap())
}

#[test]
#[cfg(target_os = "linux")]
fn a_hundred_thousand_people_load_in_two_seconds_and_a_hundred_megabytes() {
    let csv = people();
    let before = resident();
    let start = busy();
    let directory = Directory::parse(Some(("people.csv", &csv)), None, &PrivateKey::new([7; 32])).unwrap();
    let took = busy() - start;
    let taken = resident().saturating_sub(before);
    println!("{PEOPLE} people: {took:?}, {} MB", taken / 1_000_000);
    assert_eq!(directory.persons().len(), PEOPLE);
    assert!(taken < 100_000_000, "{taken} bytes");
    assert!(took.as_millis() < 2_000 * SLOWER, "{took:?}");

    let school = School::new(SchoolTable::default(), CalendarTable::default(), Roles::new(), directory);
    let date = NaiveDate::from_ymd_opt(2026, 11, 24).unwrap();
    let rounds = 200;
    let start = busy();
    for number in 0..rounds {
        let address =
            Address::parse(&format!("{}.{}12@gmail.example", first(number / 3), last(number))).unwrap();
        let _ = school.likeness(&address, "", date);
        let initial =
            Address::parse(&format!("{}{}12@gmail.example", &first(number / 3)[..1], last(number))).unwrap();
        let _ = school.likeness(&initial, "", date);
        let alone = Address::parse(&format!("{}12@gmail.example", first(number / 3))).unwrap();
        let _ = school.likeness(&alone, "Muhammad", date);
    }
    let each = (busy() - start).as_micros() / (3 * rounds as u128);
    println!("a guess takes {each} µs");
    assert!(each < 1_000 * SLOWER, "{each} µs");
}
