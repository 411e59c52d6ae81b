//! What a partner who sends a file gets, from the creation of the operation to the deletion of its output.

mod common;

use common::http::Request;
use common::{MODEL, OWNER, Scripted, Service, URL, model, record_ids, records};
use occuform_api::{BatchMetadata, JobText, OperationStatus, RecordCounts};
use occuform_coder::FileCoding;
use occuform_operations::storage::files::FolderStorage;
use occuform_operations::store::sqlite::SqliteStore;
use occuform_operations::{Batches, FileCoder, OpenError, OperationError};
use serde_json::Value;
use std::sync::{Arc, Condvar, Mutex};
use tempfile::tempdir;

const HOUR: i64 = 60 * 60;

#[tokio::test]
async fn a_file_comes_back_coded_line_by_line() {
    let folder = tempdir().unwrap();
    let service = Service::start(folder.path()).await;
    let created = service.create().await;
    assert_eq!(service.status(&created).await.operation_status, OperationStatus::AwaitingInput);
    let input = "{\"recordId\":\"1\",\"occp_text\":\"sparky\",\"tasks_text\":\"\"}\nnot json\n\
        {\"occp_text\":\"unsure\",\"tasks_text\":\"\"}";
    assert_eq!(service.upload(&created, input).await.status, 200);
    assert_eq!(service.status(&created).await.operation_status, OperationStatus::InProgress);

    service.run_worker();
    let output = service.output(&created).await;
    let lines: Vec<Value> = output.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 3);
    assert_eq!((&lines[0]["recordId"], &lines[0]["result"]["codeLabel"]), (&"1".into(), &"sparky".into()));
    assert_eq!((&lines[1]["input"], &lines[1]["recordId"]), (&"not json".into(), &"unknown".into()));
    assert_eq!(
        (&lines[2]["recordId"], &lines[2]["suggestions"][0]["codeLabel"]),
        (&Value::Null, &"unsure".into())
    );

    let link = service.status(&created).await.metadata_download_url.unwrap();
    let metadata: BatchMetadata = serde_json::from_str(&service.get(&link).await.text()).unwrap();
    let counts = RecordCounts { total: 3, successful: 1, unsuccessful: 1, errors: 1 };
    assert_eq!(metadata, BatchMetadata { model: model(MODEL), record_counts: counts });
}

#[tokio::test]
async fn a_long_file_keeps_its_order_and_is_encrypted_while_it_lies_there() {
    let folder = tempdir().unwrap();
    let service = Service::start(folder.path()).await;
    let created = service.created_with(&records(9_000)).await;
    service.run_worker();
    let ids = record_ids(&service.output(&created).await);
    assert!(ids.iter().enumerate().all(|(place, id)| *id == place.to_string()));
    assert_eq!(ids.len(), 9_000);
    for file in files(folder.path()) {
        let bytes = std::fs::read(&file).unwrap();
        assert!(!bytes.windows(9).any(|window| window == b"occp_text"), "{}", file.display());
    }
}

#[tokio::test]
async fn another_client_is_told_nothing_and_an_unknown_id_is_unknown() {
    let folder = tempdir().unwrap();
    let service = Service::start(folder.path()).await;
    let created = service.create().await;
    let other = service.batches.status("other", &created.operation_id, URL).await;
    assert!(matches!(other, Err(OperationError::NotOwned)));
    for id in ["00000000-0000-0000-0000-000000000000", "no guid", ""] {
        assert!(matches!(service.batches.status(OWNER, id, URL).await, Err(OperationError::Unknown)));
    }
}

#[tokio::test]
async fn an_operation_without_input_times_out_after_an_hour() {
    let folder = tempdir().unwrap();
    let service = Service::start(folder.path()).await;
    let created = service.create().await;
    service.pass(HOUR - 1);
    assert_eq!(service.status(&created).await.operation_status, OperationStatus::AwaitingInput);
    service.pass(1);
    assert_eq!(service.status(&created).await.operation_status, OperationStatus::TimedOut);
    service.batches.sweep().await.unwrap();
    assert_eq!(service.status(&created).await.operation_status, OperationStatus::TimedOut);
    assert_eq!(service.upload(&created, "{}").await.refusal(), (403, "AccessDenied".into()));
}

#[tokio::test]
async fn output_is_gone_within_a_day_and_the_operation_after_a_month() {
    let folder = tempdir().unwrap();
    let service = Service::start(folder.path()).await;
    let created = service.created_with(&records(1)).await;
    service.run_worker();
    service.output(&created).await;
    service.pass(23 * HOUR);
    service.batches.sweep().await.unwrap();
    let link = service.status(&created).await.response_download_url.unwrap();
    assert_eq!(service.get(&link).await.status, 200);

    service.pass(HOUR - 60);
    service.batches.sweep().await.unwrap();
    assert!(files(folder.path()).is_empty());
    let answer = service.status(&created).await;
    assert_eq!((answer.operation_status, answer.response_download_url), (OperationStatus::Complete, None));

    service.pass(30 * 24 * HOUR);
    service.batches.sweep().await.unwrap();
    let answer = service.batches.status(OWNER, &created.operation_id, URL).await;
    assert!(matches!(answer, Err(OperationError::Unknown)));
}

