//! In: a file's bytes in pieces. Out: the same encrypted, and back. Next: `vault` stores them.
//!
//! A file begins with a header: `OCCUSEA1` and 19 random bytes. Pieces of 64 KiB follow, each encrypted with
//! XChaCha20-Poly1305 and 16 bytes longer for it, in the STREAM construction: the nonce is the random bytes, the
//! piece's number and whether it is the last one, so that no piece can be left out, moved or cut off unnoticed. The
//! file's name is authenticated with each piece, so that no file can stand in for another.

use crate::keys::Key;
use aead_stream::{NewStream, StreamBE32, StreamPrimitive};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305};
use secrecy::ExposeSecret;
use std::io;

/// Bytes of a piece before encryption; only the last may have fewer.
pub(crate) const PIECE: usize = 64 * 1024;
/// Bytes of a piece as it is stored.
pub(crate) const SEALED_PIECE: usize = PIECE + 16;
/// Bytes before the first piece.
pub(crate) const HEADER: usize = 27;

const MAGIC: &[u8; 8] = b"OCCUSEA1";
const NONCE: usize = HEADER - MAGIC.len();

/// Not what was encrypted: changed, cut off, of another name, or encrypted with another key.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("the stored file is damaged, or encrypted with another key")]
pub struct Damaged;

/// How many bytes were encrypted into a stored file of this length.
pub(crate) const fn plain_length(stored: u64) -> u64 {
    let sealed = stored.saturating_sub(HEADER as u64);
    let pieces = sealed.div_ceil(SEALED_PIECE as u64);
    sealed.saturating_sub(pieces * (SEALED_PIECE - PIECE) as u64)
}

/// Encrypts and decrypts files with one key.
#[derive(Clone)]
pub(crate) struct Cipher(XChaCha20Poly1305);

/// Encrypts or decrypts the pieces of one file.
pub(crate) struct FileCipher {
    stream: StreamBE32<XChaCha20Poly1305>,
    name: String,
}

impl Cipher {
    pub(crate) fn new(key: &Key) -> Self {
        Self(XChaCha20Poly1305::new(&(*key.expose_secret()).into()))
    }

    /// A new file: its header, and what encrypts its pieces.
    pub(crate) fn begin(&self, name: &str) -> io::Result<([u8; HEADER], FileCipher)> {
        let mut header = [0; HEADER];
        let (magic, nonce) = header.split_at_mut(MAGIC.len());
        magic.copy_from_slice(MAGIC);
        getrandom::fill(nonce)?;
        let cipher = self.resume(&header, name).expect("the header was just made");
        Ok((header, cipher))
    }

    /// A stored file: what decrypts its pieces.
    pub(crate) fn resume(&self, header: &[u8; HEADER], name: &str) -> Result<FileCipher, Damaged> {
        let nonce: [u8; NONCE] =
            header.strip_prefix(MAGIC).and_then(|nonce| nonce.try_into().ok()).ok_or(Damaged)?;
        let stream = StreamBE32::from_aead(self.0.clone(), &nonce.into());
        Ok(FileCipher { stream, name: name.to_owned() })
    }
}

impl FileCipher {
    /// Encrypts a piece where it lies; it grows by 16 bytes.
    pub(crate) fn seal(&self, number: u32, last: bool, piece: &mut Vec<u8>) {
        let sealed = self.stream.encrypt_in_place(number, last, self.name.as_bytes(), piece);
        sealed.expect("a piece is far smaller than the cipher's limit");
    }

    /// Decrypts a piece where it lies; it shrinks by 16 bytes.
    pub(crate) fn open(&self, number: u32, last: bool, piece: &mut Vec<u8>) -> Result<(), Damaged> {
        self.stream.decrypt_in_place(number, last, self.name.as_bytes(), piece).map_err(|_| Damaged)
    }
}
