//! A service's batches with a scripted coder and a clock that the test moves, on a real port.

#![allow(dead_code, reason = "each test file uses its own part")]

pub mod http;

use http::{Answer, Request};
use occuform_api::{CreatedOperation, JobText, Model, OperationAnswer, OperationStatus, Suggestion};
use occuform_coder::FileCoding;
use occuform_operations::clock::{Clock, Seconds};
use occuform_operations::keys::MasterKey;
use occuform_operations::storage::Storage;
use occuform_operations::store::sqlite::SqliteStore;
use occuform_operations::{Batches, Config, FileCoder, Models};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use tokio::net::TcpListener;

pub const OWNER: &str = "statistics";
pub const MODEL: &str = "00000000-0000-8000-8000-000000000001";
/// Links begin with it; requests go to the port where the service is.
pub const URL: &str = "https://coder.example";
pub const START: Seconds = 1_800_000_000;

/// Gives every record the same code with its title as label; trusts it unless the title says "unsure".
pub struct Scripted;

impl FileCoder for Scripted {
    fn code(&self, text: &JobText) -> FileCoding {
        let code = Suggestion {
            code_category: "381231".into(),
            code_label: text.title().to_owned(),
            code_confidence: 0.5,
        };
        match text.title() {
            "unsure" => FileCoding::Suggested(vec![code]),
            "panic" => panic!("a scripted panic"),
            _ => FileCoding::Coded(code),
        }
    }
}

/// Serves one coder as the model [`MODEL`].
pub struct Served(pub Arc<dyn FileCoder>);

impl Models for Served {
    fn coder(&self, model_id: &str) -> Option<Arc<dyn FileCoder>> {
        (model_id == MODEL).then(|| Arc::clone(&self.0))
    }
}

pub fn model(id: &str) -> Model {
    Model {
        model_id: id.into(),
        model_version: 1,
        model_release_date: "2026-01-01".into(),
        model_type: "hsvm2".into(),
        input_format: vec!["occp_text".into(), "tasks_text".into()],
        topic_standard: "OSCA".into(),
        topic_version: "2024".into(),
    }
}

pub fn config(folder: &Path) -> Config {
    Config {
        data_folder: folder.into(),
        key: MasterKey::new(vec![7; 32]).unwrap(),
        kms_key_arn: None,
        max_upload_bytes: 50 * 1024 * 1024,
        reserved_bytes: 0,
        threads: None,
    }
}

/// Batches on a port of their own. The worker runs when the test says so.
pub struct Service {
    pub batches: Batches,
    pub address: SocketAddr,
    now: Arc<AtomicI64>,
}

impl Service {
    pub async fn start(folder: &Path) -> Self {
        Self::with(folder, Arc::new(Scripted), |_| {}).await
    }

    pub async fn with(folder: &Path, coder: Arc<dyn FileCoder>, adjust: impl FnOnce(&mut Config)) -> Self {
        let (listener, mut config) = Self::listen(folder).await;
        adjust(&mut config);
        let (clock, now) = clock();
        let batches = Batches::open(config, Arc::new(Served(coder)), clock).await.unwrap();
        Self::serve(batches, listener, now)
    }

    /// With another place for the files.
    pub async fn over(folder: &Path, storage: Arc<dyn Storage>) -> Self {
        let (listener, config) = Self::listen(folder).await;
        Self::over_with(folder, storage, config, listener).await
    }

    pub async fn over_with(
        folder: &Path,
        storage: Arc<dyn Storage>,
        config: Config,
        listener: TcpListener,
    ) -> Self {
        let (clock, now) = clock();
        let store = SqliteStore::open(&folder.join("operations.sqlite")).await.unwrap();
        let models = Arc::new(Served(Arc::new(Scripted)));
        let batches = Batches::over(config, storage, Arc::new(store), models, clock).unwrap();
        Self::serve(batches, listener, now)
    }

    pub async fn listen(folder: &Path) -> (TcpListener, Config) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        (listener, config(folder))
    }

    fn serve(batches: Batches, listener: TcpListener, now: Arc<AtomicI64>) -> Self {
        let address = listener.local_addr().unwrap();
        tokio::spawn(axum::serve(listener, batches.router()).into_future());
        Self { batches, address, now }
    }

    pub fn pass(&self, seconds: Seconds) {
        self.now.fetch_add(seconds, Ordering::SeqCst);
    }

    pub fn run_worker(&self) {
        let batches = self.batches.clone();
        tokio::spawn(async move { batches.run(std::future::pending()).await });
    }

    pub async fn create(&self) -> CreatedOperation {
        self.batches.create(OWNER, model(MODEL), URL).await.unwrap()
    }

    /// A new operation with this input.
    pub async fn created_with(&self, input: &str) -> CreatedOperation {
        let created = self.create().await;
        assert_eq!(self.upload(&created, input).await.status, 200);
        created
    }

    #[allow(clippy::unused_self, reason = "reads as the other calls")]
    pub fn upload_request(&self, created: &CreatedOperation) -> Request {
        Request::new("PUT", &created.request_upload_url)
            .header("x-amz-server-side-encryption", "aws:kms")
            .header("x-amz-server-side-encryption-aws-kms-key-id", &created.bucket_kms_key_arn)
    }

    pub async fn upload(&self, created: &CreatedOperation, input: &str) -> Answer {
        self.upload_request(created).body(input).send(self.address).await
    }

    pub async fn get(&self, url: &str) -> Answer {
        Request::new("GET", url).send(self.address).await
    }

    pub async fn status(&self, created: &CreatedOperation) -> OperationAnswer {
        self.batches.status(OWNER, &created.operation_id, URL).await.unwrap()
    }

    /// Asks until the operation is no longer in progress.
    pub async fn ended(&self, created: &CreatedOperation) -> OperationAnswer {
        loop {
            let answer = self.status(created).await;
            if answer.operation_status != OperationStatus::InProgress {
                return answer;
            }
            tokio::task::yield_now().await;
        }
    }

    pub async fn output(&self, created: &CreatedOperation) -> String {
        let answer = self.ended(created).await;
        assert_eq!(answer.operation_status, OperationStatus::Complete, "{:?}", answer.error);
        self.get(&answer.response_download_url.unwrap()).await.text()
    }

    pub async fn error(&self, created: &CreatedOperation) -> String {
        let answer = self.ended(created).await;
        assert_eq!(answer.operation_status, OperationStatus::Failed);
        assert_eq!((answer.response_download_url, answer.metadata_download_url), (None, None));
        answer.error.unwrap()
    }
}

fn clock() -> (Clock, Arc<AtomicI64>) {
    let now = Arc::new(AtomicI64::new(START));
    let told = Arc::clone(&now);
    (Arc::new(move || told.load(Ordering::SeqCst)), now)
}

/// So many input lines, each with its number as id and title.
pub fn records(count: usize) -> String {
    let record = |number| {
        format!("{{\"recordId\":\"{number}\",\"occp_text\":\"job {number}\",\"tasks_text\":\"\"}}\n")
    };
    (0..count).map(record).collect::<Vec<_>>().concat()
}

/// The `recordId` of each line of output.
pub fn record_ids(output: &str) -> Vec<String> {
    let id = |line: &str| serde_json::from_str::<serde_json::Value>(line).unwrap()["recordId"].to_string();
    output.lines().map(|line| id(line).trim_matches('"').to_owned()).collect()
}
