//! In: records. Out: an operation of the Coding Service that codes all of them, and their answers in the journal.
//! Next: `patient` makes the calls, `transfer` carries the files.
//!
//! The journal knows the operation before the upload begins, and that it has the whole file: whatever happens, nothing
//! is uploaded a second time that has arrived. Links are secret and are not kept.

use crate::check::Record;
use crate::journal::Operation;
use crate::patient::{NoReply, Shared, wait_a_while};
use crate::transfer::{Transfer, TransferError};
use crate::{BatchError, Coder, CodingService, Run};
use occuform_api::{CreatedOperation, OperationAnswer, OperationStatus};
use occuform_proxy::upstream::{Call, OtherCall, Reply};
use std::cell::RefCell;
use std::time::Duration;

/// Records of one operation: far less than the 5 GB that a file may have.
const MOST_RECORDS: usize = 1_000_000;
/// How long a call may take.
const CALL_LIMIT: Duration = Duration::from_secs(30);
const LONGEST_ANSWER: usize = 64 * 1024;
/// How long to wait before a file is sent or fetched again.
const PAUSE: Duration = Duration::from_secs(2);
/// Links that may expire unused before it is given up.
const MOST_LINKS: u32 = 3;

/// The Coding Service by files.
pub struct AsyncCoder<'a> {
    service: &'a CodingService,
    transfer: Transfer,
    model: String,
    poll: Duration,
}

/// What became of an upload.
enum Upload {
    Arrived,
    LinkExpired,
}

impl<'a> AsyncCoder<'a> {
    /// Codes with this model, and asks so often how far an operation is.
    ///
    /// # Errors
    /// When the settings of the connection do not fit.
    pub fn new(service: &'a CodingService, model: String, poll: Duration) -> Result<Self, BatchError> {
        Ok(Self { service, transfer: Transfer::new(&service.config)?, model, poll })
    }

    /// Carries the noted operation on, or a new one of these records, to its end.
    async fn operate(&self, records: &[Record], run: &Shared<'_, '_>) -> Result<(), BatchError> {
        let noted = run.borrow().journal.operation().cloned();
        let operation = match noted {
            Some(operation) if operation.uploaded || self.has_come(&operation, run).await? => operation.id,
            _ => self.begin(records, run).await?,
        };
        let uploaded = Operation { id: operation.clone(), uploaded: true };
        if run.borrow().journal.operation() != Some(&uploaded) {
            run.borrow_mut().journal.note(Some(uploaded))?;
        }
        loop {
            let link = self.wait_for_output(&operation, run).await?;
            match self.transfer.download(&link, run).await {
                Ok(()) => break,
                Err(TransferError::Ends(error)) => return Err(error),
                // The next status has a fresh link.
                Err(error) => wait_a_while(&error.to_string(), PAUSE, run).await?,
            }
        }
        run.borrow_mut().journal.note(None)
    }

    /// Whether the file of an operation arrived although nobody lived to see it.
    async fn has_come(&self, operation: &Operation, run: &Shared<'_, '_>) -> Result<bool, BatchError> {
        let status = self.status(&operation.id, run).await?.map(|answer| answer.operation_status);
        Ok(!matches!(status, None | Some(OperationStatus::AwaitingInput | OperationStatus::TimedOut)))
    }

    /// Creates an operation and uploads the records. Returns its id.
    async fn begin(&self, records: &[Record], run: &Shared<'_, '_>) -> Result<String, BatchError> {
        for _ in 0..MOST_LINKS {
            let created: CreatedOperation = match self.ask("batch-code", Some(b"{}".to_vec()), run).await {
                Ok(created) => created,
                Err(NoReply::Ends(error)) => return Err(error),
                Err(NoReply::Refused | NoReply::Unknown) => {
                    return Err(BatchError::Coding(format!(
                        "the service creates no operation for the model {}: only partners may, with a model that is there",
                        self.model
                    )));
                }
            };
            let id = created.operation_id.clone();
            run.borrow_mut().journal.note(Some(Operation { id, uploaded: false }))?;
            if let Upload::Arrived = self.upload(&created, records, run).await? {
                return Ok(created.operation_id);
            }
        }
        Err(BatchError::Coding(format!("{MOST_LINKS} links for uploads had expired before they were used")))
    }

