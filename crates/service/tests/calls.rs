//! What a call with a token is answered: topics, models, codes, and every error of the guide.

mod common;

use axum::http::StatusCode;
use common::{Bench, model};
use occuform_api::OSCA;
use serde_json::{Value, json};
use std::sync::Arc;

const CODE: &str = "/v1/topics/osca/code";

async fn refused(bench: &Bench, path: &str, body: impl ToString) -> (u16, String) {
    let token = bench.token("public").await;
    bench.post(path, &token, body).await.refusal()
}

fn records(number: usize) -> Value {
    json!({"records": vec![json!({"occp_text": "sparky"}); number]})
}

#[tokio::test]
async fn topics_and_models_are_listed_with_the_latest_first() {
    let bench = Bench::new(&[]);
    let token = bench.token("public").await;
    let topics = bench.get("/v1/topics", &token).await.json();
    let osca = "OSCA - Occupation Standard Classification for Australia";
    assert_eq!(topics[0], json!({"uriName": "osca", "fullName": osca}));
    assert_eq!(topics[1]["uriName"], "anzsco");
    let models = bench.get("/v1/topics/osca/models", &token).await.json();
    let expected = json!({
        "modelId": model(1).id(), "modelVersion": 2, "modelReleaseDate": "2026-11-01T00:00:00.000Z", "modelType": "hsvm2",
        "inputFormat": ["occp_text", "tasks_text"], "topicStandard": osca, "topicVersion": "2024",
    });
    assert_eq!(models[0], expected);
    assert_eq!((&models[1]["modelVersion"], models.as_array().unwrap().len()), (&json!(1), 2));
    for path in ["/v1/topics/osca/models/latest", "/v1/topics/osca", "/topics/osca/models/latest"] {
        assert_eq!(bench.get(path, &token).await.json(), expected, "{path}");
    }
}

#[tokio::test]
async fn one_record_is_answered_as_in_the_guide() {
    let bench = Bench::new(&[]);
    let token = bench.token("public").await;
    for path in [CODE, "/topics/osca/code"] {
        let body = json!({"record": {"occp_text": " sparky "}, "numberOfSuggestions": 1});
        let answer = bench.post(path, &token, body).await;
        assert_eq!((answer.status, answer.header("content-type")), (StatusCode::OK, "application/json"));
        let answer = answer.json();
        assert_eq!(answer["codeStatus"], "successful");
        assert_eq!(answer["input"], json!({"occp_text": " sparky "}), "as it was sent, and nothing added");
        assert_eq!(answer["result"].as_array().unwrap().len(), 1);
        assert_eq!(answer["result"][0]["codeCategory"], "381131");
        assert_eq!(answer["result"][0]["codeLabel"], "Electrician");
        assert!(answer["result"][0]["codeConfidence"].as_f64().is_some_and(|it| (0.0..=1.0).contains(&it)));
    }
}

#[tokio::test]
async fn alternatives_come_from_the_best_codes_unit_group() {
    let bench = Bench::new(&[]);
    let token = bench.token("public").await;
    let answer =
        bench.post(CODE, &token, json!({"record": {"tasks_text": "wiring new houses"}})).await.json();
    let codes: Vec<&str> =
        answer["result"].as_array().unwrap().iter().filter_map(|it| it["codeCategory"].as_str()).collect();
    assert_eq!(codes, ["381131", "381132"], "{answer}");
}

#[tokio::test]
async fn a_batch_is_answered_in_its_order_with_the_ids_that_were_given() {
    let bench = Bench::new(&[("coding.threshold", "0.6")]);
    let token = bench.token("public").await;
    let body = json!({"records": [
        {"occp_text": "sparky", "tasks_text": "wiring new houses"},
        {"recordId": "1", "occp_text": "zzqx"},
        {"recordId": "1", "occp_text": "barista", "tasks_text": "making coffee"},
    ], "numberOfSuggestions": 3});
    let answers = bench.post(CODE, &token, body).await.json();
    assert_eq!(answers.as_array().unwrap().len(), 3);
    assert_eq!(answers[0]["result"][0]["codeCategory"], "381131");
    assert!(answers[0].get("recordId").is_none());
    assert_eq!(
        answers[1],
        json!({"recordId": "1", "codeStatus": "unsuccessful", "input": {"occp_text": "zzqx"}, "result": []})
    );
    assert_eq!(
        (&answers[2]["recordId"], &answers[2]["result"][0]["codeCategory"]),
        (&json!("1"), &json!("471131"))
    );
}

