//! In: a client's id and the time, or a token. Out: a signed token (JWT, HS256), or whose it is. Next: `token` hands
//! tokens out, `access` checks them.

use crate::hs256;
use crate::key_file::{self, KeyError};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode};
use serde::{Deserialize, Serialize};
use std::path::Path;
use std::time::Duration;
use uuid::Uuid;

/// How long a token is valid.
pub const VALID: Duration = Duration::from_hours(1);

/// Makes and checks tokens.
pub struct Tokens {
    encoding: EncodingKey,
    decoding: DecodingKey,
    validation: Validation,
}

#[derive(Serialize, Deserialize)]
struct Claims {
    sub: String,
    iat: u64,
    exp: u64,
    jti: Uuid,
    token_use: String,
}

impl Tokens {
    /// Signs with this key.
    pub fn new(key: &[u8]) -> Self {
        // Another part of the process may have done it already.
        let _ = hs256::PROVIDER.install_default();
        let mut validation = Validation::new(Algorithm::HS256);
        // Checked against the clock that was handed in.
        validation.validate_exp = false;
        validation.validate_aud = false;
        Self { encoding: EncodingKey::from_secret(key), decoding: DecodingKey::from_secret(key), validation }
    }

    /// Signs with the key in this file, which is made where it is missing, so that tokens outlive a restart.
    ///
    /// # Errors
    /// When the file cannot be read or made, or holds too short a key.
    pub fn with_key_file(path: &Path) -> Result<Self, KeyError> {
        Ok(Self::new(&key_file::read_or_make(path)?))
    }

    /// A token of this client that is valid from `now` on.
    ///
    /// # Panics
    /// Never: claims can always be written and signed.
    pub fn issue(&self, client: &str, now: Duration) -> String {
        let claims = Claims {
            sub: client.to_owned(),
            iat: now.as_secs(),
            exp: (now + VALID).as_secs(),
            jti: Uuid::new_v4(),
            token_use: "access".to_owned(),
        };
        encode(&Header::new(Algorithm::HS256), &claims, &self.encoding).expect("the key fits the algorithm")
    }

    /// Whose token this is, if we signed it and it is still valid.
    pub fn client(&self, token: &str, now: Duration) -> Option<String> {
        let claims = decode::<Claims>(token, &self.decoding, &self.validation).ok()?.claims;
        (now.as_secs() < claims.exp).then_some(claims.sub)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key_file::KEY_LENGTH;

    const NOW: Duration = Duration::from_hours(500_000);

    #[test]
    fn a_token_tells_its_client_for_one_hour() {
        let tokens = Tokens::new(&[7; KEY_LENGTH]);
        let token = tokens.issue("form", NOW);
        assert_eq!(tokens.client(&token, NOW).as_deref(), Some("form"));
        assert_eq!(tokens.client(&token, NOW + Duration::from_secs(3_599)).as_deref(), Some("form"));
        assert_eq!(tokens.client(&token, NOW + VALID), None);
    }

    #[test]
    fn a_token_that_we_did_not_sign_is_nobodys() {
        let tokens = Tokens::new(&[7; KEY_LENGTH]);
        let token = tokens.issue("form", NOW);
        assert_eq!(Tokens::new(&[8; KEY_LENGTH]).client(&token, NOW), None);
        let mut parts: Vec<&str> = token.split('.').collect();
        assert_eq!(parts.len(), 3);
        // {"typ":"JWT","alg":"none"}
        parts[0] = "eyJ0eXAiOiJKV1QiLCJhbGciOiJub25lIn0";
        assert_eq!(tokens.client(&parts.join("."), NOW), None);
        parts[2] = "";
        assert_eq!(tokens.client(&parts.join("."), NOW), None);
        for nonsense in ["", ".", "..", "a.b.c", &token[1..], &format!("{token}x")] {
            assert_eq!(tokens.client(nonsense, NOW), None, "{nonsense}");
        }
    }

    #[test]
    fn tokens_outlive_a_restart_and_the_key_is_its_owners_only() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("data/signing.key");
        let token = Tokens::with_key_file(&path).unwrap().issue("form", NOW);
        assert_eq!(Tokens::with_key_file(&path).unwrap().client(&token, NOW).as_deref(), Some("form"));
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        std::fs::write(&path, "short").unwrap();
        let error = Tokens::with_key_file(&path).err().unwrap().to_string();
        assert!(error.contains("has 5 bytes, at least 32 are needed"), "{error}");
    }
}