    async fn upload(
        &self,
        created: &CreatedOperation,
        records: &[Record],
        run: &Shared<'_, '_>,
    ) -> Result<Upload, BatchError> {
        loop {
            let error = match self.transfer.upload(created, records).await {
                Ok(()) => return Ok(Upload::Arrived),
                Err(TransferError::Ends(error)) => return Err(error),
                Err(error) => error,
            };
            let operation = Operation { id: created.operation_id.clone(), uploaded: false };
            if self.has_come(&operation, run).await? {
                return Ok(Upload::Arrived);
            }
            if let TransferError::Denied(_) = error {
                return Ok(Upload::LinkExpired);
            }
            wait_a_while(&error.to_string(), PAUSE, run).await?;
        }
    }

    /// Waits until the operation is complete. Returns the link of its output.
    async fn wait_for_output(&self, id: &str, run: &Shared<'_, '_>) -> Result<String, BatchError> {
        loop {
            let answer = self.status(id, run).await?;
            let problem = match answer {
                Some(OperationAnswer {
                    operation_status: OperationStatus::Complete,
                    response_download_url: Some(link),
                    ..
                }) => return Ok(link),
                Some(OperationAnswer {
                    operation_status: OperationStatus::InProgress | OperationStatus::AwaitingInput,
                    ..
                }) => {
                    wait_a_while("the service is coding the file", self.poll, run).await?;
                    continue;
                }
                Some(OperationAnswer { operation_status: OperationStatus::Failed, error, .. }) => {
                    format!("failed: {}", printable(&error.unwrap_or_default()))
                }
                Some(OperationAnswer { operation_status: OperationStatus::TimedOut, .. }) => {
                    "timed out".to_owned()
                }
                _ => "is not there any more, nor is its output: it is deleted within 24 hours".to_owned(),
            };
            run.borrow_mut().journal.note(None)?;
            return Err(BatchError::Operation { id: id.to_owned(), problem });
        }
    }

    /// How far the operation is; none when there is no such operation.
    async fn status(&self, id: &str, run: &Shared<'_, '_>) -> Result<Option<OperationAnswer>, BatchError> {
        match self.ask(&format!("batch-code/operations/{id}"), None, run).await {
            Ok(answer) => Ok(Some(answer)),
            Err(NoReply::Ends(error)) => Err(error),
            Err(NoReply::Refused | NoReply::Unknown) => Ok(None),
        }
    }

    async fn ask<T: serde::de::DeserializeOwned>(
        &self,
        path: &str,
        body: Option<Vec<u8>>,
        run: &Shared<'_, '_>,
    ) -> Result<T, NoReply> {
        let path = format!("models/{}/{path}", self.model);
        let call = Call::Other(OtherCall { path, body, limit: CALL_LIMIT, longest_answer: LONGEST_ANSWER });
        let answer = match self.service.ask(&call, run).await? {
            Reply::Body(body) => serde_json::from_slice(&body).ok(),
            _ => None,
        };
        let unreadable = || BatchError::Coding("the service's answer is not of this API".into());
        answer.ok_or_else(|| NoReply::Ends(unreadable()))
    }
}

impl Coder for AsyncCoder<'_> {
    fn source(&self) -> &'static str {
        "upstream"
    }

    fn model(&self) -> String {
        self.model.clone()
    }

    fn batch_size(&self) -> usize {
        MOST_RECORDS
    }

    fn code(&self, records: &[Record], run: &mut Run) -> Result<(), BatchError> {
        let run = RefCell::new(run);
        loop {
            let answered = |record: &&Record| run.borrow().journal.answers.contains(record.key());
            let left: Vec<Record> = records.iter().filter(|record| !answered(record)).cloned().collect();
            if left.is_empty() {
                return Ok(());
            }
            let before = run.borrow().journal.coded();
            self.service.wait_for(self.operate(&left, &run))?;
            if run.borrow().journal.coded() == before {
                return Err(BatchError::Coding("the service's output holds none of the records".into()));
            }
        }
    }
}

/// What the service says, without what could steer a terminal.
fn printable(text: &str) -> String {
    text.chars().filter(|character| !character.is_control()).take(200).collect()
}
