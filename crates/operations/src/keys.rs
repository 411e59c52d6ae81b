//! In: the key that the operator sets. Out: a key for each purpose. Next: `cipher` encrypts files with one, `links`
//! signs with another.

use data_encoding::HEXLOWER_PERMISSIVE;
use hmac::{Hmac, Mac};
use secrecy::{ExposeSecret, SecretBox, SecretString};
use sha2::Sha256;
use uuid::Uuid;

pub(crate) type HmacSha256 = Hmac<Sha256>;
pub(crate) type Key = SecretBox<[u8; 32]>;

/// The operator's key is not one.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("the key is not 64 hexadecimal digits; make one with: openssl rand -hex 32")]
pub struct KeyError;

/// The key that the operator sets. Whoever has it can read the stored files and make links.
#[derive(Debug)]
pub struct MasterKey(Key);

impl MasterKey {
    /// Reads 64 hexadecimal digits; white space around them does not count.
    ///
    /// # Errors
    /// When it is anything else.
    pub fn parse(text: &SecretString) -> Result<Self, KeyError> {
        let bytes =
            HEXLOWER_PERMISSIVE.decode(text.expose_secret().trim().as_bytes()).map_err(|_| KeyError)?;
        let bytes = <[u8; 32]>::try_from(bytes).map_err(|_| KeyError)?;
        Ok(Self(SecretBox::new(Box::new(bytes))))
    }

    /// The key for one purpose. None can be computed from another.
    pub(crate) fn for_purpose(&self, purpose: &str) -> Key {
        let mut mac = keyed(&self.0);
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

pub(crate) fn keyed(key: &Key) -> HmacSha256 {
    HmacSha256::new_from_slice(key.expose_secret()).expect("HMAC takes keys of any length")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<MasterKey, KeyError> {
        MasterKey::parse(&text.to_owned().into())
    }

    #[test]
    fn a_key_is_64_hexadecimal_digits() {
        assert!(parse(&"0aF1".repeat(16)).is_ok());
        assert!(parse(&format!("{}\n", "0a".repeat(32))).is_ok());
        for wrong in [String::new(), "0a".repeat(31), "0a".repeat(33), "zz".repeat(32), "a".repeat(63)] {
            assert_eq!(parse(&wrong).unwrap_err(), KeyError, "{wrong}");
        }
    }

    #[test]
    fn each_purpose_has_a_key_of_its_own_and_an_arn_stays_the_same() {
        let master = parse(&"0a".repeat(32)).unwrap();
        let key = |purpose| *master.for_purpose(purpose).expose_secret();
        assert_ne!(key("links"), key("files"));
        assert_eq!(master.made_up_arn(), parse(&"0a".repeat(32)).unwrap().made_up_arn());
        assert_ne!(master.made_up_arn(), parse(&"0b".repeat(32)).unwrap().made_up_arn());
    }
}
