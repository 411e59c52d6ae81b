//! In: a line with method and path, then lines with headers, of any bytes. An answer is for pages of the one origin
//! alone, and each request from another is refused.
#![no_main]

use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, Method, Request, StatusCode, Uri};
use libfuzzer_sys::fuzz_target;
use occuform_fuzz::{Browser, ORIGIN, is_problem};

thread_local! {
    static BROWSER: Browser = Browser::default();
}

fuzz_target!(|text: &[u8]| {
    let Some(request) = request(text) else { return };
    let headers = request.headers();
    let is_of = |origin: &HeaderValue| {
        let host = headers.get("host").map(HeaderValue::as_bytes).unwrap_or_default();
        let same_site = headers.get("sec-fetch-site").is_some_and(|site| site == "same-origin");
        same_site || origin == ORIGIN || (!host.is_empty() && origin.as_bytes().ends_with(host))
    };
    let is_strange = headers.get("origin").is_some_and(|origin| !is_of(origin));
    let is_preflight = request.method() == Method::OPTIONS;
    let is_coding = request.uri().path() == "/v1/topics/osca/code";
    let answer = BROWSER.with(|browser| browser.ask(request));
    assert!(!(is_strange && is_coding && !is_preflight) || answer.status() == StatusCode::FORBIDDEN);
    assert!(answer.status().is_success() || is_problem(answer.headers()), "{}", answer.status());
});

/// None: a web server would not even take it for a request.
fn request(text: &[u8]) -> Option<Request<Body>> {
    let mut lines = text.split(|byte| *byte == b'\n');
    let mut first = lines.next()?.splitn(2, |byte| *byte == b' ');
    let method = Method::from_bytes(first.next()?).ok()?;
    let uri = Uri::try_from(first.next()?).ok()?;
    let body = r#"{"record": {"occp_text": "nurse", "tasks_text": ""}}"#;
    let mut request = Request::new(Body::from(body));
    (*request.method_mut(), *request.uri_mut()) = (method, uri);
    for line in lines {
        let mut parts = line.splitn(2, |byte| *byte == b':');
        let name = HeaderName::from_bytes(parts.next()?).ok()?;
        request.headers_mut().append(name, HeaderValue::from_bytes(parts.next()?).ok()?);
    }
    Some(request)
}
