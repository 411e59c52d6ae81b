//! In: a client's wish for a new operation, or for the status of one. Out: links and states. Next: `routes` serves the
//! links, `worker` codes what was uploaded.

use crate::cipher::Cipher;
use crate::clock::Clock;
use crate::config::Config;
use crate::links::{LinkedFile, Links};
use crate::metrics::Metrics;
use crate::operation::Operation;
use crate::storage::{Storage, files::FolderStorage};
use crate::store::{OperationStore, StoreError, sqlite::SqliteStore};
use crate::vault::Vault;
use crate::worker::Models;
use occuform_api::{CreatedOperation, Model, OperationAnswer, OperationStatus};
use std::fs::{DirBuilder, File, TryLockError};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::sync::Notify;
use uuid::Uuid;

/// Asynchronous batches: what the service asks, and what it runs. Clones are the same.
#[derive(Clone)]
pub struct Batches(pub(crate) Arc<Shared>);

pub(crate) struct Shared {
    pub store: Arc<dyn OperationStore>,
    pub vault: Vault,
    pub links: Links,
    pub models: Arc<dyn Models>,
    pub clock: Clock,
    pub kms_key_arn: String,
    pub max_upload_bytes: u64,
    pub reserved_bytes: u64,
    pub threads: rayon::ThreadPool,
    /// Rings when an input file has come.
    pub arrival: Notify,
    pub metrics: Metrics,
    /// Held as long as the data folder is used.
    _lock: Option<File>,
}

/// Why batches cannot be served.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process uses the folder.
    #[error("the data folder {0} is used by another process: give each service a folder of its own")]
    InUse(PathBuf),
    /// The folder cannot be made or written to.
    #[error("the data folder {0} cannot be used: {1}")]
    Folder(PathBuf, io::Error),
    /// The operations cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The threads that code cannot be started.
    #[error("cannot start the threads that code files: {0}")]
    Threads(#[from] rayon::ThreadPoolBuildError),
}

/// Why a client is not told the status of an operation.
#[derive(Debug, thiserror::Error)]
pub enum OperationError {
    /// There is none with this id.
    #[error("there is no such operation")]
    Unknown,
    /// It is another client's.
    #[error("the operation is another client's")]
    NotOwned,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Batches {
    /// Opens the data folder, and makes it where it is missing.
    ///
    /// # Errors
    /// When the folder cannot be used, or another process uses it.
    pub async fn open(config: Config, models: Arc<dyn Models>, clock: Clock) -> Result<Self, OpenError> {
        let folder = config.data_folder.clone();
        let unusable = |error| OpenError::Folder(folder.clone(), error);
        DirBuilder::new().recursive(true).mode(0o700).create(&folder).map_err(unusable)?;
        let lock = lock(&folder)?;
        let storage = Arc::new(FolderStorage::open(&folder).map_err(unusable)?);
        let store = Arc::new(SqliteStore::open(&folder.join("operations.sqlite")).await?);
        Self::with(config, storage, store, models, clock, Some(lock))
    }

    /// The same with other places for files and operations than the data folder, which is not touched.
    ///
    /// # Errors
    /// When no threads can be started.
    pub fn over(
        config: Config,
        storage: Arc<dyn Storage>,
        store: Arc<dyn OperationStore>,
        models: Arc<dyn Models>,
        clock: Clock,
    ) -> Result<Self, OpenError> {
        Self::with(config, storage, store, models, clock, None)
    }

    fn with(
        config: Config,
        storage: Arc<dyn Storage>,
        store: Arc<dyn OperationStore>,
        models: Arc<dyn Models>,
        clock: Clock,
        lock: Option<File>,
    ) -> Result<Self, OpenError> {
        let threads = config.threads.map_or(0, std::num::NonZeroUsize::get);
        let threads = rayon::ThreadPoolBuilder::new().num_threads(threads).build()?;
        Ok(Self(Arc::new(Shared {
            store,
            vault: Vault::new(storage, Cipher::new(&config.key.for_purpose("occuform files"))),
            links: Links::new(&config.key),
            models,
            clock,
            kms_key_arn: config.kms_key_arn.unwrap_or_else(|| config.key.made_up_arn()),
            max_upload_bytes: config.max_upload_bytes,
            reserved_bytes: config.reserved_bytes,
            threads,
            arrival: Notify::new(),
            metrics: Metrics::default(),
            _lock: lock,
        })))
    }

    /// Creates an operation for a client, to be coded by `model`. Links begin with `url`, where the client reaches the
    /// service: `https://coder.example.gov.au`.
    ///
    /// # Errors
    /// When it cannot be stored.
    pub async fn create(&self, owner: &str, model: Model, url: &str) -> Result<CreatedOperation, StoreError> {
        let now = (self.0.clock)();
        let operation = Operation::new(owner, model, now);
        self.0.store.insert(&operation).await?;
        tracing::info!(operation = %operation.id, "created");
        Ok(CreatedOperation {
            request_upload_url: self.0.links.presign(url, operation.id, LinkedFile::Input, now),
            operation_id: operation.id.to_string(),
            bucket_kms_key_arn: self.0.kms_key_arn.clone(),
        })
    }

    /// The status of a client's operation, with fresh links when it is complete.
    ///
    /// # Errors
    /// When there is no such operation, or it is another client's.
    pub async fn status(&self, owner: &str, id: &str, url: &str) -> Result<OperationAnswer, OperationError> {
        let id: Uuid = id.parse().map_err(|_| OperationError::Unknown)?;
        let operation = self.0.store.find(id).await?.ok_or(OperationError::Unknown)?;
        if operation.owner != owner {
            return Err(OperationError::NotOwned);
        }
        let now = (self.0.clock)();
        let link = |file| operation.has_output_at(now).then(|| self.0.links.presign(url, id, file, now));
        let status = operation.status_at(now);
        Ok(OperationAnswer {
            operation_status: status,
            response_download_url: link(LinkedFile::Output),
            metadata_download_url: link(LinkedFile::Metadata),
            error: operation.error.clone().filter(|_| status == OperationStatus::Failed),
        })
    }
}

fn lock(folder: &Path) -> Result<File, OpenError> {
    let file = File::create(folder.join("lock")).map_err(|error| OpenError::Folder(folder.into(), error))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(OpenError::InUse(folder.into())),
        Err(TryLockError::Error(error)) => Err(OpenError::Folder(folder.into(), error)),
    }
}
