//! What a partner is answered who has a file coded, as the guide walks through it, and what others are.

mod common;

use axum::body::Body;
use axum::http::{Method, Request};
use common::{Answer, Bench, call, client, metrics, model};
use occuform_service::clients::Tier;
use serde_json::{Value, json};
use tempfile::{TempDir, tempdir};

const CREATE: &str = "/v1/topics/osca/batch-code";

/// A service with batches in a folder of its own, and its worker.
async fn start(settings: &[(&str, &str)]) -> (Bench, TempDir) {
    let folder = tempdir().unwrap();
    let data = [("data", folder.path().to_str().unwrap()), ("batch.reserved_bytes", "0")];
    (Bench::new(&[&data, settings].concat()).with_batches().await, folder)
}

/// The service with its worker, until the test ends.
fn run(bench: &Bench) {
    let batches = bench.service.batches().unwrap().clone();
    tokio::spawn(async move { batches.run(std::future::pending()).await });
}

async fn create(bench: &Bench, path: &str, body: Body) -> Answer {
    let mut request = call(Method::POST, path, &bench.token("partner").await, body);
    request.headers_mut().insert("host", "coder.example".parse().unwrap());
    bench.ask(request).await
}

async fn upload(bench: &Bench, created: &Value, input: &str) -> Answer {
    let request = Request::put(created["requestUploadUrl"].as_str().unwrap())
        .header("x-amz-server-side-encryption", "aws:kms")
        .header("x-amz-server-side-encryption-aws-kms-key-id", created["bucketKmsKeyArn"].as_str().unwrap());
    bench.ask(request.body(Body::from(input.to_owned())).unwrap()).await
}

fn status_path(created: &Value) -> String {
    format!("{CREATE}/operations/{}", created["operationId"].as_str().unwrap())
}

async fn status(bench: &Bench, path: &str) -> Answer {
    let mut request = call(Method::GET, path, &bench.token("partner").await, Body::empty());
    request.headers_mut().insert("host", "coder.example".parse().unwrap());
    bench.ask(request).await
}

async fn download(bench: &Bench, link: &Value) -> String {
    bench.ask(Request::get(link.as_str().unwrap()).body(Body::empty()).unwrap()).await.text()
}

#[tokio::test]
async fn a_partners_file_is_coded_as_the_guide_walks_through_it() {
    let (bench, _folder) = start(&[]).await;
    let created = create(&bench, CREATE, Body::empty()).await.json();
    assert_eq!(created.as_object().unwrap().len(), 3);
    let upload_url = created["requestUploadUrl"].as_str().unwrap();
    assert!(upload_url.starts_with("http://coder.example/batch-files/"), "{upload_url}");
    let path = status_path(&created);
    assert_eq!(status(&bench, &path).await.json(), json!({"operationStatus": "awaiting_input"}));

    let input =
        "{\"recordId\":\"1\",\"occp_text\":\"sparky\",\"tasks_text\":\"wiring new houses\"}\nnot json\n";
    assert_eq!(upload(&bench, &created, input).await.status, 200);
    assert_eq!(status(&bench, &path).await.json(), json!({"operationStatus": "in_progress"}));

    run(&bench);
    let complete = loop {
        let answer = status(&bench, &path).await.json();
        if answer["operationStatus"] != "in_progress" {
            break answer;
        }
    };
    assert_eq!((&complete["operationStatus"], complete.as_object().unwrap().len()), (&json!("complete"), 3));
    let output = download(&bench, &complete["responseDownloadUrl"]).await;
    let lines: Vec<Value> = output.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((&lines[0]["recordId"], &lines[0]["codeStatus"]), (&json!("1"), &json!("successful")));
    assert_eq!(lines[0]["result"]["codeCategory"], "381131");
    let expected = json!({
        "recordId": "unknown", "codeStatus": "unsuccessful", "input": "not json", "error": "Invalid JSON data format.",
    });
    assert_eq!(lines[1..], [expected]);

    let metadata = download(&bench, &complete["metadataDownloadUrl"]).await;
    let metadata: Value = serde_json::from_str(&metadata).unwrap();
    assert_eq!((&metadata["modelVersion"], &metadata["modelId"]), (&json!(2), &json!(model(1).id())));
    assert_eq!(
        metadata["recordCounts"],
        json!({"total": 2, "successful": 1, "unsuccessful": 0, "errors": 1})
    );
}

#[tokio::test]
async fn an_operation_can_be_created_with_an_older_model_and_without_the_prefix() {
    let (bench, _folder) = start(&[]).await;
    for path in ["/topics/osca/batch-code", &format!("/v1/topics/osca/models/{}/batch-code", model(0).id())] {
        assert_eq!(create(&bench, path, Body::from("{}")).await.status, 200, "{path}");
    }
}

#[tokio::test]
async fn what_names_nothing_or_another_topics_model_is_refused_as_in_the_guide() {
    let (bench, _folder) = start(&[]).await;
    let other = format!("/v1/topics/osca/models/{}/batch-code", model(2).id());
    for (path, status, message) in [
        ("/v1/topics/ansco/batch-code", 404, "The specified topic does not exist"),
        ("/v1/topics/osca/models/none/batch-code", 404, "The specified model does not exist"),
        (&other, 409, "Selected model does not match the input topic."),
    ] {
        assert_eq!(
            create(&bench, path, Body::empty()).await.refusal(),
            (status, message.to_owned()),
            "{path}"
        );
    }
    for body in ["{\"records\": []}", "[]", "no JSON"] {
        let refusal = create(&bench, CREATE, Body::from(body)).await.refusal();
        assert_eq!(refusal, (400, "Invalid request body".to_owned()), "{body}");
    }
}

