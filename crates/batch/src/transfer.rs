//! In: a link and records, or a link. Out: the records uploaded as lines, or the lines of the output as answers in the
//! journal, as they come. Next: the network. Links are secret, and never part of a message.

use crate::answers::Key;
use crate::check::Record;
use crate::patient::Shared;
use crate::{Answer, BatchError, Choice, Verdict};
use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use occuform_api::{BatchAnswer, BatchRecord, CodeStatus, CreatedOperation};
use occuform_proxy::config::UpstreamConfig;
use occuform_proxy::upstream::http;
use occuform_proxy::upstream::wire::is_plausible;
use reqwest::{Client, Response, StatusCode};
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

/// How long an upload may take at least, and how slow it may be.
const UPLOAD_LIMIT: Duration = Duration::from_mins(10);
const SLOWEST_BYTES_A_SECOND: u64 = 50_000;
/// How long a download may stand still.
const STILL: Duration = Duration::from_mins(1);
/// A line of the output is not longer, in bytes: 300 characters and three codes are far less.
const LONGEST_LINE: usize = 1024 * 1024;
/// Lines of the output that are kept at once.
const KEPT_AT_ONCE: usize = 4096;
/// Lines of the input that are made at once.
const SENT_AT_ONCE: usize = 256;

/// Why a file did not get through.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TransferError {
    #[error("the link has expired (status {0})")]
    Denied(u16),
    #[error("the connection broke")]
    Broken,
    #[error("the storage answered {0}")]
    Status(u16),
    #[error(transparent)]
    Ends(BatchError),
}

/// Carries files by links.
pub(crate) struct Transfer {
    client: Client,
    /// Links of a service that is asked over TLS must use it too.
    only_https: bool,
}

impl Transfer {
    pub fn new(config: &UpstreamConfig) -> Result<Self, BatchError> {
        let client = http::builder(config).and_then(http::build);
        let client = client.map_err(|error| BatchError::Coding(error.to_string()))?;
        Ok(Self { client, only_https: config.api_url.starts_with("https:") })
    }

    fn check(&self, link: &str) -> Result<(), TransferError> {
        if self.only_https && !link.starts_with("https:") {
            let problem = "the service gave a link without TLS: nothing is sent there";
            return Err(TransferError::Ends(BatchError::Coding(problem.into())));
        }
        Ok(())
    }

    /// Sends the records, a line each.
    pub async fn upload(&self, created: &CreatedOperation, records: &[Record]) -> Result<(), TransferError> {
        self.check(&created.request_upload_url)?;
        let body = Lines::new(records);
        let limit = UPLOAD_LIMIT + Duration::from_secs(body.length / SLOWEST_BYTES_A_SECOND);
        let request = self
            .client
            .put(&created.request_upload_url)
            .header("x-amz-server-side-encryption", "aws:kms")
            .header("x-amz-server-side-encryption-aws-kms-key-id", &created.bucket_kms_key_arn)
            .timeout(limit)
            .body(reqwest::Body::wrap(body));
        let response = request.send().await.map_err(|_| TransferError::Broken)?;
        judge(&response)
    }

    /// Fetches the output and keeps its answers.
    pub async fn download(&self, link: &str, run: &Shared<'_, '_>) -> Result<(), TransferError> {
        self.check(link)?;
        let in_time = tokio::time::timeout(STILL, self.client.get(link).send()).await;
        let mut response = in_time.map_err(|_| TransferError::Broken)?.map_err(|_| TransferError::Broken)?;
        judge(&response)?;
        let (mut rest, mut answers) = (Vec::new(), Vec::new());
        loop {
            if run.borrow().progress.stopped() {
                return Err(TransferError::Ends(BatchError::Stopped));
            }
            let Ok(Ok(chunk)) = tokio::time::timeout(STILL, response.chunk()).await else {
                keep(&mut answers, run)?;
                return Err(TransferError::Broken);
            };
            let Some(chunk) = chunk else { break };
            rest.extend_from_slice(&chunk);
            let whole = rest.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
            answers.extend(rest[..whole].split(|byte| *byte == b'\n').filter_map(answer));
            rest.drain(..whole);
            if rest.len() > LONGEST_LINE {
                let problem = "the service's output is not of this API: a line has no end";
                return Err(TransferError::Ends(BatchError::Coding(problem.into())));
            }
            if answers.len() >= KEPT_AT_ONCE {
                keep(&mut answers, run)?;
            }
        }
        answers.extend(answer(&rest));
        keep(&mut answers, run)
    }
}

fn judge(response: &Response) -> Result<(), TransferError> {
    match response.status() {
        StatusCode::OK | StatusCode::CREATED | StatusCode::NO_CONTENT => Ok(()),
        StatusCode::FORBIDDEN | StatusCode::NOT_FOUND => {
            Err(TransferError::Denied(response.status().as_u16()))
        }
        status => Err(TransferError::Status(status.as_u16())),
    }
}

/// Those that an earlier download brought are left out.
fn keep(answers: &mut Vec<(Key, Answer)>, run: &Shared<'_, '_>) -> Result<(), TransferError> {
    let mut run = run.borrow_mut();
    let mut new = std::mem::take(answers);
    let mut seen = std::collections::HashSet::new();
    new.retain(|(key, _)| !run.journal.answers.contains(*key) && seen.insert(*key));
    if new.is_empty() {
        return Ok(());
    }
    run.keep(new).map_err(TransferError::Ends)
}

/// The answer in a line, and whose it is. Lines that answer none of our records count for nothing.
fn answer(line: &[u8]) -> Option<(Key, Answer)> {
    let answer: BatchAnswer = serde_json::from_slice(line).ok()?;
    let key = Key::parse(answer.record_id.as_deref()?)?;
    if answer.error.is_some() {
        return Some((key, Answer::REFUSED));
    }
    let trusted = answer.code_status == CodeStatus::Successful && answer.result.is_some();
    let verdict = if trusted { Verdict::Trusted } else { Verdict::Unsure };
    let choices: Vec<_> = answer.result.into_iter().chain(answer.suggestions).collect();
    let plausible = choices.iter().all(is_plausible);
    plausible.then(|| (key, Answer { verdict, choices: choices.into_iter().map(Choice::from).collect() }))
}

/// Records as lines, made while they are sent.
struct Lines {
    records: Arc<[Record]>,
    sent: usize,
    length: u64,
}

impl Lines {
    fn new(records: &[Record]) -> Self {
        let length = records.iter().map(|record| line(record).len() as u64).sum();
        Self { records: records.into(), sent: 0, length }
    }
}

fn line(record: &Record) -> String {
    let record = BatchRecord {
        record_id: Some(record.key().hexadecimal()),
        occp_text: record.title.clone(),
        tasks_text: record.tasks.clone(),
    };
    serde_json::to_string(&record).expect("texts can be written") + "\n"
}

impl Body for Lines {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let end = self.records.len().min(self.sent + SENT_AT_ONCE);
        let lines: String = self.records[self.sent..end].iter().map(line).collect();
        self.sent = end;
        self.length -= lines.len() as u64;
        Poll::Ready((!lines.is_empty()).then(|| Ok(Frame::data(lines.into()))))
    }

    fn is_end_stream(&self) -> bool {
        self.length == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.length)
    }
}
