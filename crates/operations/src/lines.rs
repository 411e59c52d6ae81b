//! In: one line of an input file. Out: its line of the output. Next: `slice` puts the lines together.

use crate::coder::FileCoder;
use occuform_api::{
    BatchAnswer, BatchInput, BatchRecord, CodeStatus, JobText, MAX_BATCH_LENGTH, MIN_LENGTH, Record,
    RecordCounts, TextError, UNKNOWN_RECORD,
};
use occuform_coder::FileCoding;
use serde::Deserialize;
use serde_json::Value;

/// Most bytes of a line. A record of 300 characters needs 2,000 at most, its id takes the rest.
pub(crate) const MAX_LINE: usize = 64 * 1024;
/// How much of a longer line stands in the output.
pub(crate) const SHOWN: usize = 1000;

/// The guide's message for a line that is not JSON.
const NOT_JSON: &str = "Invalid JSON data format.";
const NOT_A_RECORD: &str = "Malformed record: it needs the text fields 'occp_text' and 'tasks_text' \
    (one may be empty), may have the text field 'recordId', and no other.";

/// A line as it was read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Line<'a> {
    /// Without its end; the first bytes of a line that is too long.
    pub bytes: &'a [u8],
    /// Whether it was longer than [`MAX_LINE`].
    pub too_long: bool,
}

/// Appends the line's answer to `output` and counts it.
pub(crate) fn answer(line: Line<'_>, coder: &dyn FileCoder, output: &mut Vec<u8>, counts: &mut RecordCounts) {
    let answer = coded(line, coder);
    counts.total += 1;
    match &answer {
        BatchAnswer { error: Some(_), .. } => counts.errors += 1,
        BatchAnswer { code_status: CodeStatus::Successful, .. } => counts.successful += 1,
        _ => counts.unsuccessful += 1,
    }
    serde_json::to_writer(&mut *output, &answer).expect("writing to memory cannot fail");
    output.push(b'\n');
}

fn coded(line: Line<'_>, coder: &dyn FileCoder) -> BatchAnswer {
    let record = match read(line) {
        Ok(record) => record,
        Err(answer) => return *answer,
    };
    let mut answer = BatchAnswer {
        record_id: record.record_id,
        code_status: CodeStatus::Unsuccessful,
        input: BatchInput::Line(String::new()),
        result: None,
        suggestions: Vec::new(),
        error: None,
    };
    match JobText::within(MAX_BATCH_LENGTH, &record.occp_text, &record.tasks_text)
        .map(|text| coder.code(&text))
    {
        Ok(FileCoding::Coded(code)) => {
            answer.code_status = CodeStatus::Successful;
            answer.result = Some(code);
        }
        Ok(FileCoding::Suggested(suggestions)) => answer.suggestions = suggestions,
        Err(broken) => answer.error = Some(broken_rule(broken)),
    }
    answer.input = BatchInput::Record(Record { occp_text: record.occp_text, tasks_text: record.tasks_text });
    answer
}

/// The line's record, or the answer to a line without one.
fn read(line: Line<'_>) -> Result<BatchRecord, Box<BatchAnswer>> {
    if line.too_long {
        let error = format!("Line is longer than {MAX_LINE} bytes; its beginning is shown.");
        return Err(unreadable(line, UNKNOWN_RECORD.to_owned(), error));
    }
    let is_object = line.bytes.trim_ascii_start().starts_with(b"{");
    let record = serde_json::from_slice(line.bytes).ok().filter(|_| is_object);
    record.ok_or_else(|| match serde_json::from_slice::<Value>(line.bytes) {
        Ok(value) => unreadable(line, own_id(&value), NOT_A_RECORD.to_owned()),
        Err(_) => unreadable(line, UNKNOWN_RECORD.to_owned(), NOT_JSON.to_owned()),
    })
}

fn own_id(value: &Value) -> String {
    let id = value.get("recordId").map(String::deserialize);
    id.and_then(Result::ok).unwrap_or_else(|| UNKNOWN_RECORD.to_owned())
}

fn unreadable(line: Line<'_>, record_id: String, error: String) -> Box<BatchAnswer> {
    Box::new(BatchAnswer {
        record_id: Some(record_id),
        code_status: CodeStatus::Unsuccessful,
        input: BatchInput::Line(String::from_utf8_lossy(line.bytes).into_owned()),
        result: None,
        suggestions: Vec::new(),
        error: Some(error),
    })
}

