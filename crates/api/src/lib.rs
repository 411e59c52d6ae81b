//! What the widget, the proxy and the coder say to each other.
//!
//! A respondent's words become a [`JobText`], travel as a [`CodeRequest`] and come back as a [`CodeAnswer`];
//! what the service refuses is a [`ServiceError`]. Files of records travel as [`BatchRecord`] and [`BatchAnswer`], a line each. The shapes, limits and messages are those of the Coding
//! Service's user guide. Nothing here knows of browsers or servers, so that both sides share one set of rules.

mod batch;
mod coding;
mod error;
mod model;
mod small_batch;
mod text;
mod token;

pub use batch::{
    BatchAnswer, BatchInput, BatchMetadata, BatchRecord, CreatedOperation, MAX_BATCH_LENGTH,
    MAX_BATCH_SUGGESTIONS, OperationAnswer, OperationStatus, RecordCounts, UNKNOWN_RECORD,
};
pub use coding::{CodeAnswer, CodeRequest, CodeStatus, MAX_SUGGESTIONS, Record, RequestError, Suggestion};
pub use error::{ServiceError, TextLength};
pub use model::{ANZSCO, Model, OSCA, Topic, TopicAnswer};
pub use small_batch::{MAX_RECORDS, RecordAnswer, SentTexts, SmallBatchRecord, SmallBatchRequest};
pub use text::{Field, JobText, MAX_LENGTH, MIN_LENGTH, TextError, text_length};
pub use token::{ErrorBody, TokenAnswer};
