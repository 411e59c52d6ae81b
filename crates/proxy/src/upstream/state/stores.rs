//! In: the settings. Out: where token, usage and answers are kept: the folder, or Redis where it is set up. Next: the
//! stages of `upstream` are given their stores.

use super::cipher::TokenCipher;
use super::redis::{Redis, SharedState};
use super::{StateError, StateFolder, Store, serialised};
use crate::config::UpstreamConfig;
use crate::upstream::governor::Usage;
use crate::upstream::keeper::Memory;
use crate::upstream::shared_answers::SharedAnswers;
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::sync::Arc;

/// What the stages keep.
pub struct Stores {
    /// The token's [`Memory`].
    pub memory: Arc<dyn Store>,
    /// The calls' [`Usage`].
    pub usage: Arc<dyn Store>,
    /// Encrypts the token where others may read the store.
    pub cipher: Option<TokenCipher>,
    /// Answers that several proxies share.
    pub answers: Option<SharedAnswers>,
}

impl Stores {
    /// Takes the folder, or notes where Redis is.
    ///
    /// # Errors
    /// When the folder cannot be used, or the URL is none of a Redis.
    pub fn open(config: &UpstreamConfig) -> Result<Self, StateError> {
        let Some(url) = &config.redis_url else {
            let folder = StateFolder::open(&config.state, &config.client_id)?;
            return Ok(Self {
                memory: folder.file::<Memory>("token.json")?,
                usage: folder.file::<Usage>("quota.json")?,
                cipher: None,
                answers: None,
            });
        };
        let redis = Arc::new(Redis::new(url)?);
        let [memory, usage] = contents(&redis, config);
        let secret =
            config.client_secret.read().map_err(|error| StateError::Unwritable(error.to_string()))?;
        let prefix = format!("occuform:{}:answer:", owner(config));
        let answers = SharedAnswers::new(redis, prefix, &secret, config.cache.keep);
        Ok(Self {
            memory: Arc::new(memory),
            usage: Arc::new(usage),
            cipher: Some(TokenCipher::new(config.client_secret.clone())),
            answers: Some(answers),
        })
    }

    /// What tells this proxy from others with the same stores.
    pub(crate) fn proxy_name(&self) -> Result<String, getrandom::Error> {
        if self.usage.is_shared() { Ok(format!("{:016x}", getrandom::u64()?)) } else { Ok(String::new()) }
    }
}

/// Keeps a first memory and usage.
pub(crate) async fn begin(
    config: &UpstreamConfig,
    memory: &impl Serialize,
    usage: &impl Serialize,
) -> Result<(), StateError> {
    let Some(url) = &config.redis_url else {
        return Err(StateError::Unreachable("shared.redis_url_file names none".into()));
    };
    let contents = contents(&Arc::new(Redis::new(url)?), config);
    SharedState::begin(&contents, [serialised(memory)?, serialised(usage)?]).await
}

fn contents(redis: &Arc<Redis>, config: &UpstreamConfig) -> [SharedState; 2] {
    ["token", "quota"].map(|name| SharedState::new(Arc::clone(redis), &owner(config), name))
}

/// One client of one Coding Service: what another was allowed says nothing about this one.
fn owner(config: &UpstreamConfig) -> String {
    let hash = Sha256::digest([config.token_url.as_str(), " ", &config.client_id].concat());
    let first = hash.first_chunk().copied().map(u64::from_be_bytes).unwrap_or_default();
    format!("{first:016x}")
}
