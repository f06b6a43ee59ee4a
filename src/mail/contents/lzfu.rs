//! Unpacks the compressed rich text of Outlook. Source: MS-OXRTFCP.

use super::bytes::{stretch, u32_at};

const COMPRESSED: u32 = 0x7546_5a4c;
const UNCOMPRESSED: u32 = 0x414c_454d;
const RING: usize = 4_096;
/// What the dictionary holds at first (MS-OXRTFCP 2.1.2.1).
const PRIMER: &[u8] = b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx";

/// Unpacks as far as the bytes go; empty if they are no compressed rich text.
///
/// Two bytes stand for 17 at most, so the output is bounded by the input.
pub(super) fn unpack(bytes: &[u8]) -> Vec<u8> {
    let size = u32_at(bytes, 4).and_then(|it| usize::try_from(it).ok()).unwrap_or(0);
    let data = stretch(bytes, 16, usize::MAX);
    match u32_at(bytes, 8) {
        Some(UNCOMPRESSED) => stretch(data, 0, size).to_vec(),
        Some(COMPRESSED) => decode(data, size),
        _ => Vec::new(),
    }
}

fn decode(data: &[u8], size: usize) -> Vec<u8> {
    let mut ring = [0_u8; RING];
    ring[..PRIMER.len()].copy_from_slice(PRIMER);
    let mut write = PRIMER.len();
    let mut out = Vec::with_capacity(size.min(data.len() * 9));
    let mut at = 0;
    while let Some(control) = data.get(at) {
        at += 1;
        for bit in 0..8 {
            if out.len() >= size {
                return out;
            }
            if control >> bit & 1 == 0 {
                let Some(byte) = data.get(at) else { return out };
                at += 1;
                out.push(*byte);
                ring[write % RING] = *byte;
                write += 1;
                continue;
            }
            let Some(pair) = data.get(at..at + 2) else { return out };
            at += 2;
            let pair = usize::from(pair[0]) << 8 | usize::from(pair[1]);
            let (from, length) = (pair >> 4, (pair & 0x0f) + 2);
            // A reference to the place that is written next ends the text.
            if from == write % RING {
                return out;
            }
            for step in 0..length {
                let byte = ring[(from + step) % RING];
                out.push(byte);
                ring[write % RING] = byte;
                write += 1;
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{PRIMER, unpack};

    #[test]
    fn primer_has_its_length() {
        assert_eq!(PRIMER.len(), 207);
    }

    #[test]
    fn unpacks_the_example_of_the_specification() {
        // MS-OXRTFCP 4.1.1.
        let packed = [
            0x2d, 0, 0, 0, 0x2b, 0, 0, 0, 0x4c, 0x5a, 0x46, 0x75, 0xf1, 0xc5, 0xc7, 0xa7, 0x03, 0, 0x0a, 0,
            0x72, 0x63, 0x70, 0x67, 0x31, 0x32, 0x35, 0x42, 0x32, 0x0a, 0xf3, 0x20, 0x68, 0x65, 0x6c, 0x09,
            0, 0x20, 0x62, 0x77, 0x05, 0xb0, 0x6c, 0x64, 0x7d, 0x0a, 0x80, 0x0f, 0xa0,
        ];
        assert_eq!(unpack(&packed), b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n");
    }

    #[test]
    fn crosses_the_end_of_the_dictionary() {
        // MS-OXRTFCP 4.1.2.
        let packed = [
            0x1a, 0, 0, 0, 0x1c, 0, 0, 0, 0x4c, 0x5a, 0x46, 0x75, 0xe2, 0xd4, 0x4b, 0x51, 0x41, 0, 0x04,
            0x20, 0x57, 0x58, 0x59, 0x5a, 0x0d, 0x6e, 0x7d, 0x01, 0x0e, 0xb0,
        ];
        assert_eq!(unpack(&packed), b"{\\rtf1 WXYZWXYZWXYZWXYZWXYZ}");
    }
}
