//! In: the rows, and whoever codes. Out: an answer for each text in the journal, asked for once. Next: `join`.

use crate::answers::Key;
use crate::check::Record;
use crate::{Answer, BatchError, Checker, Journal, Table};
use std::collections::HashSet;
use std::time::Duration;

/// Whoever codes records: our own model in this process, or a service.
pub trait Coder {
    /// Where answers come from, as the column `source` says it.
    fn source(&self) -> &'static str;

    /// The model's GUID.
    fn model(&self) -> String;

    /// How many records are handed over at once.
    fn batch_size(&self) -> usize;

    /// Codes records and has each answer kept as soon as it is there.
    ///
    /// # Errors
    /// When it cannot go on, or the user stops. What was kept stays.
    fn code(&self, records: &[Record], run: &mut Run) -> Result<(), BatchError>;
}

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

    /// Nothing can be done for so long, and why.
    fn waiting(&mut self, why: &str, wait: Duration);

    /// Whether the user asked to stop.
    fn stopped(&self) -> bool;
}

/// What a coder works with: where answers are kept, who is told.
pub struct Run<'a> {
    pub(crate) journal: &'a mut Journal,
    pub(crate) progress: &'a mut dyn Progress,
    total: u64,
}

impl Run<'_> {
    pub(crate) fn keep(&mut self, answers: Vec<(Key, Answer)>) -> Result<(), BatchError> {
        self.journal.append(answers)?;
        self.progress.report(Step::Code, self.journal.coded() as u64, self.total);
        Ok(())
    }
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
        let mut run = Run { journal: self, progress, total };
        table.for_each_row(&mut |row| {
            let Ok(record) = checker.check(&row).record else { return Ok(()) };
            let key = record.key();
            if !run.journal.answers.contains(key) && waiting.keys.insert(key) {
                waiting.records.push(record);
            }
            if waiting.records.len() == coder.batch_size() {
                waiting.code(coder, &mut run)?;
            }
            Ok(())
        })?;
        waiting.code(coder, &mut run)
    }
}

/// Records that are not coded yet.
#[derive(Default)]
struct Waiting {
    keys: HashSet<Key>,
    records: Vec<Record>,
}

impl Waiting {
    fn code(&mut self, coder: &dyn Coder, run: &mut Run) -> Result<(), BatchError> {
        if self.records.is_empty() {
            return Ok(());
        }
        if run.progress.stopped() {
            return Err(BatchError::Stopped);
        }
        coder.code(&self.records, run)?;
        *self = Self::default();
        Ok(())
    }
}
