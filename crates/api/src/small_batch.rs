//! In: up to 300 records. Out: the synchronous call for them, and the answer for one record of it, as they stand on
//! the wire. Next: the service's `request.rs` reads the call, its `code.rs` writes the answers.

use crate::{CodeStatus, Suggestion};
use serde::{Deserialize, Deserializer, Serialize};

/// Most records of one synchronous call.
pub const MAX_RECORDS: usize = 300;

/// The body of `POST /v1/topics/{topic}/code` for 1 to [`MAX_RECORDS`] records.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SmallBatchRequest {
    /// What is to be coded. The call fails as a whole when one record is bad.
    #[cfg_attr(feature = "openapi", schema(min_items = 1, max_items = 300))]
    pub records: Vec<SmallBatchRecord>,
    /// How many codes to return for a record at most: 1 to 16.
    #[serde(default = "crate::coding::max_suggestions")]
    #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 16, default = 16))]
    pub number_of_suggestions: u8,
}

/// One job of a small batch. Its two texts have 3 to 100 characters together, white space at both ends of each not
/// counted, all of them printable ASCII.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct SmallBatchRecord {
    /// The caller's own name for the record; need not be unique.
    #[serde(
        default,
        rename = "recordId",
        deserialize_with = "not_null",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub record_id: Option<String>,
    /// The job title.
    #[serde(default, deserialize_with = "not_null", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false, example = "software developer"))]
    pub occp_text: Option<String>,
    /// The main tasks.
    #[serde(default, deserialize_with = "not_null", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false, example = "writing code and unit tests"))]
    pub tasks_text: Option<String>,
}

/// What came of one record, alone or in a small batch.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct RecordAnswer {
    /// As in the request, where it was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub record_id: Option<String>,
    /// Whether there are codes.
    pub code_status: CodeStatus,
    /// The texts as they were sent.
    pub input: SentTexts,
    /// Codes of one category, best first; empty when unsuccessful.
    #[cfg_attr(feature = "openapi", schema(max_items = 16))]
    pub result: Vec<Suggestion>,
}

/// The texts as they were sent: what was left out is left out here.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SentTexts {
    /// The job title.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub occp_text: Option<String>,
    /// The main tasks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub tasks_text: Option<String>,
}

/// A field may be left out, and be a text, and is never null.
fn not_null<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    String::deserialize(deserializer).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_record_takes_texts_and_nothing_else() {
        let read = |record| serde_json::from_value::<SmallBatchRecord>(record).is_ok();
        assert!(read(json!({})));
        assert!(read(json!({"recordId": "1", "occp_text": "", "tasks_text": "driving"})));
        for record in [
            json!({"occp_text": null}),
            json!({"tasks_text": 3}),
            json!({"recordId": 1}),
            json!({"recordid": "1"}),
            json!("driver"),
        ] {
            assert!(!read(record.clone()), "{record}");
        }
    }

    #[test]
    fn an_answer_repeats_what_was_sent_and_nothing_more() {
        let answer = RecordAnswer {
            record_id: None,
            code_status: CodeStatus::Unsuccessful,
            input: SentTexts { occp_text: Some("Sales assistant".into()), tasks_text: None },
            result: vec![],
        };
        let expected =
            json!({"codeStatus": "unsuccessful", "input": {"occp_text": "Sales assistant"}, "result": []});
        assert_eq!(serde_json::to_value(answer).unwrap(), expected);
    }
}