#[tokio::test]
async fn the_status_does_not_look_at_the_model_and_knows_its_own_operations_only() {
    let (bench, _folder) = start(&[]).await;
    let created = create(&bench, CREATE, Body::empty()).await.json();
    let id = created["operationId"].as_str().unwrap();
    let with_model = format!("/v1/topics/anzsco/models/none/batch-code/operations/{id}");
    assert_eq!(status(&bench, &with_model).await.json(), json!({"operationStatus": "awaiting_input"}));
    for unknown in ["00000000-0000-0000-0000-000000000000", "none"] {
        let refusal = status(&bench, &format!("{CREATE}/operations/{unknown}")).await.refusal();
        assert_eq!(refusal, (404, "Unable to retrieve operation for given id".to_owned()));
    }
    let refusal = status(&bench, &format!("/v1/topics/none/batch-code/operations/{id}")).await.refusal();
    assert_eq!(refusal, (404, "The specified topic does not exist".to_owned()));
}

#[tokio::test]
async fn only_the_partner_who_created_an_operation_is_told_of_it() {
    let (bench, _folder) = start(&[]).await;
    let created = create(&bench, CREATE, Body::empty()).await.json();
    let mut clients = bench.service.clients().as_ref().clone();
    clients.push(client("other", Tier::Partner));
    bench.service.set_clients(clients);
    let path = status_path(&created);
    let foreign = "User is not authorised to retrieve operation GUID";
    let other = bench.token("other").await;
    assert_eq!(bench.get(&path, &other).await.refusal(), (401, foreign.to_owned()));
    let denied = "User is not authorized to access this resource with an explicit deny";
    let public = bench.token("public").await;
    assert_eq!(bench.get(&path, &public).await.refusal(), (403, denied.to_owned()));
    assert_eq!(bench.post(CREATE, &public, "{}").await.refusal(), (403, denied.to_owned()));
    assert_eq!(bench.post(CREATE, "no token", "{}").await.refusal(), (403, denied.to_owned()));
}

#[tokio::test]
async fn links_begin_with_the_public_url_where_it_is_set() {
    let (bench, _folder) = start(&[("batch.public_url", "https://coder.example.gov.au/")]).await;
    let created = create(&bench, CREATE, Body::empty()).await.json();
    let url = created["requestUploadUrl"].as_str().unwrap();
    assert!(url.starts_with("https://coder.example.gov.au/batch-files/"), "{url}");
}

#[tokio::test]
async fn an_operation_times_out_by_the_services_clock() {
    let (bench, _folder) = start(&[]).await;
    let created = create(&bench, CREATE, Body::empty()).await.json();
    bench.clock.advance(std::time::Duration::from_hours(1));
    let answer = status(&bench, &status_path(&created)).await.json();
    assert_eq!(answer, json!({"operationStatus": "timed_out"}));
}

#[tokio::test]
async fn the_operator_sees_operations_by_state_lines_bytes_and_the_disk() {
    let (bench, _folder) = start(&[]).await;
    create(&bench, CREATE, Body::empty()).await;
    let created = create(&bench, CREATE, Body::empty()).await.json();
    bench.clock.advance(std::time::Duration::from_secs(20));
    let input = "{\"occp_text\":\"zebrakeeper\",\"tasks_text\":\"\"}\nnot json\n";
    assert_eq!(upload(&bench, &created, input).await.status, 200);
    bench.clock.advance(std::time::Duration::from_secs(4));
    let batches = bench.service.batches().unwrap();
    batches.sweep().await.unwrap();
    let before = metrics(&bench.service);
    for line in [
        r#"occuform_service_operations{state="awaiting_input"} 1"#,
        r#"occuform_service_operations{state="in_progress"} 1"#,
        r#"occuform_service_operation_oldest_seconds{state="awaiting_input"} 24"#,
        r#"occuform_service_operation_oldest_seconds{state="in_progress"} 4"#,
        r#"occuform_service_operation_state_seconds_sum{state="awaiting_input"} 20.0"#,
    ] {
        assert!(before.contains(line), "{line}\n{before}");
    }
    assert!(!before.contains("files_disk_used_bytes 0"), "{before}");

    run(&bench);
    let complete = loop {
        let answer = status(&bench, &status_path(&created)).await.json();
        if answer["operationStatus"] == "complete" {
            break answer;
        }
    };
    let output = download(&bench, &complete["responseDownloadUrl"]).await;
    batches.sweep().await.unwrap();
    let after = metrics(&bench.service);
    for line in [
        r#"occuform_service_operations{state="in_progress"} 0"#,
        r#"occuform_service_operations{state="complete"} 1"#,
        r#"occuform_service_operation_state_seconds_sum{state="in_progress"} 4.0"#,
        r#"occuform_service_file_lines_total{outcome="error"} 1"#,
        &format!(r#"occuform_service_file_transfer_bytes_total{{direction="up"}} {}"#, input.len()),
        &format!(r#"occuform_service_file_transfer_bytes_total{{direction="down"}} {}"#, output.len()),
    ] {
        assert!(after.contains(line), "{line}\n{after}");
    }
    assert!(!after.contains("zebra"), "{after}");
}
