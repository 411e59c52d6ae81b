//! In: anything that went wrong on a coding call. Out: the status and message of the guide's error table.
//! Next: the proxy's `problem.rs` turns it into a response.

use crate::{MAX_LENGTH, MIN_LENGTH};
use std::fmt;

/// An error of the Coding Service, with the status and message that its guide gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ServiceError {
    /// The body is not JSON of the right shape, or holds a character outside printable ASCII.
    InvalidRequestBody,
    /// The record's fields are not those of the model's input format.
    MalformedRecord,
    /// Title and tasks together have fewer than 3 characters.
    TextTooShort,
    /// Title and tasks together have more than 100 characters.
    TextTooLong,
    /// The path names a topic that is not served.
    UnknownTopic,
    /// Something broke on the service's side.
    Internal,
}

impl ServiceError {
    /// The HTTP status.
    pub const fn status(self) -> u16 {
        match self {
            Self::InvalidRequestBody | Self::MalformedRecord | Self::TextTooShort | Self::TextTooLong => 400,
            Self::UnknownTopic => 404,
            Self::Internal => 500,
        }
    }
}

impl fmt::Display for ServiceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let outside = "There are record(s) outside the min or max char limit: Record with index 0 has a total text length";
        match self {
            Self::InvalidRequestBody => write!(f, "Invalid request body"),
            Self::MalformedRecord => write!(f, "Malformed record found in request"),
            Self::TextTooShort => write!(f, "{outside} under {MIN_LENGTH} min"),
            Self::TextTooLong => write!(f, "{outside} over {MAX_LENGTH} max"),
            Self::UnknownTopic => write!(f, "The specified topic does not exist"),
            Self::Internal => write!(f, "Error performing request"),
        }
    }
}

impl std::error::Error for ServiceError {}
