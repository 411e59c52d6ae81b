//! In: what time it is. Out: nothing that has expired is left, and `metrics` knows what is. Next: nothing.

use crate::batches::Batches;
use crate::operation::{OPERATION_KEPT, SWEEP_PERIOD};
use crate::store::StoreError;
use crate::vault::VaultError;
use std::time::Duration;
use tokio::time::{MissedTickBehavior, interval};

/// Something that has expired could not be deleted; the next sweep tries again.
#[derive(Debug, thiserror::Error)]
pub enum SweepError {
    /// The store of operations failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A file could not be deleted.
    #[error("files could not be deleted: {0}")]
    Files(String),
}

impl Batches {
    pub(crate) async fn sweep_regularly(&self) {
        let mut period = interval(Duration::from_secs(SWEEP_PERIOD.unsigned_abs()));
        period.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            period.tick().await;
            if let Err(error) = self.sweep().await {
                tracing::error!(%error, "the sweep is tried again");
            }
        }
    }

    /// Times out operations that wait for their input in vain, deletes files that have expired, forgets old operations
    /// and measures what is left for the metrics. Runs by itself once a minute.
    ///
    /// # Errors
    /// When the store or the storage fails; what is left is swept the next time.
    pub async fn sweep(&self) -> Result<(), SweepError> {
        let shared = &self.0;
        let now = (shared.clock)();
        shared.store.time_out(now).await?;
        for id in shared.store.expired(now).await? {
            shared.vault.delete(&id.to_string()).await?;
            shared.store.files_deleted(id).await?;
        }
        shared.store.forget_before(now - OPERATION_KEPT).await?;
        self.measure().await
    }
}

impl From<VaultError> for SweepError {
    fn from(error: VaultError) -> Self {
        Self::Files(error.to_string())
    }
}
