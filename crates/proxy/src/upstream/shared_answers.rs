//! In: answers under their keys. Out: the same, from what any of the proxies was answered. Next: Redis. While it cannot
//! be reached nothing is known, and nothing is kept.

use super::state::{Cipher, Redis, derived};
use crate::coder::{Coded, Source};
use occuform_api::CodeStatus;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use std::sync::Arc;
use std::time::Duration;

/// Answers that several proxies share. Keys are keyed hashes, answers are encrypted: Redis holds no text.
pub struct SharedAnswers {
    redis: Arc<Redis>,
    prefix: String,
    cipher: Cipher,
    /// What keys are hashed with, so that all proxies come to the same.
    pub(crate) hash_key: [u8; 32],
    keep: Duration,
}

#[derive(Serialize, Deserialize)]
struct Kept {
    status: CodeStatus,
    suggestions: Box<RawValue>,
    model: String,
}

impl SharedAnswers {
    /// Keeps answers for so long, encrypted under a key that is made of the client secret.
    pub fn new(redis: Arc<Redis>, prefix: String, secret: &SecretString, keep: Duration) -> Self {
        Self { redis, prefix, cipher: Cipher::new(secret, "answer"), hash_key: derived(secret, "hash"), keep }
    }

    /// What was kept under this key.
    pub async fn find(&self, key: &[u8]) -> Option<Coded> {
        let mut command = redis::cmd("GET");
        command.arg(self.name(key));
        let sealed: Option<Vec<u8>> = self.redis.ask(&command).await.ok()?;
        let Kept { status, suggestions, model } =
            serde_json::from_slice(&self.cipher.open(&sealed?)?).ok()?;
        Some(Coded { status, suggestions: suggestions.into(), model: model.into(), source: Source::Cache })
    }

    /// Keeps an answer.
    pub async fn keep(&self, key: &[u8], coded: &Coded) {
        let kept = Kept {
            status: coded.status,
            suggestions: (*coded.suggestions).to_owned(),
            model: coded.model.to_string(),
        };
        let sealed = serde_json::to_vec(&kept).ok().and_then(|kept| self.cipher.seal(&kept));
        let Some(sealed) = sealed else { return };
        let mut command = redis::cmd("SET");
        command.arg(self.name(key)).arg(sealed).arg("PX").arg(self.keep.as_millis() as u64);
        if let Err(error) = self.redis.ask::<()>(&command).await {
            tracing::debug!(%error, "an answer was not shared");
        }
    }

    fn name(&self, key: &[u8]) -> Vec<u8> {
        [self.prefix.as_bytes(), key].concat()
    }
}
