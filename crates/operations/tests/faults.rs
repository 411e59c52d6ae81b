//! What goes wrong: with links, uploads, input files, the disk, the coder. Nothing of it harms another operation.

mod common;

use async_trait::async_trait;
use common::http::{Answer, Request};
use common::{MODEL, OWNER, Scripted, Service, URL, model, record_ids, records};
use occuform_api::{CreatedOperation, OperationStatus};
use occuform_operations::keys::MasterKey;
use occuform_operations::storage::files::FolderStorage;
use occuform_operations::storage::{FileReader, NewFile, Storage};
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tempfile::tempdir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

const HOUR: i64 = 60 * 60;
const MEGABYTE: usize = 1024 * 1024;

#[tokio::test]
async fn an_expired_download_link_is_refused_and_the_status_has_a_fresh_one() {
    let folder = tempdir().unwrap();
    let service = Service::start(folder.path()).await;
    let created = service.created_with(&records(1)).await;
    service.run_worker();
    let link = service.ended(&created).await.response_download_url.unwrap();
    service.pass(HOUR - 1);
    assert_eq!(service.get(&link).await.status, 200);
    service.pass(1);
    assert_eq!(service.get(&link).await.refusal(), (403, "AccessDenied".into()));
    assert_eq!(record_ids(&service.output(&created).await), ["0"]);
}

#[tokio::test]
async fn a_link_that_was_changed_is_refused() {
    let folder = tempdir().unwrap();
    let service = Service::start(folder.path()).await;
    let created = service.created_with(&records(1)).await;
    let other = service.create().await;
    service.run_worker();
    let answer = service.ended(&created).await;
    let link = answer.response_download_url.unwrap();
    let expires = link.split(['=', '&']).nth(1).unwrap().parse::<i64>().unwrap();
    for changed in [
        link.replace(&expires.to_string(), &(expires + 1).to_string()),
        link.replace(&created.operation_id, &other.operation_id),
        link.replace("/output", "/metadata"),
        link.split_at(link.len() - 2).0.to_owned(),
        link.split('?').next().unwrap().to_owned(),
        link.replace(&created.operation_id, "no-guid"),
    ] {
        assert_eq!(service.get(&changed).await.refusal(), (403, "SignatureDoesNotMatch".into()), "{changed}");
    }
    let forged = link.replace("/output", "/input");
    let answer = service.upload(&CreatedOperation { request_upload_url: forged, ..other }, "{}").await;
    assert_eq!(answer.refusal(), (403, "SignatureDoesNotMatch".into()));
}

#[tokio::test]
async fn an_upload_has_to_name_the_key_it_was_given() {
    let folder = tempdir().unwrap();
    let service = Service::start(folder.path()).await;
    let created = service.create().await;
    let (algorithm, key) = ("x-amz-server-side-encryption", "x-amz-server-side-encryption-aws-kms-key-id");
    let arn = created.bucket_kms_key_arn.as_str();
    let put = || Request::new("PUT", &created.request_upload_url).body(records(1));
    for request in [
        put(),
        put().header(algorithm, "aws:kms"),
        put().header(key, arn),
        put().header(algorithm, "AES256").header(key, arn),
        put().header(algorithm, "aws:kms").header(key, "xyz"),
    ] {
        assert_eq!(request.send(service.address).await.refusal(), (403, "AccessDenied".into()));
    }
    assert_eq!(service.status(&created).await.operation_status, OperationStatus::AwaitingInput);
    assert_eq!(service.upload(&created, &records(1)).await.status, 200);
}

#[tokio::test]
async fn a_file_that_is_too_large_is_refused_before_it_is_stored() {
    let folder = tempdir().unwrap();
    let service =
        Service::with(folder.path(), Arc::new(Scripted), |config| config.max_upload_bytes = MEGABYTE as u64)
            .await;
    let created = service.create().await;
    // Only the announcement is sent: an answer comes although the body never does.
    let announced = service.upload_request(&created).announcing(MEGABYTE as u64 + 1);
    assert_eq!(announced.send(service.address).await.refusal(), (400, "EntityTooLarge".into()));
    // A client that keeps sending may see the refusal or a closed connection.
    let body = vec![b'a'; 2 * MEGABYTE];
    let mut stream = service.upload_request(&created).chunked(&body).begin(service.address).await;
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    assert!(!answer.starts_with(b"HTTP/1.1 200"));

    assert_eq!(service.status(&created).await.operation_status, OperationStatus::AwaitingInput);
    assert_eq!(std::fs::read_dir(folder.path().join("unfinished")).unwrap().count(), 0);
    assert_eq!(
        service.upload_request(&created).chunked(&body[..MEGABYTE]).send(service.address).await.status,
        200
    );
}

