//! In: a text to code. Out: the proxy's answer, or why there is none. Next: `runtime.rs` hands it to the flow.

use gloo_net::http::{Request, Response};
use js_sys::JSON;
use occuform_api::{CodeRequest, JobText, Record, Suggestion};
use occuform_flow::{Answer, Failure};
use serde::Deserialize;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, AbortSignal};

/// What is read of a [`occuform_api::CodeAnswer`]: its status is in the suggestions, its input is known.
#[derive(Deserialize)]
struct Suggestions {
    result: Vec<Suggestion>,
}

/// Where to ask, and for how many suggestions.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    /// The URL of the coding call.
    pub url: String,
    pub suggestions: u8,
}

/// A request on its way: dropping it aborts it.
#[must_use]
pub(crate) struct RequestGuard(AbortController);

impl RequestGuard {
    pub(crate) fn new() -> Result<Self, JsValue> {
        AbortController::new().map(Self)
    }

    pub(crate) fn signal(&self) -> AbortSignal {
        self.0.signal()
    }
}

impl Drop for RequestGuard {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Client {
    pub(crate) async fn ask(self, job: JobText, signal: AbortSignal) -> Result<Answer, Failure> {
        let request = Request::post(&self.url)
            .header("content-type", "application/json")
            .abort_signal(Some(&signal))
            .body(self.body(&job).map_err(|_| Failure::Unavailable)?)
            .map_err(|_| Failure::Unavailable)?;
        let response = request.send().await.map_err(|_| unreachable())?;
        match response.status() {
            200 => read(response).await.ok_or(Failure::Unavailable),
            408 => Err(Failure::Unavailable),
            429 => Err(Failure::RateLimited { retry_after: header(&response, "retry-after").parse().ok() }),
            400..=499 => Err(Failure::Refused),
            _ => Err(Failure::Unavailable),
        }
    }

    fn body(&self, job: &JobText) -> Result<JsValue, JsValue> {
        let record = Record { occp_text: job.title().to_owned(), tasks_text: job.tasks().to_owned() };
        let request = CodeRequest { record, number_of_suggestions: self.suggestions };
        let request = serde_wasm_bindgen::to_value(&request)?;
        JSON::stringify(&request).map(JsValue::from)
    }
}

async fn read(response: Response) -> Option<Answer> {
    let (source, model) = (header(&response, "occuform-source"), header(&response, "occuform-model"));
    let response = web_sys::Response::from(response);
    let json = JsFuture::from(response.json().ok()?).await.ok()?;
    let Suggestions { result: suggestions } = serde_wasm_bindgen::from_value(json).ok()?;
    Some(Answer { suggestions, source, model })
}

fn header(response: &Response, name: &str) -> String {
    response.headers().get(name).unwrap_or_default()
}

fn unreachable() -> Failure {
    let online = web_sys::window().is_none_or(|window| window.navigator().on_line());
    if online { Failure::Unavailable } else { Failure::Offline }
}
