//! In: the rows, and whoever codes. Out: an answer for each text in the journal, asked for once. Next: `join`.

use crate::answers::Key;
use crate::check::Record;
use crate::{Answer, BatchError, Checker, Journal, Table};
use std::collections::HashSet;

/// Whoever codes records: our own model in this process, or a service.
pub trait Coder {
    /// Where answers come from, as the column `source` says it.
    fn source(&self) -> &'static str;

    /// The model's GUID.
    fn model(&self) -> String;

    /// How many records are handed over at once: what is lost at most when the process dies.
    fn batch_size(&self) -> usize;

    /// Codes records, in their order.
    ///
    /// # Errors
    /// When there is no answer for any of them.
    fn code(&self, records: &[Record]) -> Result<Vec<Answer>, CodingError>;
}

/// Why there are no answers.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct CodingError(pub String);

/// What a batch is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Checking rows.
    Check,
    /// Coding texts.
    Code,
    /// Writing the output.
    Write,
}

/// Is told how far a step is, and says when to stop.
pub trait Progress {
    /// `done` of `total` rows or texts; the total is 0 where it is not known yet.
    fn report(&mut self, step: Step, done: u64, total: u64);

    /// Whether the user asked to stop.
    fn stopped(&self) -> bool;
}

impl Journal {
    /// Codes every text that has no answer yet; `total` is how many different texts there are.
    ///
    /// # Errors
    /// When the table cannot be read, the journal not be written, or the coder fails. What was coded is kept.
    pub fn code_all(
        &mut self,
        table: &Table,
        checker: &Checker,
        coder: &dyn Coder,
        total: u64,
        progress: &mut dyn Progress,
    ) -> Result<(), BatchError> {
        let mut waiting = Waiting::default();
        table.for_each_row(&mut |row| {
            let Ok(record) = checker.check(&row).record else { return Ok(()) };
            let key = record.key();
            if !self.answers.contains(key) && waiting.keys.insert(key) {
                waiting.records.push(record);
            }
            if waiting.records.len() == coder.batch_size() {
                self.code_waiting(&mut waiting, coder, total, progress)?;
            }
            Ok(())
        })?;
        self.code_waiting(&mut waiting, coder, total, progress)
    }

    fn code_waiting(
        &mut self,
        waiting: &mut Waiting,
        coder: &dyn Coder,
        total: u64,
        progress: &mut dyn Progress,
    ) -> Result<(), BatchError> {
        if waiting.records.is_empty() {
            return Ok(());
        }
        if progress.stopped() {
            return Err(BatchError::Stopped);
        }
        let answers = coder.code(&waiting.records).map_err(|CodingError(why)| BatchError::Coding(why))?;
        let keys = waiting.records.iter().map(Record::key);
        self.append(keys.zip(answers).collect())?;
        *waiting = Waiting::default();
        progress.report(Step::Code, self.coded() as u64, total);
        Ok(())
    }
}

/// Records that are not coded yet.
#[derive(Default)]
struct Waiting {
    keys: HashSet<Key>,
    records: Vec<Record>,
}
