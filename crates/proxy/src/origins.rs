//! In: a request of a browser, from any site. Out: the same, if its site may ask; what the browser may show of the
//! answer. Next: `code`.

use crate::code::{MODEL, SOURCE};
use crate::config::Origins;
use crate::preference::PREFER;
use crate::problem::Problem;
use axum::http::header::{CONTENT_TYPE, HOST, ORIGIN, RETRY_AFTER};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri};
use occuform_serving::account::REQUEST_ID;
use std::time::Duration;
use tower_http::cors::{AllowOrigin, CorsLayer};

/// How long a browser may remember that it may ask.
const PREFLIGHT: Duration = Duration::from_hours(1);

/// Answers browsers' questions beforehand, and lets pages of the allowed origins read the answers.
pub(crate) fn cors(origins: &Origins) -> CorsLayer {
    let allowed = origins.allowed.iter().filter_map(|origin| HeaderValue::from_str(origin).ok());
    CorsLayer::new()
        .allow_origin(AllowOrigin::list(allowed))
        .allow_methods([Method::GET, Method::POST])
        .allow_headers([CONTENT_TYPE, PREFER])
        .expose_headers([SOURCE, MODEL, REQUEST_ID, RETRY_AFTER])
        .max_age(PREFLIGHT)
}

/// Refuses what comes from a page that may not ask, before anything is done for it.
pub(crate) fn check(origins: &Origins, headers: &HeaderMap) -> Result<(), Problem> {
    if may_ask(origins, headers) {
        return Ok(());
    }
    Err(Problem::new(StatusCode::FORBIDDEN, "origin-not-allowed", "Pages of this origin may not ask")
        .with_detail("the operator of the proxy can allow it with the setting cors.origins"))
}

fn may_ask(origins: &Origins, headers: &HeaderMap) -> bool {
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    if !headers.contains_key(ORIGIN) {
        return origins.without_origin;
    }
    let Some(origin) = text(ORIGIN) else { return false };
    // Browsers say it themselves; a web server before the proxy may have changed the host.
    let same_site = text(HeaderName::from_static("sec-fetch-site")) == Some("same-origin");
    let uri = origin.parse::<Uri>().ok();
    let authority = uri.as_ref().and_then(Uri::authority).map(AsRef::as_ref);
    let same_host = authority.is_some() && authority == text(HOST);
    same_site || same_host || origins.allowed.iter().any(|allowed| allowed == origin)
}