#[tokio::test]
async fn a_batch_has_1_to_300_records() {
    let bench = Bench::new(&[]);
    let token = bench.token("public").await;
    for number in [1, 300] {
        let answer = bench.post(CODE, &token, records(number)).await.json();
        assert_eq!(answer.as_array().unwrap().len(), number);
    }
    assert_eq!(refused(&bench, CODE, records(0)).await, (400, "Batch input contained no records".into()));
    let message = "Batch records exceeds length limit of 300";
    assert_eq!(refused(&bench, CODE, records(301)).await, (400, message.into()));
}

#[tokio::test]
async fn a_body_of_the_wrong_shape_is_refused() {
    let bench = Bench::new(&[]);
    let record = json!({"occp_text": "sparky"});
    for body in [
        String::new(),
        "{".into(),
        "null".into(),
        "[]".into(),
        "\"sparky\"".into(),
        json!({"record": record, "records": [record]}).to_string(),
        json!({"record": record, "suggestions": 3}).to_string(),
        json!({"records": record}).to_string(),
        r#"{"record": {"occp_text": "sparky", "occp_text": "nurse"}}"#.into(),
        r#"{"record": {"occp_text": "sparky"}, "record": {"occp_text": "nurse"}}"#.into(),
        r#"{"records": [{"occp_text": "sparky"}, {"recordId": "1", "recordId": "2", "occp_text": "nurse"}]}"#
            .into(),
        r#"{"record": {"occp_text": "sparky"}, "numberOfSuggestions": 1, "numberOfSuggestions": 2}"#.into(),
        json!({"record": {"occp_text": "caf\u{e9} owner"}}).to_string(),
        json!({"record": {"occp_text": "dri\tver"}}).to_string(),
        json!({"records": [record, {"occp_text": "nurse\u{1f469}"}]}).to_string(),
    ] {
        assert_eq!(refused(&bench, CODE, &body).await, (400, "Invalid request body".into()), "{body}");
    }
    for number in [json!(0), json!(17), json!(-1), json!(1.5), json!("3"), json!(null)] {
        let body = json!({"record": record, "numberOfSuggestions": number});
        assert_eq!(refused(&bench, CODE, &body).await, (400, "Invalid request body".into()), "{body}");
    }
}

#[tokio::test]
async fn a_record_whose_fields_are_not_the_models_is_refused() {
    let bench = Bench::new(&[]);
    for body in [
        json!({}),
        json!({"numberOfSuggestions": 3}),
        json!({"record": "sparky"}),
        json!({"record": null}),
        json!({"record": {"title": "sparky"}}),
        json!({"record": {"occp_text": 3}}),
        json!({"record": {"occp_text": null}}),
        json!({"record": {"recordId": "1", "occp_text": "sparky"}}),
        json!({"records": ["sparky"]}),
        json!({"records": [{"recordId": 1, "occp_text": "sparky"}]}),
    ] {
        let message = "Malformed record found in request";
        assert_eq!(refused(&bench, CODE, &body).await, (400, message.into()), "{body}");
    }
}

#[tokio::test]
async fn records_outside_3_to_100_characters_are_each_named() {
    let bench = Bench::new(&[]);
    let token = bench.token("public").await;
    let both_ends = json!({"records": [
        {"occp_text": "abc"}, {"occp_text": "a".repeat(60), "tasks_text": "b".repeat(40)},
        {"occp_text": format!("  {}  ", "a".repeat(100)), "tasks_text": "   "},
    ]});
    assert_eq!(bench.post(CODE, &token, both_ends).await.status, StatusCode::OK);
    let outside = json!({"records": [
        {"occp_text": "sparky"}, {"occp_text": " a ", "tasks_text": "b"}, {"occp_text": "a".repeat(101)}, {},
    ]});
    let expected = "There are record(s) outside the min or max char limit:\n\
        Record with index 1 has a total text length under 3 min\n\
        Record with index 2 has a total text length over 100 max\n\
        Record with index 3 has a total text length under 3 min";
    assert_eq!(refused(&bench, CODE, outside).await, (400, expected.into()));
}

