//! In: a [`JobText`]. Out: the request and answer of the synchronous coding call, as they stand on the wire.
//! Next: the proxy's `code.rs`, which reads the request, and the widget's `client.rs`, which reads the answer.

use crate::{JobText, ServiceError, TextError, TextLength};
use serde::{Deserialize, Serialize};

/// Most suggestions that one record may ask for, and what is meant when the number is left out.
pub const MAX_SUGGESTIONS: u8 = 16;

/// The body of `POST /v1/topics/{topic}/code` for a single record.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CodeRequest {
    /// What is to be coded.
    pub record: Record,
    /// How many suggestions to return at most: 1 to 16.
    #[serde(default = "max_suggestions")]
    pub number_of_suggestions: u8,
}

/// One job, in the respondent's words.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// The job title.
    #[serde(default)]
    pub occp_text: String,
    /// The main tasks.
    #[serde(default)]
    pub tasks_text: String,
}

/// What came of one record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CodeAnswer {
    /// Whether there are suggestions.
    pub code_status: CodeStatus,
    /// The record as it was sent.
    pub input: Record,
    /// The suggestions, best first; empty when unsuccessful.
    pub result: Vec<Suggestion>,
}

/// Whether a record could be coded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub enum CodeStatus {
    /// At least one suggestion is trusted.
    Successful,
    /// No suggestion is trusted.
    Unsuccessful,
}

/// One code that may fit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Suggestion {
    /// The classification's code, 1 to 6 digits.
    #[cfg_attr(feature = "openapi", schema(pattern = "^[0-9]{1,6}$", example = "261313"))]
    pub code_category: String,
    /// The code's official title.
    #[cfg_attr(feature = "openapi", schema(example = "Software Engineer"))]
    pub code_label: String,
    /// How likely this is the right code, 0 to 1.
    #[cfg_attr(feature = "openapi", schema(minimum = 0, maximum = 1, example = 0.609_396))]
    pub code_confidence: f64,
}

/// Why a well-formed request cannot be coded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequestError {
    /// The text breaks a rule.
    Text(TextError),
    /// The number of suggestions is not 1 to 16.
    NumberOfSuggestions,
}

impl CodeRequest {
    /// Checks the text rules and the number of suggestions.
    ///
    /// # Errors
    /// The first rule broken.
    pub fn job_text(&self) -> Result<JobText, RequestError> {
        if !(1..=MAX_SUGGESTIONS).contains(&self.number_of_suggestions) {
            return Err(RequestError::NumberOfSuggestions);
        }
        JobText::new(&self.record.occp_text, &self.record.tasks_text).map_err(RequestError::Text)
    }
}

impl From<RequestError> for ServiceError {
    fn from(error: RequestError) -> Self {
        match error {
            RequestError::Text(TextError::TooShort { .. }) => {
                Self::TextLengths(vec![TextLength { index: 0, too_long: false }])
            }
            RequestError::Text(TextError::TooLong { .. }) => {
                Self::TextLengths(vec![TextLength { index: 0, too_long: true }])
            }
            RequestError::Text(TextError::NotPrintableAscii { .. }) | RequestError::NumberOfSuggestions => {
                Self::InvalidRequestBody
            }
        }
    }
}

pub(crate) const fn max_suggestions() -> u8 {
    MAX_SUGGESTIONS
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn request(body: serde_json::Value) -> Result<CodeRequest, serde_json::Error> {
        serde_json::from_value(body)
    }

    #[test]
    fn a_field_or_the_number_of_suggestions_may_be_left_out() {
        let read = request(json!({"record": {"occp_text": "nurse"}})).unwrap();
        assert_eq!(read.number_of_suggestions, 16);
        assert_eq!(read.job_text().unwrap().tasks(), "");
    }

    #[test]
    fn the_number_of_suggestions_is_1_to_16() {
        for (number, accepted) in [(0, false), (1, true), (16, true), (17, false)] {
            let read = request(json!({"record": {"occp_text": "nurse"}, "numberOfSuggestions": number}));
            assert_eq!(read.unwrap().job_text().is_ok(), accepted, "{number}");
        }
        for number in [json!(-1), json!(1.5), json!("3"), json!(null)] {
            assert!(
                request(json!({"record": {"occp_text": "nurse"}, "numberOfSuggestions": number})).is_err()
            );
        }
    }

    #[test]
    fn an_answer_is_written_as_in_the_guide() {
        let answer = CodeAnswer {
            code_status: CodeStatus::Successful,
            input: Record { occp_text: "sparky".into(), tasks_text: String::new() },
            result: vec![Suggestion {
                code_category: "381131".into(),
                code_label: "Electrician (General)".into(),
                code_confidence: 0.5,
            }],
        };
        let expected = json!({
            "codeStatus": "successful",
            "input": {"occp_text": "sparky", "tasks_text": ""},
            "result": [
                {"codeCategory": "381131", "codeLabel": "Electrician (General)", "codeConfidence": 0.5},
            ],
        });
        assert_eq!(serde_json::to_value(answer).unwrap(), expected);
    }
}
