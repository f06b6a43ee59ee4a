//! How a spreadsheet shows a number: as it is, as a date, or in a mask of digits.
//!
//! Only what changes the meaning for a reader is kept to: a date of birth and a telephone number
//! are stored as numbers. Source: ECMA-376 part 1, 18.8.30 and 18.8.31.

use chrono::{Duration, NaiveDate, NaiveDateTime};

/// A number format as far as it is kept to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum NumberFormat {
    General,
    /// Days since an epoch, shown as a date, a time, or both.
    Time {
        date: bool,
        clock: bool,
    },
    /// Digits fill the zeros of a mask from the right: `00000 000000`.
    Mask(String),
    /// So many decimal places.
    Decimals(usize),
    Percent,
}

impl NumberFormat {
    /// A format that every workbook has without saying so.
    pub fn built_in(id: u32) -> Self {
        match id {
            1 | 3 | 37 | 38 => Self::Decimals(0),
            2 | 4 | 39 | 40 => Self::Decimals(2),
            9 | 10 => Self::Percent,
            14..=17 | 27..=31 | 36 | 50..=54 | 57 | 58 => Self::Time { date: true, clock: false },
            18..=21 | 32..=35 | 45..=47 => Self::Time { date: false, clock: true },
            22 => Self::Time { date: true, clock: true },
            _ => Self::General,
        }
    }

    /// Reads a format code such as `dd/mm/yyyy` or `00000\ 000000`; only its first section counts.
    pub fn parse(code: &str) -> Self {
        let (mut date, mut clock, mut percent, mut point, mut other) = (false, false, false, false, false);
        let mut minutes = false;
        let mut decimals = 0;
        let mut mask = String::new();
        let mut characters = code.chars().take(200);
        while let Some(it) = characters.next() {
            match it {
                ';' => break,
                '"' => mask.extend(characters.by_ref().take_while(|it| *it != '"')),
                '\\' => mask.extend(characters.next()),
                // Blanks as wide as another character, and filling.
                '_' | '*' => {
                    characters.next();
                }
                '[' => {
                    let inner: String = characters.by_ref().take_while(|it| *it != ']').collect();
                    clock |=
                        matches!(inner.to_ascii_lowercase().as_str(), "h" | "hh" | "m" | "mm" | "s" | "ss");
                }
                'd' | 'D' | 'y' | 'Y' => date = true,
                'h' | 'H' | 's' | 'S' => clock = true,
                'm' | 'M' => minutes = true,
                '%' => percent = true,
                '.' => point = true,
                '0' if point => decimals += 1,
                '0' | '#' => mask.push(it),
                ' ' | '-' | '/' | '(' | ')' | '+' => mask.push(it),
                ',' => other = true,
                _ => {}
            }
        }
        if date || clock || minutes {
            return Self::Time { date: date || minutes && !clock, clock };
        }
        let zeros = mask.chars().filter(|it| *it == '0').count();
        if percent {
            Self::Percent
        } else if point || other {
            Self::Decimals(decimals)
        } else if zeros > 1 {
            Self::Mask(mask)
        } else if zeros == 1 && mask.len() == 1 {
            Self::Decimals(0)
        } else {
            Self::General
        }
    }

    /// The number as a reader sees it; what is no number stays as it is.
    pub fn show(&self, value: &str, from_1904: bool) -> String {
        let value = value.trim();
        let Ok(number) = value.parse::<f64>() else { return value.to_owned() };
        let shown = match self {
            Self::General => None,
            Self::Time { date, clock } => moment(number, from_1904).map(|it| {
                let form = match (date, clock) {
                    (true, true) => "%d/%m/%Y %H:%M",
                    (false, true) => "%H:%M",
                    _ => "%d/%m/%Y",
                };
                it.format(form).to_string()
            }),
            Self::Mask(mask) => fill(mask, number),
            Self::Decimals(places) if number.abs() < 1e15 => Some(format!("{number:.places$}")),
            Self::Decimals(_) => None,
            Self::Percent => Some(format!("{}%", plain(number * 100.0))),
        };
        shown.unwrap_or_else(|| general(value, number))
    }
}