#[tokio::test]
async fn a_model_that_is_named_answers_and_one_of_another_topic_does_not() {
    let bench = Bench::new(&[]);
    let token = bench.token("public").await;
    let body = json!({"record": {"occp_text": "sparky"}});
    let path = |topic: &str, model: &str| format!("/v1/topics/{topic}/models/{model}/code");
    let older = model(0).id().to_string();
    for id in [older.clone(), older.to_uppercase()] {
        assert_eq!(bench.post(&path("osca", &id), &token, &body).await.status, StatusCode::OK, "{id}");
    }
    for (path, status, message) in [
        (path("anzsco", &older), 409, "Selected model does not match the input topic."),
        (path("osca", "00000000-0000-0000-0000-000000000000"), 404, "The specified model does not exist"),
        (path("osca", "latest"), 404, "The specified model does not exist"),
        (path("osca", "%ff"), 404, "The specified model does not exist"),
        (path("isco", &older), 404, "The specified topic does not exist"),
        ("/v1/topics/isco/code".into(), 404, "The specified topic does not exist"),
        ("/v1/topics/%ff/code".into(), 404, "The specified topic does not exist"),
    ] {
        assert_eq!(refused(&bench, &path, &body).await, (status, message.into()), "{path}");
    }
    for path in ["/v1/topics/isco", "/v1/topics/isco/models", "/v1/topics/isco/models/latest"] {
        let answer = bench.get(path, &token).await.refusal();
        assert_eq!(answer, (404, "The specified topic does not exist".into()), "{path}");
    }
}

#[tokio::test]
async fn a_topic_without_models_is_not_listed_and_every_call_of_it_says_so() {
    let bench = Bench::of_models(Arc::default(), &[], &[(OSCA, 1, 0)]);
    let token = bench.token("partner").await;
    let topics = bench.get("/v1/topics", &token).await.json();
    assert_eq!((topics.as_array().unwrap().len(), &topics[0]["uriName"]), (1, &json!("osca")));
    let expected = (500, "No models found for topic".to_owned());
    for path in ["/v1/topics/anzsco", "/v1/topics/anzsco/models", "/v1/topics/anzsco/models/latest"] {
        assert_eq!(bench.get(path, &token).await.refusal(), expected, "{path}");
    }
    let body = json!({"record": {"occp_text": "barista"}});
    assert_eq!(refused(&bench, "/v1/topics/anzsco/code", body).await, expected);
}

#[tokio::test]
async fn a_query_string_is_refused_everywhere() {
    let bench = Bench::new(&[]);
    let token = bench.token("public").await;
    for path in ["/v1/topics", "/v1/topics/osca", "/topics/osca/models", "/v1/security.txt"] {
        let answer = bench.get(&format!("{path}?page=2"), &token).await.refusal();
        assert_eq!(answer, (400, "Invalid request body".into()), "{path}");
    }
    let body = json!({"record": {"occp_text": "sparky"}});
    assert_eq!(refused(&bench, &format!("{CODE}?a=b"), body).await, (400, "Invalid request body".into()));
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused_and_other_paths_are_not_there() {
    let bench = Bench::new(&[]);
    let token = bench.token("public").await;
    assert_eq!(refused(&bench, CODE, "x".repeat(1024 * 1024 + 1)).await, (413, "Request Too Long".into()));
    assert_eq!(bench.get("/v2/topics", &token).await.status, StatusCode::NOT_FOUND);
    let answer = bench.get(CODE, &token).await;
    assert_eq!((answer.status.as_u16(), answer.header("allow")), (405, "POST"));
    assert_eq!(bench.post("/v1/topics", &token, "").await.status, StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn security_txt_tells_a_contact_and_a_date() {
    let bench = Bench::new(&[("security.contact", "mailto:security@example.gov.au")]);
    let token = bench.token("public").await;
    let answer = bench.get("/v1/security.txt", &token).await;
    assert!(answer.header("content-type").starts_with("text/html"));
    assert_eq!(
        answer.text(),
        "<p>contact: &lt;mailto:security@example.gov.au&gt;\nexpires: 2027-07-16T08:00:00Z</p>"
    );
}
