//! In: the path of a file. Out: the file, compressed ahead of time where the browser takes it, with how long it may be
//! kept and by whose pages it may be loaded. Next: the browser.

use axum::extract::Request;
use axum::http::HeaderValue;
use axum::http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL};
use axum::middleware::Next;
use axum::response::Response;
use std::path::Path;
use tower_http::services::ServeDir;

/// Serves `folder`. A file with a `.br` or `.gz` beside it is sent that way to browsers that accept it.
pub(crate) fn service(folder: &Path) -> ServeDir {
    ServeDir::new(folder).precompressed_br().precompressed_gzip()
}

/// The widget's own files lie in a folder whose name holds their version and hash: they are kept for good. Browsers ask
/// each time whether any other has changed. Pages of every origin may load them: there is nothing of anybody in them.
pub(crate) async fn headers(request: Request, next: Next) -> Response {
    let is_versioned = request.uri().path().starts_with("/occuform-");
    let mut response = next.run(request).await;
    let keeps = is_versioned && response.status().is_success();
    let cache = if keeps { "public, max-age=31536000, immutable" } else { "no-cache" };
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static(cache));
    response.headers_mut().insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    response
}
