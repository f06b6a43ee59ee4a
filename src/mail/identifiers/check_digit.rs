//! The sums by which numbers prove themselves: modulus 11, 23, 97 and Luhn's.

/// The sum of digits times weights.
fn weighted(digits: &[u8], weights: impl IntoIterator<Item = u32>) -> u32 {
    digits.iter().zip(weights).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum()
}

/// NHS number: ten figures, weights 10 to 2, modulus 11 (NHS Data Dictionary, "NHS NUMBER").
pub(super) fn nhs(digits: &[u8]) -> bool {
    let [first, .., last] = digits else { return false };
    let check = (11 - weighted(&digits[..9.min(digits.len())], (2..=10).rev()) % 11) % 11;
    // Ten same figures pass the sum now and then and are nobody's number.
    digits.len() == 10 && check == u32::from(last - b'0') && digits.iter().any(|it| it != first)
}

/// Unique learner number: ten figures, weights 10 to 2, the check is 10 less the remainder, and
/// remainder 0 is never issued (Learning Records Service, "ULN validation").
pub(super) fn uln(digits: &[u8]) -> bool {
    let [first, .., last] = digits else { return false };
    let remainder = weighted(&digits[..9.min(digits.len())], (2..=10).rev()) % 11;
    digits.len() == 10 && *first != b'0' && remainder != 0 && 10 - remainder == u32::from(last - b'0')
}

/// Unique taxpayer reference: the first of ten figures checks the other nine (HMRC, modulus 11).
pub(super) fn utr(digits: &[u8]) -> bool {
    let [first, rest @ ..] = digits else { return false };
    let remainder = weighted(rest, [6, 7, 8, 9, 10, 5, 4, 3, 2]) % 11;
    rest.len() == 9 && b"21987654321"[remainder as usize] == *first
}

/// The letters that a UPN checks with: I, O and S are left out.
const UPN_LETTERS: &[u8; 23] = b"ABCDEFGHJKLMNPQRTUVWXYZ";

/// Unique pupil number in capitals: a check letter over twelve characters, weights 2 to 13,
/// modulus 23; a temporary number ends in a letter, which counts by its place
/// (DfE, "Unique pupil numbers: guidance").
pub(super) fn upn(characters: &[u8]) -> bool {
    let [letter, rest @ ..] = characters else { return false };
    let [body @ .., last] = rest else { return false };
    if body.len() != 11 || !body.iter().all(u8::is_ascii_digit) {
        return false;
    }
    let value = match last {
        b'0'..=b'9' => Some(u32::from(last - b'0')),
        _ => UPN_LETTERS.iter().position(|it| it == last).map(|it| it as u32),
    };
    value.is_some_and(|value| {
        let sum = weighted(body, 2..=12) + value * 13;
        UPN_LETTERS[(sum % 23) as usize] == *letter
    })
}

/// Payment cards (ISO/IEC 7812-1, annex B).
pub(super) fn luhn(digits: &[u8]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .zip([1, 2].into_iter().cycle())
        .map(|(digit, weight)| u32::from(digit - b'0') * weight)
        .map(|product| product / 10 + product % 10)
        .sum();
    !digits.is_empty() && sum.is_multiple_of(10)
}

/// IBAN in capitals: with the first four characters at the end and letters as 10 to 35, the
/// whole is 1 modulo 97 (ISO 13616-1).
pub(super) fn iban(characters: &[u8]) -> bool {
    let Some((start, rest)) = characters.split_at_checked(4) else { return false };
    let remainder = rest.iter().chain(start).try_fold(0u32, |sum, character| match character {
        b'0'..=b'9' => Some((sum * 10 + u32::from(character - b'0')) % 97),
        b'A'..=b'Z' => Some((sum * 100 + u32::from(character - b'A') + 10) % 97),
        _ => None,
    });
    remainder == Some(1)
}
