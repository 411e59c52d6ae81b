//! In: a call, or bytes of the upstream's that may be anything. Out: a body to send, or what could be made of the
//! bytes. Next: back to `http`.

use super::{Call, Reply};
use occuform_api::{CodeAnswer, CodeRequest, CodeStatus, JobText, Model, Record, Suggestion};
use secrecy::SecretString;
use serde::Deserialize;

/// Longest title of a code, in bytes, that is believed.
const MAX_LABEL: usize = 300;
/// A token that is longer, in bytes, would not fit into a header.
const MAX_TOKEN: usize = 16 * 1024;

/// The answer to a record; its echo of the input is not needed.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    code_status: CodeStatus,
    result: Vec<Suggestion>,
}

#[derive(Deserialize)]
struct TokenAnswer {
    access_token: String,
    expires_in: Option<u64>,
}

#[derive(Deserialize)]
struct ErrorAnswer {
    message: String,
}

/// The body of a coding call.
pub(crate) fn request(text: &JobText, suggestions: u8) -> Vec<u8> {
    let request = CodeRequest { record: record(text), number_of_suggestions: suggestions };
    serde_json::to_vec(&request).unwrap_or_default()
}

/// The reply to a call, if it is one.
pub(crate) fn reply(call: &Call, body: &[u8]) -> Option<Reply> {
    match call {
        Call::LatestModel => {
            let model: Model = serde_json::from_slice(body).ok()?;
            let id = model.model_id.as_bytes();
            let fits_a_path = id.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-');
            (fits_a_path && (1..=64).contains(&id.len())).then_some(Reply::Model(model))
        }
        Call::Code { text, suggestions, .. } => {
            let Answer { code_status, mut result } = serde_json::from_slice(body).ok()?;
            let successful = code_status == CodeStatus::Successful;
            if successful == result.is_empty() || !result.iter().all(is_plausible) {
                return None;
            }
            result.truncate(usize::from(*suggestions));
            Some(Reply::Answer(CodeAnswer { code_status, input: record(text), result }))
        }
        Call::Other(_) => Some(Reply::Body(body.to_vec())),
    }
}

/// A token and how many seconds it is valid, if the upstream says so.
pub(crate) fn token(body: &[u8]) -> Option<(SecretString, Option<u64>)> {
    let TokenAnswer { access_token, expires_in } = serde_json::from_slice(body).ok()?;
    let length = access_token.len();
    let can_be_sent = access_token.bytes().all(|byte| byte.is_ascii_graphic());
    (can_be_sent && (1..=MAX_TOKEN).contains(&length)).then(|| (access_token.into(), expires_in))
}

/// The message of an error.
pub(crate) fn message(body: &[u8]) -> Option<String> {
    serde_json::from_slice(body).ok().map(|ErrorAnswer { message }| message)
}

fn record(text: &JobText) -> Record {
    Record { occp_text: text.title().to_owned(), tasks_text: text.tasks().to_owned() }
}

/// Whether this can be a code of a classification, and shown as one.
pub fn is_plausible(suggestion: &Suggestion) -> bool {
    let Suggestion { code_category: code, code_label: label, code_confidence } = suggestion;
    (1..=6).contains(&code.len())
        && code.bytes().all(|byte| byte.is_ascii_digit())
        && (1..=MAX_LABEL).contains(&label.len())
        && !label.chars().any(char::is_control)
        && (0.0..=1.0).contains(code_confidence)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use secrecy::ExposeSecret;
    use serde_json::json;

    fn call(suggestions: u8) -> Call {
        Call::Code { model: "m".into(), text: JobText::new("nurse", "").unwrap(), suggestions }
    }

    fn answer(status: &str, codes: &[&str]) -> Vec<u8> {
        let code = |code| json!({"codeCategory": code, "codeLabel": "Nurse", "codeConfidence": 0.5});
        let result: Vec<_> = codes.iter().map(code).collect();
        json!({"codeStatus": status, "input": {"anything": 1}, "result": result}).to_string().into_bytes()
    }

    #[test]
    fn an_answer_is_believed_only_if_it_keeps_the_apis_shape() {
        let accepted = |status, codes: &[&str]| reply(&call(3), &answer(status, codes)).is_some();
        assert!(accepted("successful", &["254418", "25", "2"]));
        assert!(accepted("unsuccessful", &[]));
        assert!(!accepted("successful", &[]));
        assert!(!accepted("unsuccessful", &["254418"]));
        assert!(!accepted("perhaps", &["254418"]));
        assert!(!accepted("successful", &["254418", "<script>"]));
        assert!(!accepted("successful", &["2544181"]));
    }

    #[test]
    fn no_more_suggestions_are_passed_on_than_were_asked_for() {
        let Some(Reply::Answer(answer)) = reply(&call(2), &answer("successful", &["1", "2", "3"])) else {
            panic!("no answer")
        };
        assert_eq!(answer.result.len(), 2);
        assert_eq!(answer.input.occp_text, "nurse");
    }

    #[test]
    fn a_token_may_come_without_its_validity() {
        let (value, seconds) = token(br#"{"access_token": "a.b"}"#).unwrap();
        assert_eq!((value.expose_secret(), seconds), ("a.b", None));
        assert_eq!(
            token(br#"{"access_token": "a", "expires_in": 3600, "token_type": "Bearer"}"#).unwrap().1,
            Some(3_600)
        );
        for useless in [r#"{"access_token": ""}"#, r#"{"access_token": "a\nb"}"#, "{}", "", "null"] {
            assert!(token(useless.as_bytes()).is_none(), "{useless}");
        }
    }

    proptest! {
        #[test]
        fn whatever_the_upstream_sends_nothing_breaks(body in prop::collection::vec(any::<u8>(), 0..200), text in "\\PC{0,80}") {
            for body in [body.as_slice(), text.as_bytes()] {
                let _ = (reply(&call(16), body), reply(&Call::LatestModel, body), token(body), message(body));
            }
        }
    }
}
