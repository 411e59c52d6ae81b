//! How fast a file is coded, from the upload to the complete operation, and how much memory it takes:
//! `cargo bench --package occuform-operations --bench file -- MODEL RECORDS.tsv LINES` prints JSON.

use axum::body::Body;
use axum::http::Request;
use futures_util::stream;
use occuform_api::{JobText, OSCA, OperationStatus};
use occuform_coder::{CodingOptions, FileCoding, Model};
use occuform_operations::keys::MasterKey;
use occuform_operations::{Batches, Config, FileCoder, Models, clock, config};
use std::sync::Arc;
use std::time::Instant;
use tower::ServiceExt;

const URL: &str = "http://localhost";

struct ModelCoder(Model);

impl FileCoder for ModelCoder {
    fn code(&self, text: &JobText) -> FileCoding {
        self.0.code_in_file(text, CodingOptions { min_digits: 1, ..CodingOptions::without_a_person(3) })
    }
}

struct One(Arc<ModelCoder>);

impl Models for One {
    fn coder(&self, _: &str) -> Option<Arc<dyn FileCoder>> {
        Some(Arc::clone(&self.0) as Arc<dyn FileCoder>)
    }
}

#[tokio::main]
async fn main() {
    let arguments: Vec<_> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let [model, records, lines] = arguments.as_slice() else {
        panic!("expected: MODEL RECORDS.tsv LINES");
    };
    let lines: usize = lines.parse().expect("the number of lines");
    let model =
        Model::from_bytes(&std::fs::read(model).expect("the model can be read")).expect("a whole model");
    let records = std::fs::read_to_string(records).expect("the records can be read");
    let folder = tempfile::tempdir_in(".").expect("a folder can be made");
    let config = Config {
        data_folder: folder.path().into(),
        key: MasterKey::new(vec![7; 32]).expect("a key"),
        kms_key_arn: None,
        max_upload_bytes: config::MAX_UPLOAD_BYTES,
        reserved_bytes: 0,
        threads: None,
    };
    let facts = served(&model);
    let coder = Arc::new(ModelCoder(model));
    let batches = Batches::open(config, Arc::new(One(coder)), clock::system_clock()).await.expect("batches");
    let started = Instant::now();
    let created = batches.create("bench", facts, URL).await.expect("created");
    let upload = Request::put(&created.request_upload_url)
        .header("x-amz-server-side-encryption", "aws:kms")
        .header("x-amz-server-side-encryption-aws-kms-key-id", &created.bucket_kms_key_arn)
        .body(Body::from_stream(stream::iter(input(&records, lines).map(Ok::<_, std::io::Error>))))
        .expect("a request");
    assert_eq!(batches.router().oneshot(upload).await.expect("an answer").status(), 200);
    let uploaded = started.elapsed();
    let complete = async {
        while batches.status("bench", &created.operation_id, URL).await.expect("a status").operation_status
            != OperationStatus::Complete
        {
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    };
    batches.run(complete).await;
    println!(
        "{{\"lines\": {lines}, \"upload_s\": {:.2}, \"all_s\": {:.2}, \"peak_mb\": {}}}",
        uploaded.as_secs_f64(),
        started.elapsed().as_secs_f64(),
        peak_megabytes(),
    );
}

fn served(model: &Model) -> occuform_api::Model {
    occuform_api::Model {
        model_id: model.id().to_string(),
        model_version: 1,
        model_release_date: model.provenance().trained_on.clone(),
        model_type: "hsvm2".into(),
        input_format: vec!["occp_text".into(), "tasks_text".into()],
        topic_standard: OSCA.full_name.into(),
        topic_version: OSCA.version.into(),
    }
}

/// The evaluation records over and over, a number with each so that none is like another.
fn input(records: &str, lines: usize) -> impl Iterator<Item = String> + use<> {
    let records: Vec<(String, String)> = records
        .lines()
        .skip(1)
        .filter_map(|line| {
            let mut columns = line.split('\t');
            Some((columns.next()?.to_owned(), columns.next()?.to_owned()))
        })
        .collect();
    (0..lines).map(move |number| {
        let (title, tasks) = &records[number % records.len()];
        let record =
            serde_json::json!({"recordId": number.to_string(), "occp_text": title, "tasks_text": tasks});
        format!("{record}\n")
    })
}

/// The most memory that was resident at once.
fn peak_megabytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok()).unwrap_or(0) / 1024
}
