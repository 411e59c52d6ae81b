//! In: operations whose input file is there. Out: their output, segment by segment. Next: `download`.
//!
//! Operations take turns. A turn reads some lines, codes them on all threads, stores their answers as one more segment
//! of the output and only then notes how far it came. A process that was killed in a turn does just that turn again
//! after its restart, and writes the same segment in place of the same.

use crate::batches::{Batches, Shared};
use crate::coder::FileCoder;
use crate::operation::{OUTPUT_KEPT, Operation, Progress};
use crate::slice::Slice;
use crate::store::{Outcome, StoreError};
use crate::vault::VaultError;
use occuform_api::{OperationStatus, RecordCounts};
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinError;

/// How long the worker waits after the store failed.
const RETRY: Duration = Duration::from_secs(5);

/// The models that are served.
pub trait Models: Send + Sync {
    /// What codes files with the model of this GUID.
    fn coder(&self, model_id: &str) -> Option<Arc<dyn FileCoder>>;
}

/// Why an operation does not go on.
#[derive(Debug, thiserror::Error)]
enum Interruption {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Vault(#[from] VaultError),
    #[error("its model is not served any more")]
    NoModel,
    #[error("its input is empty")]
    Empty,
    #[error("its input is in UTF-16")]
    Utf16,
    #[error("coding panicked")]
    Panicked(#[from] JoinError),
}

impl Interruption {
    /// What the operation's owner is told.
    const fn message(&self) -> &'static str {
        match self {
            Self::Vault(VaultError::Full) => {
                "There was not enough disk space for the output file. Please create a new operation later."
            }
            Self::Vault(VaultError::Missing) => "The input file is missing. Please create a new operation.",
            Self::Vault(VaultError::Damaged(_)) => {
                "The stored input file cannot be decrypted. Please create a new operation."
            }
            Self::NoModel => "The model is not served any more. Please create a new operation.",
            Self::Empty => "Batch input contained no records",
            Self::Utf16 => "The input file is in UTF-16. Please save it as UTF-8 and create a new operation.",
            Self::Store(_) | Self::Vault(VaultError::Broken(_)) | Self::Panicked(_) => {
                "Error performing request"
            }
        }
    }
}

impl Batches {
    /// Codes what was uploaded and deletes what has expired, until `shutdown` is ready. What was begun goes on in the
    /// next run.
    pub async fn run(&self, shutdown: impl Future<Output = ()> + Send) {
        tokio::select! {
            () = shutdown => {}
            () = self.work() => {}
            () = self.sweep_regularly() => {}
        }
    }

    async fn work(&self) {
        loop {
            match self.turn().await {
                Ok(true) => {}
                Ok(false) => self.0.arrival.notified().await,
                Err(error) => {
                    tracing::error!(%error, "the worker waits");
                    tokio::time::sleep(RETRY).await;
                }
            }
        }
    }

    /// One turn of the operation whose turn it is; false where none is in progress.
    async fn turn(&self) -> Result<bool, StoreError> {
        let Some(operation) = self.0.store.next_in_turn().await? else {
            return Ok(false);
        };
        match self.0.advance(&operation).await {
            Ok(()) => {}
            Err(Interruption::Store(error)) => return Err(error),
            Err(interruption) => self.0.fail(&operation, &interruption).await?,
        }
        Ok(true)
    }
}

impl Shared {
    async fn advance(self: &Arc<Self>, operation: &Operation) -> Result<(), Interruption> {
        let coder = self.models.coder(&operation.model.model_id).ok_or(Interruption::NoModel)?;
        let input = operation.input.as_deref().ok_or(VaultError::Missing)?;
        let mut progress = operation.progress;
        let mut slice = Slice::read(&mut self.vault.open(input, progress.read).await?).await?;
        if progress.read == 0 {
            check_beginning(&mut slice)?;
        }
        let (read, ended) = (slice.read, slice.ended);
        if !slice.is_empty() {
            let (parts, counts) = self.code(slice, coder).await?;
            progress.written += self.store_segment(operation, &progress, &parts).await?;
            progress.read += read;
            progress.segments += 1;
            progress.counts += counts;
            self.store.checkpoint(operation.id, &progress).await?;
            self.metrics.coded(counts);
        }
        if ended {
            self.complete(operation, input, &progress).await?;
        }
        Ok(())
    }

    async fn code(
        self: &Arc<Self>,
        slice: Slice,
        coder: Arc<dyn FileCoder>,
    ) -> Result<(Vec<Vec<u8>>, RecordCounts), JoinError> {
        let shared = Arc::clone(self);
        tokio::task::spawn_blocking(move || shared.threads.install(|| slice.code(coder.as_ref()))).await
    }

    /// Stores one more segment. Returns its bytes.
    async fn store_segment(
        &self,
        operation: &Operation,
        progress: &Progress,
        parts: &[Vec<u8>],
    ) -> Result<u64, VaultError> {
        let mut segment = self.vault.create(&operation.segment(progress.segments)).await?;
        for part in parts {
            segment.write(part).await?;
        }
        segment.finish().await?;
        Ok(parts.iter().map(|part| part.len() as u64).sum())
    }

    async fn complete(
        &self,
        operation: &Operation,
        input: &str,
        progress: &Progress,
    ) -> Result<(), Interruption> {
        let now = (self.clock)();
        self.store.end(operation.id, &Outcome::Complete, now, now + OUTPUT_KEPT).await?;
        self.metrics.left(OperationStatus::InProgress, now - operation.since);
        let RecordCounts { total, successful, unsuccessful, errors } = progress.counts;
        tracing::info!(operation = %operation.id, total, successful, unsuccessful, errors, "complete");
        if let Err(error) = self.vault.delete(input).await {
            tracing::error!(operation = %operation.id, %error, "the input is deleted with the output");
        }
        Ok(())
    }

    /// The files go first: on a full disk there is room then to note the failure.
    async fn fail(&self, operation: &Operation, reason: &Interruption) -> Result<(), StoreError> {
        tracing::error!(operation = %operation.id, error = %reason, "failed");
        if let Err(error) = self.vault.delete(&operation.folder()).await {
            tracing::error!(operation = %operation.id, %error, "the files are deleted later");
        }
        let outcome = Outcome::Failed(reason.message().to_owned());
        let now = (self.clock)();
        self.store.end(operation.id, &outcome, now, now).await?;
        self.metrics.left(OperationStatus::InProgress, now - operation.since);
        Ok(())
    }
}

fn check_beginning(slice: &mut Slice) -> Result<(), Interruption> {
    if slice.is_empty() {
        return Err(Interruption::Empty);
    }
    if slice.begins_as_utf16() {
        return Err(Interruption::Utf16);
    }
    slice.without_byte_order_mark();
    Ok(())
}
