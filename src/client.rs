//! In: a text to code. Out: the proxy's answer, or why there is none. Next: `runtime.rs` hands it to the flow.

use crate::object::{get, number, object, text};
use gloo_net::http::{Request, Response};
use js_sys::{Array, JSON};
use occuform_api::{JobText, Suggestion};
use occuform_flow::{Answer, Failure};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, AbortSignal};

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
            .body(self.body(&job))
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

    fn body(&self, job: &JobText) -> JsValue {
        let record = object(&[("occp_text", job.title().into()), ("tasks_text", job.tasks().into())]);
        let request = object(&[("record", record), ("numberOfSuggestions", self.suggestions.into())]);
        JSON::stringify(&request).map_or(JsValue::NULL, JsValue::from)
    }
}

async fn read(response: Response) -> Option<Answer> {
    let (source, model) = (header(&response, "occuform-source"), header(&response, "occuform-model"));
    let response = web_sys::Response::from(response);
    let json = JsFuture::from(response.json().ok()?).await.ok()?;
    let result = get(&json, "result");
    let result = Array::is_array(&result).then(|| Array::from(&result))?;
    let suggestions =
        (0..result.length()).map(|number| suggestion(&result.get(number))).collect::<Option<_>>()?;
    Some(Answer { suggestions, source, model })
}

pub(crate) fn suggestion(value: &JsValue) -> Option<Suggestion> {
    Some(Suggestion {
        code_category: text(value, "codeCategory")?,
        code_label: text(value, "codeLabel")?,
        code_confidence: number(value, "codeConfidence")?,
    })
}

fn header(response: &Response, name: &str) -> String {
    response.headers().get(name).unwrap_or_default()
}

fn unreachable() -> Failure {
    let online = web_sys::window().is_none_or(|window| window.navigator().on_line());
    if online { Failure::Unavailable } else { Failure::Offline }
}
