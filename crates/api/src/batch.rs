//! In: what the asynchronous calls and files hold. Out: the same as types, for the service and for its clients.
//! Next: `crates/operations`, which writes them.

use crate::{CodeStatus, Model, Record, Suggestion};
use serde::{Deserialize, Serialize};

/// Most characters that title and tasks of a file's record may have together, both ends trimmed.
pub const MAX_BATCH_LENGTH: usize = 300;
/// Most suggestions for a file's record that is not coded.
pub const MAX_BATCH_SUGGESTIONS: u8 = 3;
/// What `recordId` says where a line's own could not be read.
pub const UNKNOWN_RECORD: &str = "unknown";

/// The answer of `POST .../batch-code`.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CreatedOperation {
    /// Where the input file is to be uploaded, within one hour.
    pub request_upload_url: String,
    /// GUID.
    pub operation_id: String,
    /// What the upload's header `x-amz-server-side-encryption-aws-kms-key-id` must hold.
    pub bucket_kms_key_arn: String,
}

/// The answer of `GET .../batch-code/operations/{operation_id}`.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OperationAnswer {
    /// How far the operation is.
    pub operation_status: OperationStatus,
    /// Where the output file is, for one hour; only when complete, and as long as there is an output file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub response_download_url: Option<String>,
    /// Where the [`BatchMetadata`] is, as long as the output file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub metadata_download_url: Option<String>,
    /// What went wrong; only when failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub error: Option<String>,
}

/// How far an operation is.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OperationStatus {
    /// The input file has not come yet.
    AwaitingInput,
    /// The input file is there, and waits or is being coded.
    InProgress,
    /// The output file can be downloaded.
    Complete,
    /// The input file did not come in time.
    TimedOut,
    /// It went wrong as a whole.
    Failed,
}

/// One line of an input file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BatchRecord {
    /// The caller's own name for the record; need not be unique.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record_id: Option<String>,
    /// The job title; may be empty.
    #[serde(rename = "occp_text")]
    pub occp_text: String,
    /// The main tasks; may be empty.
    #[serde(rename = "tasks_text")]
    pub tasks_text: String,
}

/// One line of an output file: with `result` when successful, else with `suggestions` or `error`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BatchAnswer {
    /// As in the input; null where there was none; [`UNKNOWN_RECORD`] where it could not be read.
    pub record_id: Option<String>,
    /// Whether the best code is trusted.
    pub code_status: CodeStatus,
    /// What was to be coded.
    pub input: BatchInput,
    /// The best code, 1 to 6 digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result: Option<Suggestion>,
    /// 1 to [`MAX_BATCH_SUGGESTIONS`] codes that may fit, best first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub suggestions: Vec<Suggestion>,
    /// Why the line could not be coded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// What an output line says of its input.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum BatchInput {
    /// The texts as they were sent.
    Record(Record),
    /// The line as it was, where it holds no record.
    Line(String),
}

/// The content of the metadata file: the model that coded, and how many lines came out how.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BatchMetadata {
    /// The model that coded.
    #[serde(flatten)]
    pub model: Model,
    /// How many lines came out how.
    pub record_counts: RecordCounts,
}

/// How many lines of a file came out how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordCounts {
    /// Lines of the input, and of the output.
    pub total: u64,
    /// Lines with `result`.
    pub successful: u64,
    /// Lines with `suggestions`.
    pub unsuccessful: u64,
    /// Lines with `error`.
    pub errors: u64,
}

impl std::ops::AddAssign for RecordCounts {
    fn add_assign(&mut self, more: Self) {
        self.total += more.total;
        self.successful += more.successful;
        self.unsuccessful += more.unsuccessful;
        self.errors += more.errors;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn suggestion() -> Suggestion {
        Suggestion {
            code_category: "261313".into(),
            code_label: "Software Engineer".into(),
            code_confidence: 0.98,
        }
    }

    fn written(answer: &BatchAnswer) -> Value {
        serde_json::to_value(answer).unwrap()
    }

    #[test]
    fn an_output_line_is_written_as_in_the_guide() {
        let mut answer = BatchAnswer {
            record_id: Some("1".into()),
            code_status: CodeStatus::Successful,
            input: BatchInput::Record(Record { occp_text: "dev".into(), tasks_text: String::new() }),
            result: Some(suggestion()),
            suggestions: Vec::new(),
            error: None,
        };
        let code =
            json!({"codeCategory": "261313", "codeLabel": "Software Engineer", "codeConfidence": 0.98});
        let input = json!({"occp_text": "dev", "tasks_text": ""});
        assert_eq!(
            written(&answer),
            json!({"recordId": "1", "codeStatus": "successful", "input": input, "result": code})
        );

        (answer.record_id, answer.code_status) = (None, CodeStatus::Unsuccessful);
        (answer.result, answer.suggestions) = (None, vec![suggestion()]);
        assert_eq!(
            written(&answer),
            json!({"recordId": null, "codeStatus": "unsuccessful", "input": input, "suggestions": [code]})
        );
    }

    #[test]
    fn an_input_line_needs_both_texts_and_takes_nothing_unknown() {
        let read = |line: Value| serde_json::from_value::<BatchRecord>(line).is_ok();
        assert!(read(json!({"occp_text": "dev", "tasks_text": ""})));
        assert!(read(json!({"recordId": null, "occp_text": "dev", "tasks_text": ""})));
        assert!(!read(json!({"occp_text": "dev"})));
        assert!(!read(json!({"recordId": 7, "occp_text": "dev", "tasks_text": ""})));
        assert!(!read(json!({"occp_text": "dev", "tasks_text": "", "salary": "1"})));
    }

    #[test]
    fn a_status_holds_links_and_an_error_only_where_there_are_any() {
        let awaiting = OperationAnswer {
            operation_status: OperationStatus::AwaitingInput,
            response_download_url: None,
            metadata_download_url: None,
            error: None,
        };
        assert_eq!(serde_json::to_value(awaiting).unwrap(), json!({"operationStatus": "awaiting_input"}));
    }
}
