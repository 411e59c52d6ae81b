//! In: words. Out: a fingerprint of them under a key that is made up at the start, or of the client secret: equal
//! words can be recognised, and not be had from it. Next: `cached` and `upstream` remember under it.

use hmac::{Hmac, Mac};
use occuform_api::JobText;
use sha2::Sha256;

/// Stands for words.
pub(crate) type Fingerprint = [u8; 32];

/// Makes fingerprints.
pub(crate) struct Fingerprints(Hmac<Sha256>);

impl Fingerprints {
    /// Makes up a key.
    pub(crate) fn new() -> Result<Self, getrandom::Error> {
        let mut secret = Fingerprint::default();
        getrandom::fill(&mut secret)?;
        Ok(Self::under(secret))
    }

    /// Takes a key, so that others come to the same fingerprints.
    pub(crate) fn under(secret: [u8; 32]) -> Self {
        Self(Hmac::new_from_slice(&secret).expect("HMAC takes keys of any length"))
    }

    /// Letter case and the amount of white space make no difference; which field the words stand in does.
    pub(crate) fn of(&self, model: &str, text: &JobText, suggestions: u8) -> Fingerprint {
        let mut hash = self.0.clone();
        for part in [model, &folded(text.title()), &folded(text.tasks())] {
            hash.update(part.as_bytes());
            hash.update(&[0]);
        }
        hash.update(&[suggestions]);
        hash.finalize().into_bytes().into()
    }
}

fn folded(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").to_ascii_lowercase()
}