/// Stands still at the record "gate" until it is opened.
struct Gate(Arc<(Mutex<bool>, Condvar)>);

impl FileCoder for Gate {
    fn code(&self, text: &JobText) -> FileCoding {
        if text.title() == "gate" {
            let (open, opened) = &*self.0;
            drop(opened.wait_while(open.lock().unwrap(), |open| !*open).unwrap());
        }
        Scripted.code(text)
    }
}

#[tokio::test]
async fn a_small_file_does_not_wait_for_the_end_of_a_giant() {
    let folder = tempdir().unwrap();
    let gate = Arc::new((Mutex::new(false), Condvar::new()));
    let service = Service::with(folder.path(), Arc::new(Gate(Arc::clone(&gate))), |_| {}).await;
    let last = "{\"recordId\":\"last\",\"occp_text\":\"gate\",\"tasks_text\":\"\"}\n";
    let giant = service.created_with(&format!("{}{last}", records(9_000))).await;
    let small = service.created_with(&records(1)).await;
    service.run_worker();
    assert_eq!(record_ids(&service.output(&small).await), ["0"]);
    assert_eq!(service.status(&giant).await.operation_status, OperationStatus::InProgress);
    *gate.0.lock().unwrap() = true;
    gate.1.notify_all();
    assert_eq!(record_ids(&service.output(&giant).await).len(), 9_001);
}

#[tokio::test]
async fn a_worker_that_is_told_to_stop_goes_on_in_the_next_run() {
    let folder = tempdir().unwrap();
    let service = Service::start(folder.path()).await;
    let created = service.created_with(&records(9_000)).await;
    for polls in [1, 10, 100, 1000] {
        let stop = async {
            for _ in 0..polls {
                tokio::task::yield_now().await;
            }
        };
        service.batches.run(stop).await;
    }
    service.run_worker();
    assert_eq!(record_ids(&service.output(&created).await).len(), 9_000);
}

#[tokio::test]
async fn a_data_folder_serves_one_process_at_a_time() {
    let folder = tempdir().unwrap();
    let service = Service::start(folder.path()).await;
    let config = common::config(folder.path());
    let models = Arc::new(common::Served(Arc::new(Scripted)));
    let clock = occuform_operations::clock::system_clock();
    let second = Batches::open(config, models, clock).await;
    assert!(matches!(second, Err(OpenError::InUse(_))));
    drop(service);
}

#[tokio::test]
async fn a_data_folder_of_an_older_version_goes_on_and_one_of_a_newer_is_left_alone() {
    let folder = tempdir().unwrap();
    let service = Service::start(folder.path()).await;
    let created = service.created_with(&records(3)).await;
    drop(service);
    let change = async |statements: &'static str| {
        let path = folder.path().join("operations.sqlite");
        let options = sqlx::sqlite::SqliteConnectOptions::new().filename(path);
        let pool = sqlx::SqlitePool::connect_with(options).await.unwrap();
        sqlx::raw_sql(statements).execute(&pool).await.unwrap();
        pool.close().await;
    };
    change("ALTER TABLE operations DROP COLUMN since; PRAGMA user_version = 1").await;
    let storage = Arc::new(FolderStorage::open(folder.path()).unwrap());
    let service = Service::over(folder.path(), storage).await;
    service.run_worker();
    assert_eq!(record_ids(&service.output(&created).await), ["0", "1", "2"]);

    change("PRAGMA user_version = 1000").await;
    let refused = SqliteStore::open(&folder.path().join("operations.sqlite")).await.unwrap_err().to_string();
    assert!(refused.contains("has version 1000, this program reads version 2"), "{refused}");
}

#[tokio::test]
async fn a_link_serves_its_own_method_only() {
    let folder = tempdir().unwrap();
    let service = Service::start(folder.path()).await;
    let created = service.create().await;
    let answer = Request::new("GET", &created.request_upload_url).send(service.address).await;
    assert_eq!(answer.refusal(), (405, "MethodNotAllowed".into()));
}

/// Every stored file below the data folder.
fn files(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let folders = std::fs::read_dir(folder.join("files")).unwrap();
    folders
        .flat_map(|folder| std::fs::read_dir(folder.unwrap().path()).unwrap())
        .map(|file| file.unwrap().path())
        .collect()
}
