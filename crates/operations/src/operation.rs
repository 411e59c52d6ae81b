//! In: what happens to a batch. Out: its state as plain data, with the rules of time. Next: `store` keeps it.

use crate::clock::Seconds;
use occuform_api::{BatchMetadata, Model, OperationStatus, RecordCounts};
use uuid::Uuid;

/// How long an operation waits for its input file, as long as its link can be used.
pub const INPUT_DUE: Seconds = crate::links::LINK_LIFE;
/// How long an upload under way keeps its operation waiting after its last sign of life.
pub const UPLOAD_GRACE: Seconds = 5 * 60;
/// How long an output file is kept: a little less than a day, so that it is surely gone after one.
pub const OUTPUT_KEPT: Seconds = 24 * 60 * 60 - 2 * SWEEP_PERIOD;
/// How long an operation can be asked for after it was created.
pub const OPERATION_KEPT: Seconds = 30 * 24 * 60 * 60;
/// How often what has expired is looked for.
pub const SWEEP_PERIOD: Seconds = 60;

/// All states, in the order in which an operation can have them.
pub const STATUSES: [OperationStatus; 5] = [
    OperationStatus::AwaitingInput,
    OperationStatus::InProgress,
    OperationStatus::Complete,
    OperationStatus::TimedOut,
    OperationStatus::Failed,
];

/// The state as it stands on the wire, in the store and in metrics.
pub const fn status_name(status: OperationStatus) -> &'static str {
    match status {
        OperationStatus::AwaitingInput => "awaiting_input",
        OperationStatus::InProgress => "in_progress",
        OperationStatus::Complete => "complete",
        OperationStatus::TimedOut => "timed_out",
        OperationStatus::Failed => "failed",
    }
}

/// One asynchronous batch.
#[derive(Clone, Debug, PartialEq)]
pub struct Operation {
    /// GUID; random, so that it cannot be guessed.
    pub id: Uuid,
    /// The client that created it.
    pub owner: String,
    /// The model that codes.
    pub model: Model,
    /// The state as it was last stored; [`Operation::status_at`] tells the state now.
    pub status: OperationStatus,
    /// Since when it is in this state.
    pub since: Seconds,
    /// When it was created.
    pub created: Seconds,
    /// Waiting for input: when it times out. Ended: when its files are deleted; nothing once they are.
    pub expires: Option<Seconds>,
    /// The name of the stored input file.
    pub input: Option<String>,
    /// How far the coding is.
    pub progress: Progress,
    /// Why it failed.
    pub error: Option<String>,
}

/// How far the coding of a file is. Everything up to here is stored for good.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Bytes of the input that are coded; the next line begins here.
    pub read: u64,
    /// How many segments of output are stored.
    pub segments: u32,
    /// Bytes of all segments together.
    pub written: u64,
    /// How the lines came out.
    pub counts: RecordCounts,
}

impl Operation {
    /// A new operation, waiting for its input.
    pub fn new(owner: &str, model: Model, now: Seconds) -> Self {
        Self {
            id: Uuid::new_v4(),
            owner: owner.to_owned(),
            model,
            status: OperationStatus::AwaitingInput,
            since: now,
            created: now,
            expires: Some(now + INPUT_DUE),
            input: None,
            progress: Progress::default(),
            error: None,
        }
    }

    /// The state at a time, whether or not what has expired was swept away by then.
    pub fn status_at(&self, now: Seconds) -> OperationStatus {
        match self.status {
            OperationStatus::AwaitingInput if self.expires.is_none_or(|expires| expires <= now) => {
                OperationStatus::TimedOut
            }
            status => status,
        }
    }

    /// Whether there is an output file at a time.
    pub fn has_output_at(&self, now: Seconds) -> bool {
        self.status == OperationStatus::Complete && self.expires.is_some_and(|expires| now < expires)
    }

    /// The folder of its files.
    pub fn folder(&self) -> String {
        self.id.to_string()
    }

    /// The name of a new input file; each upload has its own, so that two at a time do not meet.
    pub fn new_input(&self) -> String {
        format!("{}/input-{}", self.id, Uuid::new_v4())
    }

    /// The name of a segment of output, counted from 0.
    pub fn segment(&self, number: u32) -> String {
        format!("{}/output-{number:06}", self.id)
    }

    /// What the metadata file says.
    pub fn metadata(&self) -> BatchMetadata {
        BatchMetadata { model: self.model.clone(), record_counts: self.progress.counts }
    }
}