/// Digits stay as they were typed; a fraction is rounded as Excel rounds it.
fn general(value: &str, number: f64) -> String {
    if value.len() <= 20 && value.bytes().all(|it| it.is_ascii_digit()) {
        value.to_owned()
    } else {
        plain(number)
    }
}

fn plain(number: f64) -> String {
    if number == number.trunc() && number.abs() < 1e15 {
        return format!("{number:.0}");
    }
    let shown = format!("{number:.10}");
    if number.abs() >= 1e15 || number.abs() < 1e-9 {
        return number.to_string();
    }
    shown.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// A serial number of days; the fraction is the time of the day.
fn moment(serial: f64, from_1904: bool) -> Option<NaiveDateTime> {
    if !(0.0..2_958_466.0).contains(&serial) {
        return None;
    }
    let epoch = match (from_1904, serial < 60.0) {
        (true, _) => NaiveDate::from_ymd_opt(1904, 1, 1)?,
        // Excel takes 1900 for a leap year.
        (false, true) => NaiveDate::from_ymd_opt(1899, 12, 31)?,
        (false, false) => NaiveDate::from_ymd_opt(1899, 12, 30)?,
    };
    let seconds = (serial * 86_400.0).round();
    // The range above keeps this within an i64.
    epoch.and_hms_opt(0, 0, 0)?.checked_add_signed(Duration::seconds(seconds as i64))
}

fn fill(mask: &str, number: f64) -> Option<String> {
    if !(0.0..1e15).contains(&number) || number != number.trunc() {
        return None;
    }
    let digits = format!("{number:.0}");
    let mut left = digits.bytes().rev().map(char::from);
    let mut shown: Vec<char> = Vec::new();
    for it in mask.chars().rev() {
        match it {
            '0' => shown.push(left.next().unwrap_or('0')),
            '#' => shown.extend(left.next()),
            literal => shown.push(literal),
        }
    }
    // Digits for which the mask has no place stand before it.
    shown.extend(left);
    Some(shown.into_iter().rev().collect::<String>().trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::NumberFormat;

    #[test]
    fn shows_numbers_as_excel_does() {
        for (code, value, shown) in [
            ("General", "7700900123", "7700900123"),
            ("General", "0.1", "0.1"),
            ("General", "1.1000000000000001E-2", "0.011"),
            ("dd/mm/yyyy", "40179", "01/01/2010"),
            ("[$-809]dd mmmm yyyy;@", "40908", "31/12/2011"),
            ("h:mm", "0.75", "18:00"),
            ("dd/mm/yyyy\\ hh:mm", "40179.5", "01/01/2010 12:00"),
            ("00000\\ 000000", "7700900123", "07700 900123"),
            ("000\\ 000\\ 0000", "9434765919", "943 476 5919"),
            ("00\"-\"00\"-\"00", "10203", "01-02-03"),
            ("0.00", "3.14159", "3.14"),
            ("#,##0", "1234567", "1234567"),
            ("0%", "0.25", "25%"),
            ("@", "12", "12"),
            ("0", "12.4", "12"),
        ] {
            assert_eq!(NumberFormat::parse(code).show(value, false), shown, "{code} {value}");
        }
    }

    #[test]
    fn counts_days_from_either_epoch() {
        let date = NumberFormat::built_in(14);
        assert_eq!(date.show("1", false), "01/01/1900");
        assert_eq!(date.show("61", false), "01/03/1900");
        assert_eq!(date.show("0", true), "01/01/1904");
        assert_eq!(date.show("-1", false), "-1");
        assert_eq!(date.show("1e300", false), "1e300".parse::<f64>().unwrap().to_string());
    }
}
