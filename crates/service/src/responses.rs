//! In: an endpoint. Out: for its description, the refusals that it shares with others. Next: `openapi`.

use occuform_api::ErrorBody;
use utoipa::IntoResponses;

/// What every authenticated call can be answered with.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "only described")]
pub(crate) enum Refused {
    /// Invalid request body: there is a query string
    #[response(status = 400)]
    Query(ErrorBody),
    /// User is not authorized to access this resource with an explicit deny: no token, or one that is not valid
    #[response(status = 403)]
    Denied(ErrorBody),
    /// Too Many Requests (come again after Retry-After), or Limit Exceeded (the day's calls are made)
    #[response(status = 429, headers(("Retry-After" = u64, description = "Seconds to wait")))]
    Throttled(ErrorBody),
    /// Error performing request
    #[response(status = 500)]
    Internal(ErrorBody),
}

/// What a call that names a topic can be answered with.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "only described")]
pub(crate) enum RefusedTopic {
    /// Invalid request body: there is a query string
    #[response(status = 400)]
    Query(ErrorBody),
    /// User is not authorized to access this resource with an explicit deny: no token, or one that is not valid
    #[response(status = 403)]
    Denied(ErrorBody),
    /// The specified topic does not exist
    #[response(status = 404)]
    Unknown(ErrorBody),
    /// Too Many Requests (come again after Retry-After), or Limit Exceeded (the day's calls are made)
    #[response(status = 429, headers(("Retry-After" = u64, description = "Seconds to wait")))]
    Throttled(ErrorBody),
    /// Error performing request, or No models found for topic
    #[response(status = 500)]
    Internal(ErrorBody),
}

/// What a coding call can be answered with.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "only described")]
pub(crate) enum RefusedCoding {
    /// Invalid request body; Malformed record found in request; Batch input contained no records; Batch records
    /// exceeds length limit of 300; or There are record(s) outside the min or max char limit, with a line for each
    #[response(status = 400)]
    Body(ErrorBody),
    /// User is not authorized to access this resource with an explicit deny: no token, or one that is not valid
    #[response(status = 403)]
    Denied(ErrorBody),
    /// The specified topic does not exist, or The specified model does not exist
    #[response(status = 404)]
    Unknown(ErrorBody),
    /// The body did not come in time
    #[response(status = 408)]
    Slow(ErrorBody),
    /// The body is too large
    #[response(status = 413)]
    Large(ErrorBody),
    /// Too Many Requests (come again after Retry-After), or Limit Exceeded (the day's calls are made)
    #[response(status = 429, headers(("Retry-After" = u64, description = "Seconds to wait")))]
    Throttled(ErrorBody),
    /// Error performing request, or No models found for topic
    #[response(status = 500)]
    Internal(ErrorBody),
}

/// What the creation of an operation can be answered with.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "only described")]
pub(crate) enum RefusedOperation {
    /// Invalid request body: there is a body other than an empty object, or a query string
    #[response(status = 400)]
    Body(ErrorBody),
    /// User is not authorized to access this resource with an explicit deny: no token, one that is not valid, or not
    /// a partner's
    #[response(status = 403)]
    Denied(ErrorBody),
    /// The specified topic does not exist, or The specified model does not exist
    #[response(status = 404)]
    Unknown(ErrorBody),
    /// The body did not come in time
    #[response(status = 408)]
    Slow(ErrorBody),
    /// The body is too large
    #[response(status = 413)]
    Large(ErrorBody),
    /// Too Many Requests (come again after Retry-After), or Limit Exceeded (the day's calls are made)
    #[response(status = 429, headers(("Retry-After" = u64, description = "Seconds to wait")))]
    Throttled(ErrorBody),
    /// Error performing request, or No models found for topic
    #[response(status = 500)]
    Internal(ErrorBody),
}

/// What the question for an operation's status can be answered with.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "only described")]
pub(crate) enum RefusedStatus {
    /// Invalid request body: there is a query string
    #[response(status = 400)]
    Query(ErrorBody),
    /// User is not authorised to retrieve operation GUID: it is another client's
    #[response(status = 401)]
    Foreign(ErrorBody),
    /// User is not authorized to access this resource with an explicit deny: no token, one that is not valid, or not
    /// a partner's
    #[response(status = 403)]
    Denied(ErrorBody),
    /// Unable to retrieve operation for given id, or The specified topic does not exist
    #[response(status = 404)]
    Unknown(ErrorBody),
    /// Too Many Requests (come again after Retry-After), or Limit Exceeded (the day's calls are made)
    #[response(status = 429, headers(("Retry-After" = u64, description = "Seconds to wait")))]
    Throttled(ErrorBody),
    /// Error performing request
    #[response(status = 500)]
    Internal(ErrorBody),
}
