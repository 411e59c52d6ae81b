//! What the widget, the proxy and the coder say to each other.
//!
//! A respondent's words become a [`JobText`], travel as a [`CodeRequest`] and come back as a [`CodeAnswer`];
//! what the service refuses is a [`ServiceError`]. The shapes, limits and messages are those of the Coding
//! Service's user guide. Nothing here knows of browsers or servers, so that both sides share one set of rules.

mod coding;
mod error;
mod model;
mod small_batch;
mod text;
mod token;

pub use coding::{CodeAnswer, CodeRequest, CodeStatus, MAX_SUGGESTIONS, Record, RequestError, Suggestion};
pub use error::{ServiceError, TextLength};
pub use model::{ANZSCO, Model, OSCA, Topic, TopicAnswer};
pub use small_batch::{MAX_RECORDS, RecordAnswer, SentTexts, SmallBatchRecord, SmallBatchRequest};
pub use text::{Field, JobText, MAX_LENGTH, MIN_LENGTH, TextError, text_length};
pub use token::{ErrorBody, TokenAnswer};
