//! In: records. Out: calls of up to 300 of them, several under way at once, and their answers in the journal as they
//! come. Next: `patient` makes the calls.
//!
//! A call fails as a whole when the service refuses one of its records. It is parted then until the record is found.

use crate::check::Record;
use crate::patient::{NoReply, Shared};
use crate::{Answer, BatchError, Choice, Coder, CodingService, Run, Verdict};
use futures_util::{StreamExt, stream};
use occuform_api::{CodeStatus, MAX_RECORDS, RecordAnswer, SmallBatchRecord, SmallBatchRequest};
use occuform_proxy::upstream::wire::is_plausible;
use occuform_proxy::upstream::{Call, OtherCall, Reply};
use std::cell::{Cell, RefCell};
use std::time::Duration;

/// Calls under way at once: the service takes about a second a record, and a new call every second.
const UNDER_WAY: usize = 8;
/// Calls of records that are handed over at once.
const HANDED_OVER: usize = 32;
/// Refused calls after which is given up: the rules of the service must be others than those of the check.
const MOST_REFUSALS: u32 = 64;
/// How often an answer that cannot be read is asked for again: each costs a call.
const MOST_UNREADABLE: u32 = 3;
/// How long a call may take, and how much longer for each of its records.
const CALL_LIMIT: Duration = Duration::from_mins(1);
const RECORD_LIMIT: Duration = Duration::from_secs(3);

/// The Coding Service by calls of up to 300 records.
pub struct SyncCoder<'a> {
    service: &'a CodingService,
    model: String,
    suggestions: u8,
    refusals: Cell<u32>,
    /// No call is begun any more.
    ended: Cell<bool>,
}

impl<'a> SyncCoder<'a> {
    /// Codes with this model and gives at most so many suggestions, 1 to 16.
    pub fn new(service: &'a CodingService, model: String, suggestions: u8) -> Self {
        Self { service, model, suggestions, refusals: Cell::new(0), ended: Cell::new(false) }
    }

    /// Codes some records, and lets no other call begin where that goes wrong.
    async fn code_some(&self, records: &[Record], run: &Shared<'_, '_>) -> Result<(), BatchError> {
        let mut parts = vec![records];
        while let Some(part) = parts.pop() {
            if self.ended.get() {
                return Ok(());
            }
            let result = match self.answers(part, run).await {
                Err(NoReply::Refused) if part.len() == 1 => Ok(vec![Answer::REFUSED]),
                Err(NoReply::Refused) => {
                    let (first, second) = part.split_at(part.len() / 2);
                    parts.extend([second, first]);
                    self.count_refusal().map(|()| vec![])
                }
                Err(NoReply::Unknown) => Err(BatchError::Coding(format!(
                    "the service does not have the model {}: begin anew with the latest with --restart",
                    self.model
                ))),
                Err(NoReply::Ends(error)) => Err(error),
                Ok(answers) => Ok(answers),
            };
            let kept = result.and_then(|answers| {
                run.borrow_mut().keep(part.iter().map(Record::key).zip(answers).collect())
            });
            if kept.is_err() {
                self.ended.set(true);
                return kept;
            }
        }
        Ok(())
    }

    fn count_refusal(&self) -> Result<(), BatchError> {
        self.refusals.set(self.refusals.get() + 1);
        if self.refusals.get() < MOST_REFUSALS {
            return Ok(());
        }
        Err(BatchError::Coding(format!(
            "the service refused {MOST_REFUSALS} calls for records that keep the rules: ask its operator why"
        )))
    }

    async fn answers(&self, records: &[Record], run: &Shared<'_, '_>) -> Result<Vec<Answer>, NoReply> {
        let call = self.call(records);
        for _ in 0..MOST_UNREADABLE {
            if let Reply::Body(body) = self.service.ask(&call, run).await?
                && let Some(answers) = read(records, self.suggestions, &body)
            {
                return Ok(answers);
            }
        }
        Err(NoReply::Ends(BatchError::Coding("the service's answers are not of this API".into())))
    }

    fn call(&self, records: &[Record]) -> Call {
        let record = |record: &Record| SmallBatchRecord {
            record_id: Some(record.key().hexadecimal()),
            occp_text: Some(record.title.clone()),
            tasks_text: Some(record.tasks.clone()),
        };
        let request = SmallBatchRequest {
            records: records.iter().map(record).collect(),
            number_of_suggestions: self.suggestions,
        };
        Call::Other(OtherCall {
            path: format!("models/{}/code", self.model),
            body: Some(serde_json::to_vec(&request).expect("texts can be written")),
            limit: CALL_LIMIT + RECORD_LIMIT * records.len() as u32,
            longest_answer: 4096 * (records.len() + 1) * usize::from(self.suggestions),
        })
    }
}

impl Coder for SyncCoder<'_> {
    fn source(&self) -> &'static str {
        "upstream"
    }

    fn model(&self) -> String {
        self.model.clone()
    }

    fn batch_size(&self) -> usize {
        MAX_RECORDS * HANDED_OVER
    }

    fn code(&self, records: &[Record], run: &mut Run) -> Result<(), BatchError> {
        let run = RefCell::new(run);
        let calls = records.chunks(MAX_RECORDS).map(|records| self.code_some(records, &run));
        // All are awaited, also after one went wrong: what is under way is paid for.
        let results: Vec<_> =
            self.service.wait_for(stream::iter(calls).buffer_unordered(UNDER_WAY).collect());
        results.into_iter().collect()
    }
}

/// The answers, if they are those to the records.
fn read(records: &[Record], suggestions: u8, body: &[u8]) -> Option<Vec<Answer>> {
    let answers: Vec<RecordAnswer> = serde_json::from_slice(body).ok()?;
    let fits = |(record, answer): (&Record, &RecordAnswer)| {
        let id = answer.record_id.as_deref().unwrap_or_default();
        (id.is_empty() || id == record.key().hexadecimal()) && answer.result.iter().all(is_plausible)
    };
    let complete = answers.len() == records.len() && records.iter().zip(&answers).all(fits);
    complete.then(|| answers.into_iter().map(|answer| to_answer(answer, suggestions)).collect())
}

fn to_answer(answer: RecordAnswer, suggestions: u8) -> Answer {
    let trusted = answer.code_status == CodeStatus::Successful && !answer.result.is_empty();
    let verdict = if trusted { Verdict::Trusted } else { Verdict::Unsure };
    let best = answer.result.into_iter().take(usize::from(suggestions));
    Answer { verdict, choices: best.map(Choice::from).collect() }
}