#[tokio::test]
async fn an_upload_that_is_cut_off_leaves_the_operation_waiting() {
    let folder = tempdir().unwrap();
    let service = Service::start(folder.path()).await;
    let created = service.create().await;
    let half = service.upload_request(&created).announcing(2_000_000).partly(&vec![b'a'; 1_000_000]);
    drop(half.begin(service.address).await);
    assert_eq!(service.status(&created).await.operation_status, OperationStatus::AwaitingInput);
    assert_eq!(service.upload(&created, &records(2)).await.status, 200);
    service.run_worker();
    assert_eq!(record_ids(&service.output(&created).await), ["0", "1"]);
}

#[tokio::test]
async fn an_upload_that_stands_still_is_cut_off() {
    let folder = tempdir().unwrap();
    let service = Service::start(folder.path()).await;
    let created = service.create().await;
    let half = service.upload_request(&created).announcing(2_000).partly(&[b'a'; 1_000]);
    let stream = half.begin(service.address).await;
    while files_begun(folder.path()) == 0 {
        tokio::task::yield_now().await;
    }
    // From here on nothing but time passes.
    tokio::time::pause();
    assert_eq!(Answer::read(stream).await.refusal(), (400, "IncompleteBody".into()));
    tokio::time::resume();
    assert_eq!(service.status(&created).await.operation_status, OperationStatus::AwaitingInput);
}

#[tokio::test]
async fn an_upload_under_way_does_not_time_out() {
    let folder = tempdir().unwrap();
    let service = Service::start(folder.path()).await;
    let created = service.create().await;
    service.pass(HOUR - 1);
    let input = records(3);
    let (first, rest) = input.split_at(input.len() / 2);
    let half = service.upload_request(&created).announcing(input.len() as u64).partly(first.as_bytes());
    let mut stream = half.begin(service.address).await;
    while files_begun(folder.path()) == 0 {
        tokio::task::yield_now().await;
    }
    service.pass(60);
    service.batches.sweep().await.unwrap();
    stream.write_all(rest.as_bytes()).await.unwrap();
    assert_eq!(Answer::read(stream).await.status, 200);
    service.run_worker();
    assert_eq!(record_ids(&service.output(&created).await).len(), 3);
}

#[tokio::test]
async fn an_operation_takes_one_input_file() {
    let folder = tempdir().unwrap();
    let service = Service::start(folder.path()).await;
    let created = service.created_with(&records(1)).await;
    let second: Answer = service.upload(&created, &records(2)).await;
    assert_eq!(second.refusal(), (409, "OperationAborted".into()));
    service.run_worker();
    assert_eq!(record_ids(&service.output(&created).await), ["0"]);
}

#[tokio::test]
async fn of_two_uploads_at_once_one_is_coded_whole() {
    let folder = tempdir().unwrap();
    let service = Service::start(folder.path()).await;
    let created = service.create().await;
    let inputs = [records(3), records(5)];
    let mut streams = Vec::new();
    for input in &inputs {
        let half = service.upload_request(&created).announcing(input.len() as u64);
        streams.push(half.partly(&input.as_bytes()[..50]).begin(service.address).await);
    }
    while files_begun(folder.path()) < 2 {
        tokio::task::yield_now().await;
    }
    assert_eq!(service.status(&created).await.operation_status, OperationStatus::AwaitingInput);
    let mut answers = Vec::new();
    for (mut stream, input) in streams.into_iter().zip(&inputs) {
        stream.write_all(&input.as_bytes()[50..]).await.unwrap();
        answers.push(Answer::read(stream).await);
    }
    assert_eq!(answers[0].status, 200);
    assert_eq!(answers[1].refusal(), (409, "OperationAborted".into()));
    service.run_worker();
    assert_eq!(record_ids(&service.output(&created).await).len(), 3);
}

#[tokio::test]
async fn an_input_that_cannot_be_coded_fails_with_a_message() {
    let folder = tempdir().unwrap();
    let service = Service::start(folder.path()).await;
    service.run_worker();
    let empty = service.created_with("").await;
    assert_eq!(service.error(&empty).await, "Batch input contained no records");
    let created = service.create().await;
    let utf16: Vec<u8> = [0xff, 0xfe].into_iter().chain("{}\n".bytes().flat_map(|byte| [byte, 0])).collect();
    assert_eq!(service.upload_request(&created).body(utf16).send(service.address).await.status, 200);
    assert!(service.error(&created).await.contains("UTF-16"));
}

