//! In: what has to survive the process. Out: the same, kept durably and changed by one at a time. Next: `files`, the
//! folder of a single proxy, or `redis`, which several share; `stores` chooses.

mod cipher;
mod files;
mod redis;
mod stores;

pub use cipher::TokenCipher;
pub use files::StateFolder;
pub use redis::{Redis, SharedState};
pub use stores::Stores;

pub(crate) use cipher::{Cipher, derived};
pub(crate) use stores::begin;

use async_trait::async_trait;
use serde::{Serialize, de::DeserializeOwned};
use std::io;
use std::time::Duration;

/// Keeps one content.
#[async_trait]
pub trait Store: Send + Sync {
    /// Whether several proxies use it, on different machines perhaps.
    fn is_shared(&self) -> bool;

    /// Where that is, for people.
    fn place(&self) -> String;

    /// What is kept, unless it is still the `known` version.
    async fn look(&self, known: Option<&str>) -> Result<Look, StateError>;

    /// Keeps another content in place of what was seen. Returns its version when it is safe; None where somebody else
    /// wrote in between, and nothing was done.
    async fn replace(&self, seen: &Look, content: &[u8]) -> Result<Option<String>, StateError>;
}

/// What was found.
#[derive(Clone, Debug)]
pub struct Look {
    /// Another one each time something is written. None: nothing is kept.
    pub version: Option<String>,
    /// What was found.
    pub found: Found,
    /// The date as the store has it, since 1970-01-01 UTC, where it has a clock of its own.
    pub date: Option<Duration>,
    /// Which run of the store this is, where that matters.
    pub life: String,
}

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// The known version.
    Same,
    /// What was written last.
    Stored(Vec<u8>),
    /// What may be older than what was written last.
    Doubtful(Vec<u8>),
    /// The store has been used before, or may have been, and yet there is nothing.
    Lost,
}

/// Why the state cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// The folder or a file in it cannot be used.
    #[error("cannot use the state in {path}: {error}")]
    Unusable {
        /// The folder or file.
        path: String,
        /// Why.
        error: io::Error,
    },
    /// Another process works with the folder.
    #[error("another proxy uses the state in {0}: give each its own folder, or stop the other first")]
    InUse(String),
    /// The folder is another client's.
    #[error(
        "the state in {0} belongs to another upstream.client_id: name another folder with upstream.state"
    )]
    OtherClient(String),
    /// The content cannot be read.
    #[error(
        "{place} is damaged ({error}): move it away, and the proxy will wait as long as if the allowance had just been used"
    )]
    Damaged {
        /// The file or key.
        place: String,
        /// What is wrong with it, without its content.
        error: String,
    },
    /// The content cannot be written down.
    #[error("the state cannot be written down: {0}")]
    Unwritable(String),
    /// Redis does not answer, or not as it should.
    #[error("the shared state in Redis cannot be used: {0}")]
    Unreachable(String),
    /// A first start was announced, but there is a state.
    #[error(
        "this is no first start: Redis has {0}; delete it only if this client asked for no token in the last hour and \
         made no call in the last 24"
    )]
    NotFirst(String),
}

/// Reads a content. An error never repeats what stands in it.
pub(crate) fn content<T: DeserializeOwned>(bytes: &[u8], place: &str) -> Result<T, StateError> {
    serde_json::from_slice(bytes).map_err(|error| StateError::Damaged {
        place: place.to_owned(),
        error: format!("line {}", error.line()),
    })
}

pub(crate) fn serialised(content: &impl Serialize) -> Result<Vec<u8>, StateError> {
    serde_json::to_vec(content).map_err(|error| StateError::Unwritable(error.to_string()))
}