fn broken_rule(error: TextError) -> String {
    match error {
        TextError::TooShort { .. } => format!("Record has a total text length under {MIN_LENGTH} min."),
        TextError::TooLong { limit, .. } => format!("Record has a total text length over {limit} max."),
        TextError::NotPrintableAscii { .. } => "Record has a character outside printable ASCII.".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use occuform_api::Suggestion;
    use serde_json::json;

    /// Trusts its code unless the title says "unsure".
    struct Scripted;

    impl FileCoder for Scripted {
        fn code(&self, text: &JobText) -> FileCoding {
            let code = Suggestion {
                code_category: "261313".into(),
                code_label: text.title().to_owned(),
                code_confidence: 0.5,
            };
            if text.title() == "unsure" { FileCoding::Suggested(vec![code]) } else { FileCoding::Coded(code) }
        }
    }

    fn answered(line: impl AsRef<[u8]>) -> (Value, RecordCounts) {
        let (mut output, mut counts) = (Vec::new(), RecordCounts::default());
        answer(Line { bytes: line.as_ref(), too_long: false }, &Scripted, &mut output, &mut counts);
        assert_eq!(output.pop(), Some(b'\n'));
        assert!(!output.contains(&b'\n'));
        (serde_json::from_slice(&output).unwrap(), counts)
    }

    fn error(line: impl AsRef<[u8]>) -> (Value, Value, String) {
        let (answer, counts) = answered(line);
        assert_eq!(counts, RecordCounts { total: 1, errors: 1, ..RecordCounts::default() });
        assert_eq!(answer["codeStatus"], "unsuccessful");
        let error = answer["error"].as_str().unwrap().to_owned();
        (answer["recordId"].clone(), answer["input"].clone(), error)
    }

    #[test]
    fn a_record_comes_back_with_its_code_and_its_own_words() {
        let line = json!({"recordId": "7", "occp_text": " dev ", "tasks_text": ""});
        let (answer, counts) = answered(line.to_string());
        assert_eq!(counts, RecordCounts { total: 1, successful: 1, ..RecordCounts::default() });
        let expected = json!({
            "recordId": "7",
            "codeStatus": "successful",
            "input": {"occp_text": " dev ", "tasks_text": ""},
            "result": {"codeCategory": "261313", "codeLabel": "dev", "codeConfidence": 0.5},
        });
        assert_eq!(answer, expected);
    }

    #[test]
    fn without_a_trusted_code_there_are_suggestions() {
        let line = json!({"occp_text": "unsure", "tasks_text": "many things"});
        let (answer, counts) = answered(line.to_string());
        assert_eq!(counts, RecordCounts { total: 1, unsuccessful: 1, ..RecordCounts::default() });
        assert_eq!(answer["codeStatus"], "unsuccessful");
        assert_eq!(answer["recordId"], Value::Null);
        assert_eq!(answer["suggestions"][0]["codeCategory"], "261313");
        assert!(answer.get("result").is_none() && answer.get("error").is_none());
    }

    #[test]
    fn an_empty_record_id_stays_empty() {
        let line = json!({"recordId": "", "occp_text": "dev", "tasks_text": ""});
        assert_eq!(answered(line.to_string()).0["recordId"], "");
    }

    #[test]
    fn a_line_that_is_not_json_comes_back_as_it_was() {
        for line in [
            "this is not json",
            "",
            "{\"occp_text\": \"dev\"",
            "{\"occp_text\": \"dev\", \"tasks_text\": \"a\tb\"}",
        ] {
            assert_eq!(error(line), (json!("unknown"), json!(line), NOT_JSON.to_owned()), "{line}");
        }
        let latin = error(b"caf\xe9").1;
        assert_eq!(latin, "caf\u{fffd}");
    }

    #[test]
    fn json_that_is_not_a_record_keeps_its_id() {
        for line in [
            json!({"recordId": "7", "occp_text": "dev"}),
            json!({"recordId": "7", "occp_text": "dev", "tasks_text": 1}),
            json!({"recordId": "7", "occp_text": "dev", "tasks_text": "", "salary": "1"}),
        ] {
            assert_eq!(
                error(line.to_string()),
                (json!("7"), json!(line.to_string()), NOT_A_RECORD.to_owned())
            );
        }
        for line in [
            json!({"recordId": 7, "occp_text": "dev", "tasks_text": ""}),
            json!("dev"),
            json!(null),
            json!(["7", "dev", "coding"]),
        ] {
            assert_eq!(error(line.to_string()).0, "unknown");
        }
    }

    #[test]
    fn a_record_has_3_to_300_printable_ascii_characters() {
        let line = |title: &str| json!({"recordId": "7", "occp_text": title, "tasks_text": ""}).to_string();
        for (title, expected) in [
            ("ab".to_owned(), "Record has a total text length under 3 min."),
            ("a".repeat(301), "Record has a total text length over 300 max."),
            ("caf\u{e9} owner".to_owned(), "Record has a character outside printable ASCII."),
        ] {
            let input = json!({"occp_text": title, "tasks_text": ""});
            assert_eq!(error(line(&title)), (json!("7"), input, expected.to_owned()));
        }
        assert_eq!(answered(line(&"a".repeat(300))).0["codeStatus"], "successful");
    }
}
