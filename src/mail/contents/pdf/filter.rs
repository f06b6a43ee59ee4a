//! The filters of PDF streams beside DEFLATE. Source: ISO 32000-1, 7.4.2 to 7.4.4.

use super::object::{Object, is_blank};

/// Undoes the PNG predictors, which object streams may have (7.4.4.4).
pub(super) fn unpredict(bytes: Vec<u8>, parameters: &Object) -> Vec<u8> {
    if parameters.get(b"Predictor").count().unwrap_or(1) < 10 {
        return bytes;
    }
    let number =
        |key: &[u8], default: u32| parameters.get(key).count().unwrap_or(default).clamp(1, 100_000) as usize;
    let (colours, bits) = (number(b"Colors", 1).min(32), number(b"BitsPerComponent", 8).min(32));
    let pixel = (colours * bits).div_ceil(8);
    let width = (colours * bits * number(b"Columns", 1)).div_ceil(8);
    let mut out: Vec<u8> = Vec::with_capacity(bytes.len());
    let mut above = vec![0_u8; width];
    for row in bytes.chunks(width + 1) {
        let (kind, row) = (row[0], &row[1..]);
        let mut line = vec![0_u8; width];
        for (at, byte) in row.iter().enumerate() {
            let left = if at >= pixel { line[at - pixel] } else { 0 };
            let corner = if at >= pixel { above[at - pixel] } else { 0 };
            let guess = match kind {
                1 => left,
                2 => above[at],
                3 => u8::midpoint(left, above[at]),
                4 => paeth(left, above[at], corner),
                _ => 0,
            };
            line[at] = byte.wrapping_add(guess);
        }
        out.extend_from_slice(&line[..row.len()]);
        above = line;
    }
    out
}

fn paeth(left: u8, above: u8, corner: u8) -> u8 {
    let (a, b, c) = (i16::from(left), i16::from(above), i16::from(corner));
    let (da, db, dc) = ((b - c).abs(), (a - c).abs(), (a + b - 2 * c).abs());
    if da <= db && da <= dc {
        left
    } else if db <= dc {
        above
    } else {
        corner
    }
}

pub(super) fn hexadecimal(bytes: &[u8]) -> Vec<u8> {
    let end = memchr::memchr(b'>', bytes).unwrap_or(bytes.len());
    let digits = bytes[..end].iter().filter_map(|it| char::from(*it).to_digit(16)?.try_into().ok());
    let digits: Vec<u8> = digits.collect();
    digits.chunks(2).map(|it| it[0] << 4 | it.get(1).unwrap_or(&0)).collect()
}

pub(super) fn ascii85(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut group: Vec<u8> = Vec::with_capacity(5);
    for byte in bytes.iter().filter(|it| !is_blank(**it)) {
        match byte {
            b'z' if group.is_empty() => out.extend([0; 4]),
            b'!'..=b'u' => group.push(byte - b'!'),
            _ => break,
        }
        if group.len() == 5 {
            out.extend(group85(&group));
            group.clear();
        }
    }
    if group.len() > 1 {
        let kept = group.len() - 1;
        group.resize(5, 84);
        out.extend(&group85(&group)[..kept]);
    }
    out
}

fn group85(group: &[u8]) -> [u8; 4] {
    group.iter().fold(0_u32, |sum, it| sum.wrapping_mul(85).wrapping_add(u32::from(*it))).to_be_bytes()
}

#[cfg(test)]
mod tests {
    use super::{Object, ascii85, hexadecimal, unpredict};

    #[test]
    fn undoes_filters() {
        assert_eq!(hexadecimal(b"48 65 6C 6c 6F7>"), b"Hellop");
        assert_eq!(ascii85(b"87cURD]i,\"Ebo80~>"), b"Hello World!");
        assert_eq!(ascii85(b"z!!~>"), [0, 0, 0, 0, 0]);
        let up = Object::Dictionary(vec![
            (b"Predictor".to_vec(), Object::Number(12.0)),
            (b"Columns".to_vec(), Object::Number(2.0)),
        ]);
        assert_eq!(unpredict(vec![0, 1, 2, 2, 1, 1, 2, 1], &up), [1, 2, 2, 3, 3]);
    }
}
