//! In: any bytes as the body of a coding request. An answer repeats a record that keeps the rules; anything else is a
//! problem.
#![no_main]

use axum::body::Body;
use axum::http::{Request, StatusCode};
use libfuzzer_sys::fuzz_target;
use occuform_api::{CodeAnswer, CodeRequest, JobText};
use occuform_fuzz::{Browser, is_problem};

thread_local! {
    static BROWSER: Browser = Browser::default();
}

fuzz_target!(|body: &[u8]| {
    let request = Request::post("/v1/topics/osca/code").header("content-type", "application/json");
    let request = request.body(Body::from(body.to_vec())).expect("a request");
    let answer = BROWSER.with(|browser| browser.ask(request));
    if answer.status() != StatusCode::OK {
        assert!(is_problem(answer.headers()), "{}", answer.status());
        return;
    }
    let asked: CodeRequest = serde_json::from_slice(body).expect("a coding request");
    let answered: CodeAnswer = serde_json::from_slice(answer.body()).expect("a coding answer");
    assert_eq!(asked.record, answered.input);
    assert_eq!(usize::from(asked.number_of_suggestions), answered.result.len());
    assert!(JobText::new(&asked.record.occp_text, &asked.record.tasks_text).is_ok());
});
