//! In: a call, or bytes of the upstream's that may be anything. Out: a body to send, or what could be made of the
//! bytes. Next: back to `http`.

use super::{Call, CallFailure, NamedText, Reply};
use occuform_api::{
    CodeAnswer, CodeRequest, CodeStatus, JobText, Model, Record, SmallBatchRecord, SmallBatchRequest,
    Suggestion, TopicAnswer,
};
use secrecy::SecretString;
use serde::Deserialize;
use std::collections::HashMap;

/// Longest title of a code, in bytes, that is believed.
const MAX_LABEL: usize = 300;
/// A token that is longer, in bytes, would not fit into a header.
const MAX_TOKEN: usize = 16 * 1024;
/// What is said of an answer that is none.
const NO_ANSWER: CallFailure = CallFailure::Broken("not an answer of this API");

/// The answer to a record.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    record_id: Option<String>,
    code_status: CodeStatus,
    /// The echo, needed only to be sure whose answer it is.
    #[serde(default)]
    input: serde_json::Value,
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

/// The body of a coding call. A record that is alone goes as the API's single record: its answer may say more.
pub(crate) fn request(records: &[NamedText], suggestions: u8) -> Vec<u8> {
    if let [NamedText { text, .. }] = records {
        let request = CodeRequest { record: record(text), number_of_suggestions: suggestions };
        return serde_json::to_vec(&request).unwrap_or_default();
    }
    let records = records.iter().map(|NamedText { id, text }| SmallBatchRecord {
        record_id: Some(id.clone()),
        occp_text: Some(text.title().to_owned()),
        tasks_text: Some(text.tasks().to_owned()),
    });
    let request = SmallBatchRequest { records: records.collect(), number_of_suggestions: suggestions };
    serde_json::to_vec(&request).unwrap_or_default()
}

/// The reply to a call, if it is one.
///
/// # Errors
/// When the body is not, or not for certain, what was asked for.
pub fn reply(call: &Call, body: &[u8]) -> Result<Reply, CallFailure> {
    match call {
        Call::Topics => {
            let topics: Vec<TopicAnswer> = serde_json::from_slice(body).map_err(|_| NO_ANSWER)?;
            let names = topics.into_iter().map(|topic| topic.uri_name);
            Ok(Reply::Topics(names.filter(|name| is_name(name)).collect()))
        }
        Call::Models => {
            let mut models: Vec<Model> = serde_json::from_slice(body).map_err(|_| NO_ANSWER)?;
            models.retain(|model| is_name(&model.model_id));
            Ok(Reply::Models(models))
        }
        Call::LatestModel => {
            let model: Model = serde_json::from_slice(body).map_err(|_| NO_ANSWER)?;
            if is_name(&model.model_id) { Ok(Reply::Models(vec![model])) } else { Err(NO_ANSWER) }
        }
        Call::Code { records, suggestions, .. } => {
            if let [NamedText { text, .. }] = records.as_slice() {
                let answer = serde_json::from_slice(body).map_err(|_| NO_ANSWER)?;
                return Ok(Reply::Answers(vec![answered(answer, text, *suggestions)?]));
            }
            matched(records, *suggestions, serde_json::from_slice(body).map_err(|_| NO_ANSWER)?)
        }
        Call::Other(_) => Ok(Reply::Body(body.to_vec())),
    }
}

/// Each record's own answer. One answer that cannot be told whose it is makes all of them doubtful.
fn matched(records: &[NamedText], suggestions: u8, answers: Vec<Answer>) -> Result<Reply, CallFailure> {
    let count = answers.len();
    let name = |answer: Answer| Some((answer.record_id.clone()?, answer));
    let named: Option<HashMap<String, Answer>> = answers.into_iter().map(name).collect();
    // Equal names would have made one of two.
    let mut named = named.filter(|named| named.len() == count).ok_or(CallFailure::Mismatched)?;
    let own = records.iter().map(|NamedText { id, text }| {
        let answer = named.remove(id).filter(|answer| is_echo(&answer.input, text));
        answered(answer.ok_or(CallFailure::Mismatched)?, text, suggestions)
    });
    let own = own.collect::<Result<_, _>>()?;
    if named.is_empty() { Ok(Reply::Answers(own)) } else { Err(CallFailure::Mismatched) }
}

fn is_echo(input: &serde_json::Value, text: &JobText) -> bool {
    let same = |field: &str, sent: &str| {
        input
            .get(field)
            .is_none_or(|echo| echo.as_str().is_some_and(|echo| echo.trim().eq_ignore_ascii_case(sent)))
    };
    same("occp_text", text.title()) && same("tasks_text", text.tasks())
}

