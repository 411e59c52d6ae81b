//! The folder of files, and the demo page in it.

use super::{Answer, Scripted, ask};
use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use http_body_util::BodyExt;
use occuform_proxy::app;
use occuform_proxy::config::Config;
use occuform_proxy::metrics::Metrics;
use std::sync::Arc;
use tower::ServiceExt;

fn with_files() -> (tempfile::TempDir, Router) {
    let outer = tempfile::tempdir().unwrap();
    std::fs::write(outer.path().join("secret.txt"), "secret").unwrap();
    let folder = outer.path().join("served");
    std::fs::create_dir(&folder).unwrap();
    for (name, content) in
        [("index.html", "<p>plain"), ("a.js", "plain"), ("a.js.br", "brotli"), ("a.js.gz", "gzip")]
    {
        std::fs::write(folder.join(name), content).unwrap();
    }
    let app =
        app(&Config { files: Some(folder), ..Config::default() }, Arc::new(Scripted), &Metrics::default());
    (outer, app)
}

async fn get_file(app: &Router, path: &str, header: (&str, &str)) -> Answer {
    let request = Request::builder().uri(path).header(header.0, header.1).body(Body::empty()).unwrap();
    let response = app.clone().oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let body = body.collect().await.unwrap().to_bytes().to_vec();
    Answer { status: parts.status, headers: parts.headers, body }
}

#[tokio::test]
async fn a_file_is_sent_in_the_best_form_the_browser_takes() {
    let (_folder, app) = with_files();
    for (accepted, body) in [("br, gzip", "brotli"), ("gzip", "gzip"), ("identity", "plain")] {
        let answer = get_file(&app, "/a.js", ("accept-encoding", accepted)).await;
        assert_eq!(String::from_utf8(answer.body.clone()).unwrap(), body);
        assert_eq!(answer.header("cache-control"), "no-cache");
        assert_eq!(answer.header("content-type"), "text/javascript");
    }
}

#[tokio::test]
async fn an_unchanged_file_is_not_sent_twice() {
    let (_folder, app) = with_files();
    let first = get_file(&app, "/a.js", ("accept", "*/*")).await;
    let again = get_file(&app, "/a.js", ("if-modified-since", first.header("last-modified"))).await;
    assert_eq!((again.status, again.body.len()), (StatusCode::NOT_MODIFIED, 0));
}

#[tokio::test]
async fn the_page_is_served_under_a_strict_policy_and_no_path_leads_out_of_the_folder() {
    let (_folder, app) = with_files();
    let page = get_file(&app, "/", ("accept", "text/html")).await;
    assert_eq!(page.body, b"<p>plain");
    assert!(page.header("content-security-policy").starts_with("default-src 'none'; script-src 'self'"));
    for path in ["/../secret.txt", "/%2e%2e/secret.txt", "/nothing.js"] {
        assert_eq!(get_file(&app, path, ("accept", "*/*")).await.status, StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn a_submitted_form_is_shown_field_by_field_and_escaped() {
    let body = b"job_title=sparky+%26+son&job_tasks=%3Cscript%3E".to_vec();
    let (_folder, app) = with_files();
    let answer = ask(app.clone(), Method::POST, "/received", "application/x-www-form-urlencoded", body).await;
    let page = String::from_utf8(answer.body.clone()).unwrap();
    assert_eq!((answer.status, answer.header("cache-control")), (StatusCode::OK, "no-store"));
    assert!(page.contains(r#"<th scope="row">job_title</th><td>sparky &amp; son</td>"#));
    assert!(page.contains("&lt;script&gt;") && !page.contains("<script>"));

    let broken = ask(app, Method::POST, "/received", "text/plain", vec![]).await;
    assert_eq!(broken.problem().0, 415);
}

#[tokio::test(start_paused = true)]
async fn a_form_that_never_comes_whole_is_given_up() {
    let (_folder, app) = with_files();
    let body = Body::from_stream(futures_util::stream::pending::<Result<Vec<u8>, std::io::Error>>());
    let request = Request::post("/received").header("content-type", "application/x-www-form-urlencoded");
    let response = app.oneshot(request.body(body).unwrap()).await.unwrap();
    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(response.headers()["retry-after"], "5");
}
