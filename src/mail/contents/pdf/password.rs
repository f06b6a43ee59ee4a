//! Whether an encrypted PDF opens without a password: many are encrypted only to forbid printing.
//!
//! Source: ISO 32000-1, 7.6.3 (revisions 2 to 4), ISO 32000-2, 7.6.4 (revision 6); revision 5 is
//! Adobe's extension level 3.

use aes::Aes128;
use aes::cipher::{BlockCipherEncrypt, KeyInit};
use md5::{Digest, Md5};
use sha2::{Sha256, Sha384, Sha512};

use super::object::Object;

/// What stands for an empty password (algorithm 2).
const PADDING: &[u8; 32] = b"\x28\xbf\x4e\x5e\x4e\x75\x8a\x41\x64\x00\x4e\x56\xff\xfa\x01\x08\x2e\x2e\x00\xb6\xd0\x68\x3e\x80\x2f\x0c\xa9\xfe\x64\x53\x69\x7a";

/// Tells whether the empty password opens a file with this encryption dictionary and identifier.
pub(super) fn opens_without(dictionary: &Object, identifier: &[u8]) -> bool {
    opens(dictionary, identifier).unwrap_or(false)
}

fn opens(dictionary: &Object, identifier: &[u8]) -> Option<bool> {
    let (Object::String(owner), Object::String(user)) = (dictionary.get(b"O"), dictionary.get(b"U")) else {
        return None;
    };
    match dictionary.get(b"R").count()? {
        5 => Some(Sha256::digest(user.get(32..40)?)[..] == user[..32]),
        6 => Some(hash(user.get(32..40)?)[..] == user[..32]),
        revision @ 2..=4 => {
            let key = key(dictionary, identifier, owner.get(..32)?, revision)?;
            if revision == 2 {
                return Some(rc4(&key, PADDING) == *user.get(..32)?);
            }
            let mut check = Md5::new().chain_update(PADDING).chain_update(identifier).finalize().to_vec();
            for round in 0..20 {
                let key: Vec<u8> = key.iter().map(|it| it ^ round).collect();
                check = rc4(&key, &check);
            }
            Some(check == *user.get(..16)?)
        }
        _ => None,
    }
}

/// Algorithm 2, for an empty password.
fn key(dictionary: &Object, identifier: &[u8], owner: &[u8], revision: u32) -> Option<Vec<u8>> {
    // Rights are a signed number of 32 bits; some write it unsigned.
    let rights = dictionary.get(b"P").number()? as i64 as u32;
    let length = match (revision, dictionary.get(b"Length").count()) {
        (2, _) | (_, None) => 5,
        (_, Some(bits)) => usize::try_from(bits / 8).ok()?.clamp(5, 16),
    };
    let mut hash = Md5::new().chain_update(PADDING).chain_update(owner).chain_update(rights.to_le_bytes());
    hash.update(identifier);
    if revision == 4 && *dictionary.get(b"EncryptMetadata") == Object::Word(b"false".to_vec()) {
        hash.update([0xff; 4]);
    }
    let mut key = hash.finalize();
    if revision >= 3 {
        for _ in 0..50 {
            key = Md5::digest(&key[..length]);
        }
    }
    Some(key[..length].to_vec())
}

fn rc4(key: &[u8], data: &[u8]) -> Vec<u8> {
    let mut state: Vec<u8> = (0..=255).collect();
    let mut j = 0_u8;
    for i in 0..256 {
        j = j.wrapping_add(state[i]).wrapping_add(key[i % key.len()]);
        state.swap(i, usize::from(j));
    }
    let (mut i, mut j) = (0_u8, 0_u8);
    data.iter()
        .map(|byte| {
            i = i.wrapping_add(1);
            j = j.wrapping_add(state[usize::from(i)]);
            state.swap(usize::from(i), usize::from(j));
            byte ^ state[usize::from(state[usize::from(i)].wrapping_add(state[usize::from(j)]))]
        })
        .collect()
}

/// Algorithm 2.B, for an empty password.
fn hash(salt: &[u8]) -> Vec<u8> {
    let mut key = Sha256::digest(salt).to_vec();
    // It ends by chance, after some seventy rounds; more than this many no reader would do either.
    for round in 0..2_000_u32 {
        let mut data = key.repeat(64);
        let last = encrypt(&key, &mut data);
        let sum: u32 = data[..16].iter().map(|it| u32::from(*it)).sum();
        key = match sum % 3 {
            0 => Sha256::digest(&data).to_vec(),
            1 => Sha384::digest(&data).to_vec(),
            _ => Sha512::digest(&data).to_vec(),
        };
        if round >= 63 && u32::from(last) + 32 <= round + 1 {
            break;
        }
    }
    key.truncate(32);
    key
}

/// Encrypts by AES-128 in CBC, with key and first vector out of `key`; gives the last byte.
fn encrypt(key: &[u8], data: &mut [u8]) -> u8 {
    let mut parts = key.chunks_exact(16).map(|it| <[u8; 16]>::try_from(it).unwrap_or_default());
    let cipher = Aes128::new(&parts.next().unwrap_or_default().into());
    let mut vector = parts.next().unwrap_or_default();
    for block in data.chunks_exact_mut(16) {
        for (byte, before) in vector.iter_mut().zip(&*block) {
            *byte ^= before;
        }
        let mut encrypted = vector.into();
        cipher.encrypt_block(&mut encrypted);
        vector = encrypted.into();
        block.copy_from_slice(&vector);
    }
    vector[15]
}