#[tokio::test]
async fn a_coder_that_breaks_fails_its_own_operation_only() {
    let folder = tempdir().unwrap();
    let service = Service::start(folder.path()).await;
    let broken = service.created_with("{\"occp_text\":\"panic\",\"tasks_text\":\"\"}").await;
    let gone = service.batches.create(OWNER, model("another model"), URL).await.unwrap();
    assert_eq!(service.upload(&gone, &records(1)).await.status, 200);
    let whole = service.created_with(&records(1)).await;
    service.run_worker();
    assert_eq!(record_ids(&service.output(&whole).await), ["0"]);
    assert_eq!(service.error(&broken).await, "Error performing request");
    assert!(service.error(&gone).await.contains("model is not served any more"));
    assert_ne!(gone.operation_id, MODEL);
}

#[tokio::test]
async fn files_of_another_key_fail_with_a_message() {
    let folder = tempdir().unwrap();
    let service = Service::start(folder.path()).await;
    let created = service.created_with(&records(1)).await;
    let storage = Arc::new(FolderStorage::open(folder.path()).unwrap());
    let (listener, mut config) = Service::listen(folder.path()).await;
    config.key = MasterKey::new(vec![8; 32]).unwrap();
    let restarted = Service::over_with(folder.path(), storage, config, listener).await;
    restarted.run_worker();
    assert!(restarted.error(&created).await.contains("cannot be decrypted"));
}

/// A folder with room for so many bytes.
struct SmallDisk {
    folder: FolderStorage,
    left: Arc<AtomicU64>,
}

struct SmallFile {
    file: Box<dyn NewFile>,
    left: Arc<AtomicU64>,
}

#[async_trait]
impl Storage for SmallDisk {
    async fn create(&self, name: &str) -> io::Result<Box<dyn NewFile>> {
        Ok(Box::new(SmallFile { file: self.folder.create(name).await?, left: Arc::clone(&self.left) }))
    }

    async fn open(&self, name: &str, offset: u64) -> io::Result<FileReader> {
        self.folder.open(name, offset).await
    }

    async fn lengths(&self, folder: &str) -> io::Result<Vec<(String, u64)>> {
        self.folder.lengths(folder).await
    }

    async fn delete(&self, name: &str) -> io::Result<()> {
        self.folder.delete(name).await
    }

    async fn used(&self) -> io::Result<u64> {
        self.folder.used().await
    }

    async fn room(&self) -> io::Result<Option<u64>> {
        Ok(None)
    }
}

#[async_trait]
impl NewFile for SmallFile {
    async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        let spend = |left: u64| left.checked_sub(bytes.len() as u64);
        let left = self.left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, spend);
        left.map_err(|_| io::Error::from(io::ErrorKind::StorageFull))?;
        self.file.write(bytes).await
    }

    async fn finish(self: Box<Self>) -> io::Result<()> {
        self.file.finish().await
    }
}

#[tokio::test]
async fn a_full_disk_fails_the_operation_and_loses_no_other() {
    let folder = tempdir().unwrap();
    let left = Arc::new(AtomicU64::new(2 * MEGABYTE as u64));
    let disk = SmallDisk { folder: FolderStorage::open(folder.path()).unwrap(), left: Arc::clone(&left) };
    let service = Service::over(folder.path(), Arc::new(disk)).await;
    let small = service.created_with(&records(3)).await;
    let too_much = service.create().await;
    let answer = service.upload_request(&too_much).body(vec![b'a'; 3 * MEGABYTE]).send(service.address).await;
    assert_eq!(answer.refusal(), (507, "InsufficientStorage".into()));
    assert!(service.error(&too_much).await.contains("not enough disk space for the input file"));

    left.store(2 * MEGABYTE as u64, Ordering::SeqCst);
    let growing = service.created_with(&records(10_000)).await;
    left.store(100_000, Ordering::SeqCst);
    service.run_worker();
    assert_eq!(record_ids(&service.output(&small).await).len(), 3);
    assert!(service.error(&growing).await.contains("not enough disk space for the output file"));
    assert!(!folder.path().join("files").join(&growing.operation_id).exists());
}

fn files_begun(folder: &std::path::Path) -> usize {
    std::fs::read_dir(folder.join("unfinished")).unwrap().count()
}
