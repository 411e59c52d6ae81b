//! In: a token or an answer. Out: the same encrypted, for a Redis that others may read. Next: back to whoever keeps it.
//!
//! XChaCha20-Poly1305 under a key that is made of the client secret, which all proxies of a client have. A random
//! nonce of 24 bytes comes first.

use crate::config::ClientSecret;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};
use hmac::{Hmac, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;

const NONCE: usize = 24;

/// Encrypts the token. The client secret is read anew each time, so that a changed one needs no restart.
#[derive(Clone, Debug)]
pub struct TokenCipher(ClientSecret);

impl TokenCipher {
    /// Under a key that is made of this secret.
    pub fn new(secret: ClientSecret) -> Self {
        Self(secret)
    }

    /// None where the secret cannot be read, or the machine has no random numbers.
    pub fn seal(&self, token: &SecretString) -> Option<SecretString> {
        Some(STANDARD.encode(self.cipher()?.seal(token.expose_secret().as_bytes())?).into())
    }

    /// None where it was sealed under another secret.
    pub fn open(&self, sealed: &SecretString) -> Option<SecretString> {
        let token = self.cipher()?.open(&STANDARD.decode(sealed.expose_secret()).ok()?)?;
        String::from_utf8(token).ok().map(SecretString::from)
    }

    fn cipher(&self) -> Option<Cipher> {
        Some(Cipher::new(&self.0.read().ok()?, "token"))
    }
}

/// A key for `purpose`, made of a secret. The secret cannot be had from it.
pub(crate) fn derived(secret: &SecretString, purpose: &str) -> [u8; 32] {
    let mut hash = Hmac::<Sha256>::new_from_slice(secret.expose_secret().as_bytes())
        .expect("HMAC takes keys of any length");
    hash.update(b"occuform shared state 1: ");
    hash.update(purpose.as_bytes());
    hash.finalize().into_bytes().into()
}

/// Encrypts for one purpose.
#[derive(Clone)]
pub(crate) struct Cipher {
    cipher: XChaCha20Poly1305,
    purpose: &'static str,
}

impl Cipher {
    pub(crate) fn new(secret: &SecretString, purpose: &'static str) -> Self {
        Self { cipher: XChaCha20Poly1305::new(&derived(secret, purpose).into()), purpose }
    }

    /// None where the machine has no random numbers.
    pub(crate) fn seal(&self, text: &[u8]) -> Option<Vec<u8>> {
        let mut nonce = [0; NONCE];
        getrandom::fill(&mut nonce).ok()?;
        let payload = Payload { msg: text, aad: self.purpose.as_bytes() };
        let sealed = self.cipher.encrypt(&XNonce::from(nonce), payload).ok()?;
        Some([nonce.as_slice(), &sealed].concat())
    }

    /// None where it was not sealed with this secret, for this purpose.
    pub(crate) fn open(&self, sealed: &[u8]) -> Option<Vec<u8>> {
        let (nonce, sealed) = sealed.split_at_checked(NONCE)?;
        let nonce = XNonce::try_from(nonce).ok()?;
        self.cipher.decrypt(&nonce, Payload { msg: sealed, aad: self.purpose.as_bytes() }).ok()
    }
}
