//! A process that is killed in the middle of a file goes on after its restart, and the output has every line once.

mod common;

use async_trait::async_trait;
use common::{OWNER, START, Scripted, Served, Service, URL, config, records};
use occuform_api::{JobText, OperationStatus};
use occuform_coder::FileCoding;
use occuform_operations::storage::files::FolderStorage;
use occuform_operations::storage::{FileReader, NewFile, Storage};
use occuform_operations::store::sqlite::SqliteStore;
use occuform_operations::{Batches, FileCoder};
use std::io::{self, BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tempfile::tempdir;

const FOLDER: &str = "OCCUFORM_TEST_FOLDER";
const OPERATION: &str = "OCCUFORM_TEST_OPERATION";
const LINES: usize = 13_000;
const TEST: &str = "a_killed_process_goes_on_after_its_restart";

/// Tells the parent how far the worker is, and goes on when the parent says so: at that point it can be killed.
fn point(name: &str) {
    let mut output = io::stdout().lock();
    writeln!(output, "\npoint {name}").unwrap();
    output.flush().unwrap();
    drop(output);
    io::stdin().lock().read_line(&mut String::new()).unwrap();
}

struct Watched<T>(T);

#[async_trait]
impl Storage for Watched<FolderStorage> {
    async fn create(&self, name: &str) -> io::Result<Box<dyn NewFile>> {
        point("before a segment");
        Ok(Box::new(Watched(self.0.create(name).await?)))
    }

    async fn open(&self, name: &str, offset: u64) -> io::Result<FileReader> {
        self.0.open(name, offset).await
    }

    async fn lengths(&self, folder: &str) -> io::Result<Vec<(String, u64)>> {
        self.0.lengths(folder).await
    }

    async fn delete(&self, name: &str) -> io::Result<()> {
        point("before a deletion");
        self.0.delete(name).await
    }

    async fn used(&self) -> io::Result<u64> {
        self.0.used().await
    }

    async fn room(&self) -> io::Result<Option<u64>> {
        self.0.room().await
    }
}

#[async_trait]
impl NewFile for Watched<Box<dyn NewFile>> {
    async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.write(bytes).await
    }

    async fn finish(self: Box<Self>) -> io::Result<()> {
        point("in a segment");
        self.0.finish().await?;
        point("after a segment, before its checkpoint");
        Ok(())
    }
}

struct Counting(AtomicUsize);

impl FileCoder for Counting {
    fn code(&self, text: &JobText) -> FileCoding {
        if self.0.fetch_add(1, Ordering::SeqCst).is_multiple_of(3_000) {
            point("in coding");
        }
        Scripted.code(text)
    }
}

/// The child: codes until the operation has ended.
async fn work(folder: &Path, operation: &str) {
    let storage = Arc::new(Watched(FolderStorage::open(folder).unwrap()));
    let store = Arc::new(SqliteStore::open(&folder.join("operations.sqlite")).await.unwrap());
    let models = Arc::new(Served(Arc::new(Counting(AtomicUsize::new(0)))));
    let config = config(folder);
    let batches = Batches::over(config, storage, store, models, Arc::new(|| START)).unwrap();
    let ended = async {
        while batches.status(OWNER, operation, URL).await.unwrap().operation_status
            == OperationStatus::InProgress
        {
            tokio::task::yield_now().await;
        }
    };
    batches.run(ended).await;
}

struct Worker {
    child: Child,
    points: io::Lines<BufReader<std::process::ChildStdout>>,
}

impl Worker {
    fn start(folder: &Path, operation: &str) -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", TEST, "--nocapture"])
            .env(FOLDER, folder)
            .env(OPERATION, operation)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let points = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { child, points }
    }

    /// Lets the worker pass so many points. Returns the name of the one where it stands then; none when it ended.
    fn pass(&mut self, points: usize) -> Option<String> {
        for passed in 0.. {
            let point =
                self.points.find_map(|line| line.unwrap().strip_prefix("point ").map(str::to_owned))?;
            if passed == points {
                return Some(point);
            }
            writeln!(self.child.stdin.as_mut().unwrap()).unwrap();
        }
        None
    }

    /// SIGKILL.
    fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

#[tokio::test]
async fn a_killed_process_goes_on_after_its_restart() {
    if let (Ok(folder), Ok(operation)) = (std::env::var(FOLDER), std::env::var(OPERATION)) {
        return work(Path::new(&folder), &operation).await;
    }
    let undisturbed = tempdir().unwrap();
    let service = Service::start(undisturbed.path()).await;
    let created = service.created_with(&records(LINES)).await;
    service.run_worker();
    let expected = service.output(&created).await;

    let folder = tempdir().unwrap();
    let service = Service::start(folder.path()).await;
    let created = service.created_with(&records(LINES)).await;
    let mut killed_at = Vec::new();
    for points in 0.. {
        let mut worker = Worker::start(folder.path(), &created.operation_id);
        match worker.pass(points) {
            Some(point) => killed_at.push(point),
            None => break,
        }
        worker.kill();
    }
    for point in ["in coding", "before a segment", "in a segment", "after a segment, before its checkpoint"] {
        assert!(killed_at.iter().any(|killed| killed == point), "never killed {point}: {killed_at:?}");
    }
    let output = service.output(&created).await;
    assert!(output == expected, "{} lines instead of {LINES}", output.lines().count());
}
