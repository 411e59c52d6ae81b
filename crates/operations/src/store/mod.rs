//! In: what happens to operations. Out: their state, which outlives the process. Next: [`sqlite`] keeps it in a file.

pub mod sqlite;

use crate::clock::Seconds;
use crate::operation::{Operation, Progress};
use async_trait::async_trait;
use occuform_api::OperationStatus;
use uuid::Uuid;

/// The store of operations could not be asked.
#[derive(Debug, thiserror::Error)]
#[error("the store of operations failed: {0}")]
pub struct StoreError(pub String);

/// How an operation ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// All lines are in the output.
    Complete,
    /// Why it failed.
    Failed(String),
}

/// The operations in one state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tally {
    /// The state.
    pub status: OperationStatus,
    /// How many are in it.
    pub operations: i64,
    /// Since when the oldest of them is.
    pub oldest: Seconds,
}

/// Where the state of operations is kept. Each call takes effect as a whole or not at all.
#[async_trait]
pub trait OperationStore: Send + Sync {
    /// Adds a new operation.
    async fn insert(&self, operation: &Operation) -> Result<(), StoreError>;

    /// The operation with this id.
    async fn find(&self, id: Uuid) -> Result<Option<Operation>, StoreError>;

    /// Lets an operation that awaits input wait until `expires` at least.
    async fn wait_until(&self, id: Uuid, expires: Seconds) -> Result<(), StoreError>;

    /// Gives the operation its input and the last place in the queue. False where it does not await input any more.
    async fn start(&self, id: Uuid, input: &str, now: Seconds) -> Result<bool, StoreError>;

    /// The operation in progress whose turn it is.
    async fn next_in_turn(&self) -> Result<Option<Operation>, StoreError>;

    /// Notes how far an operation is, and gives it the last place in the queue.
    async fn checkpoint(&self, id: Uuid, progress: &Progress) -> Result<(), StoreError>;

    /// Ends an operation whose input has come or is coming; one that has ended stays as it is. Its files are to be
    /// deleted at `expires`.
    async fn end(
        &self,
        id: Uuid,
        outcome: &Outcome,
        now: Seconds,
        expires: Seconds,
    ) -> Result<(), StoreError>;

    /// Times out the operations whose input did not come in time.
    async fn time_out(&self, now: Seconds) -> Result<(), StoreError>;

    /// Operations that ended and whose files are to be deleted by now.
    async fn expired(&self, now: Seconds) -> Result<Vec<Uuid>, StoreError>;

    /// Notes that an operation that ended has no files any more.
    async fn files_deleted(&self, id: Uuid) -> Result<(), StoreError>;

    /// Forgets operations without files that ended and were created before this time.
    async fn forget_before(&self, created: Seconds) -> Result<(), StoreError>;

    /// How many operations are in each state that any is in.
    async fn tally(&self) -> Result<Vec<Tally>, StoreError>;
}
