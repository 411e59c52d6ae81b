//! In: anything that went wrong on a call. Out: the status and message of the guide's error table.
//! Next: the proxy's `problem.rs` or the service's `error.rs` turns it into a response.

use crate::{MAX_LENGTH, MAX_RECORDS, MIN_LENGTH};
use std::fmt;

/// An error of the Coding Service, with the status and message that its guide gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ServiceError {
    /// The body is not JSON of the right shape, or holds a character outside printable ASCII.
    InvalidRequestBody,
    /// A record's fields are not those of the model's input format, or there is no record.
    MalformedRecord,
    /// The list of records is empty.
    NoRecords,
    /// More than [`MAX_RECORDS`] records.
    TooManyRecords,
    /// Records whose title and tasks have too few or too many characters together, in the order of the request.
    TextLengths(Vec<TextLength>),
    /// The operation is another client's.
    ForeignOperation,
    /// No token, one that is not valid any more, or too many token requests.
    Denied,
    /// The path names a topic that is not served.
    UnknownTopic,
    /// The path names a model that is not there.
    UnknownModel,
    /// The path names an operation that is not there.
    UnknownOperation,
    /// The model is there and codes to another topic.
    OtherTopicsModel,
    /// More calls a second than the client may make.
    TooManyRequests,
    /// More calls a day than the client may make.
    LimitExceeded,
    /// Something broke on the service's side.
    Internal,
    /// The topic is served and has no model.
    NoModels,
}

/// A record whose title and tasks have too few or too many characters together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TextLength {
    /// The record's place in the request, from 0.
    pub index: usize,
    /// Whether there are too many characters rather than too few.
    pub too_long: bool,
}

impl ServiceError {
    /// The HTTP status.
    pub const fn status(&self) -> u16 {
        match self {
            Self::InvalidRequestBody
            | Self::MalformedRecord
            | Self::NoRecords
            | Self::TooManyRecords
            | Self::TextLengths(_) => 400,
            Self::ForeignOperation => 401,
            Self::Denied => 403,
            Self::UnknownTopic | Self::UnknownModel | Self::UnknownOperation => 404,
            Self::OtherTopicsModel => 409,
            Self::TooManyRequests | Self::LimitExceeded => 429,
            Self::Internal | Self::NoModels => 500,
        }
    }
}

impl fmt::Display for ServiceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InvalidRequestBody => write!(f, "Invalid request body"),
            Self::MalformedRecord => write!(f, "Malformed record found in request"),
            Self::NoRecords => write!(f, "Batch input contained no records"),
            Self::TooManyRecords => write!(f, "Batch records exceeds length limit of {MAX_RECORDS}"),
            Self::TextLengths(records) => {
                write!(f, "There are record(s) outside the min or max char limit:")?;
                records.iter().try_for_each(|record| write!(f, "\n{record}"))
            }
            Self::ForeignOperation => write!(f, "User is not authorised to retrieve operation GUID"),
            Self::Denied => {
                write!(f, "User is not authorized to access this resource with an explicit deny")
            }
            Self::UnknownTopic => write!(f, "The specified topic does not exist"),
            Self::UnknownModel => write!(f, "The specified model does not exist"),
            Self::UnknownOperation => write!(f, "Unable to retrieve operation for given id"),
            Self::OtherTopicsModel => write!(f, "Selected model does not match the input topic."),
            Self::TooManyRequests => write!(f, "Too Many Requests"),
            Self::LimitExceeded => write!(f, "Limit Exceeded"),
            Self::Internal => write!(f, "Error performing request"),
            Self::NoModels => write!(f, "No models found for topic"),
        }
    }
}

impl fmt::Display for TextLength {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Record with index {} has a total text length ", self.index)?;
        if self.too_long { write!(f, "over {MAX_LENGTH} max") } else { write!(f, "under {MIN_LENGTH} min") }
    }
}

impl std::error::Error for ServiceError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_outside_the_limits_get_a_line_each() {
        let error = ServiceError::TextLengths(vec![
            TextLength { index: 0, too_long: false },
            TextLength { index: 7, too_long: true },
        ]);
        let expected = "There are record(s) outside the min or max char limit:\n\
            Record with index 0 has a total text length under 3 min\n\
            Record with index 7 has a total text length over 100 max";
        assert_eq!((error.status(), error.to_string().as_str()), (400, expected));
    }
}