fn answered(answer: Answer, text: &JobText, suggestions: u8) -> Result<CodeAnswer, CallFailure> {
    let Answer { code_status, mut result, .. } = answer;
    let successful = code_status == CodeStatus::Successful;
    if successful == result.is_empty() || !result.iter().all(is_plausible) {
        return Err(NO_ANSWER);
    }
    result.truncate(usize::from(suggestions));
    Ok(CodeAnswer { code_status, input: record(text), result })
}

/// Whether it can stand in a path and in a log.
pub fn is_name(id: &str) -> bool {
    id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') && (1..=64).contains(&id.len())
}

/// A token and how many seconds it is valid, if the upstream says so.
pub fn token(body: &[u8]) -> Option<(SecretString, Option<u64>)> {
    let TokenAnswer { access_token, expires_in } = serde_json::from_slice(body).ok()?;
    let length = access_token.len();
    let can_be_sent = access_token.bytes().all(|byte| byte.is_ascii_graphic());
    (can_be_sent && (1..=MAX_TOKEN).contains(&length)).then(|| (access_token.into(), expires_in))
}

/// The message of an error.
pub fn message(body: &[u8]) -> Option<String> {
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

    fn named(id: &str, title: &str) -> NamedText {
        NamedText { id: id.into(), text: JobText::new(title, "").unwrap() }
    }

    fn call(suggestions: u8) -> Call {
        Call::Code { model: "m".into(), records: vec![named("a", "nurse")], suggestions }
    }

    fn answer(status: &str, codes: &[&str]) -> Vec<u8> {
        let code = |code| json!({"codeCategory": code, "codeLabel": "Nurse", "codeConfidence": 0.5});
        let result: Vec<_> = codes.iter().map(code).collect();
        json!({"codeStatus": status, "input": {"anything": 1}, "result": result}).to_string().into_bytes()
    }

    #[test]
    fn an_answer_is_believed_only_if_it_keeps_the_apis_shape() {
        let accepted = |status, codes: &[&str]| reply(&call(3), &answer(status, codes)).is_ok();
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
        let Ok(Reply::Answers(answers)) = reply(&call(2), &answer("successful", &["1", "2", "3"])) else {
            panic!("no answer")
        };
        assert_eq!(answers[0].result.len(), 2);
        assert_eq!(answers[0].input.occp_text, "nurse");
    }

    #[test]
    fn an_answer_of_several_is_believed_only_if_it_is_certain_whose_each_is() {
        let records = ["nurse", "clerk", "baker"].map(|title| named(&format!("id-{title}"), title)).to_vec();
        let call = Call::Code { model: "m".into(), records, suggestions: 3 };
        let one = |id: &str, echo: &str| {
            let result = json!([{"codeCategory": "2", "codeLabel": echo, "codeConfidence": 0.5}]);
            json!({"recordId": id, "codeStatus": "successful", "input": {"occp_text": echo}, "result": result})
        };
        let labels = |answers: &[serde_json::Value]| match reply(&call, json!(answers).to_string().as_bytes())
        {
            Ok(Reply::Answers(answers)) => {
                Ok(answers.iter().map(|answer| answer.result[0].code_label.clone()).collect::<Vec<_>>())
            }
            Ok(_) => panic!("no answers"),
            Err(failure) => Err(failure),
        };
        let (nurse, clerk, baker) =
            (one("id-nurse", "nurse"), one("id-clerk", "clerk"), one("id-baker", "Baker "));
        let in_any_order = [baker.clone(), nurse.clone(), clerk.clone()];
        assert_eq!(labels(&in_any_order).unwrap(), ["nurse", "clerk", "Baker "]);
        for doubtful in [
            vec![nurse.clone(), clerk.clone()],
            vec![nurse.clone(), clerk.clone(), one("id-clerk", "clerk")],
            vec![nurse.clone(), clerk.clone(), baker.clone(), one("id-other", "other")],
            vec![nurse.clone(), clerk.clone(), one("id-other", "baker")],
            vec![nurse.clone(), one("id-clerk", "baker"), one("id-baker", "clerk")],
            vec![nurse, clerk, json!({"codeStatus": "unsuccessful", "input": {}, "result": []})],
        ] {
            assert_eq!(labels(&doubtful), Err(CallFailure::Mismatched), "{doubtful:?}");
        }
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
