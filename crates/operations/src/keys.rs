//! In: the operator's key. Out: a key for each purpose. Next: `cipher` encrypts files with one, `links` signs with
//! another.

use hmac::{Hmac, Mac};
use secrecy::{ExposeSecret, SecretBox, SecretSlice};
use sha2::Sha256;
use uuid::Uuid;

/// Fewest bytes of the operator's key.
pub const KEY_LENGTH: usize = 32;

pub(crate) type HmacSha256 = Hmac<Sha256>;
pub(crate) type Key = SecretBox<[u8; 32]>;

/// The operator's key is too short.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("the key has {0} bytes, at least {KEY_LENGTH} random ones are needed")]
pub struct KeyError(usize);

/// The operator's key. Whoever has it can read the stored files and make links.
#[derive(Clone, Debug)]
pub struct MasterKey(SecretSlice<u8>);

impl MasterKey {
    /// Takes at least [`KEY_LENGTH`] bytes, which should be random.
    ///
    /// # Errors
    /// When there are fewer.
    pub fn new(bytes: impl Into<SecretSlice<u8>>) -> Result<Self, KeyError> {
        let bytes = bytes.into();
        let length = bytes.expose_secret().len();
        if length < KEY_LENGTH { Err(KeyError(length)) } else { Ok(Self(bytes)) }
    }

    /// The key for one purpose. None can be computed from another.
    pub(crate) fn for_purpose(&self, purpose: &str) -> Key {
        let mut mac = keyed(self.0.expose_secret());
        mac.update(purpose.as_bytes());
        SecretBox::new(Box::new(mac.finalize().into_bytes().into()))
    }

    /// A key ARN as a KMS would give it, for services without one: the same as long as the key is the same.
    pub fn made_up_arn(&self) -> String {
        let name = self.for_purpose("occuform kms key name");
        let bytes = std::array::from_fn(|place| name.expose_secret()[place]);
        format!("arn:aws:kms:ap-southeast-2:000000000000:key/{}", Uuid::new_v8(bytes))
    }
}

pub(crate) fn keyed(key: &[u8]) -> HmacSha256 {
    HmacSha256::new_from_slice(key).expect("HMAC takes keys of any length")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(byte: u8, length: usize) -> Result<MasterKey, KeyError> {
        MasterKey::new(vec![byte; length])
    }

    #[test]
    fn a_key_has_at_least_32_bytes() {
        assert!(key(7, 32).is_ok() && key(7, 65).is_ok());
        assert_eq!(key(7, 31).unwrap_err(), KeyError(31));
    }

    #[test]
    fn each_purpose_has_a_key_of_its_own_and_an_arn_stays_the_same() {
        let master = key(7, 32).unwrap();
        let purpose = |purpose| *master.for_purpose(purpose).expose_secret();
        assert_ne!(purpose("links"), purpose("files"));
        assert_eq!(master.made_up_arn(), key(7, 32).unwrap().made_up_arn());
        assert_ne!(master.made_up_arn(), key(8, 32).unwrap().made_up_arn());
    }
}
