//! In: records. Out: what our own model says of them, on all cores. Next: back to `coding`.

use crate::check::Record;
use crate::{Answer, BatchError, Choice, Coder, Run, Verdict};
use occuform_api::JobText;
use occuform_coder::{Classification, CodingOptions, Model};
use rayon::prelude::*;

/// How many records are coded between two writes to the journal.
const BATCH: usize = 4096;

/// Our own model, in this process: nothing leaves the machine.
pub struct EmbeddedCoder {
    model: Model,
    suggestions: u8,
}

impl EmbeddedCoder {
    /// Gives at most so many suggestions, 1 to 16, for each record.
    pub fn new(model: Model, suggestions: u8) -> Self {
        Self { model, suggestions }
    }

    /// What is coded to.
    pub fn classification(&self) -> &Classification {
        self.model.classification()
    }

    /// The answers to records, in their order.
    ///
    /// # Errors
    /// When a record does not keep the rules of its text.
    pub fn answers(&self, records: &[Record]) -> Result<Vec<Answer>, BatchError> {
        records.par_iter().map(|record| self.answer(record)).collect()
    }

    fn answer(&self, record: &Record) -> Result<Answer, BatchError> {
        let text = JobText::new(&record.title, &record.tasks)
            .map_err(|error| BatchError::Coding(error.to_string()))?;
        let ranked = self.model.rank(&text);
        let options = CodingOptions::without_a_person(self.suggestions);
        let trusted = self.model.trusted(ranked.clone(), options);
        // Without trust a person decides, who is helped by the whole list.
        let (verdict, best) =
            if trusted.is_empty() { (Verdict::Unsure, ranked) } else { (Verdict::Trusted, trusted) };
        let best = best.into_iter().take(usize::from(self.suggestions));
        Ok(Answer { verdict, choices: best.map(Choice::from).collect() })
    }
}

impl Coder for &EmbeddedCoder {
    fn source(&self) -> &'static str {
        "embedded"
    }

    fn model(&self) -> String {
        self.model.id().to_string()
    }

    fn batch_size(&self) -> usize {
        BATCH
    }

    fn code(&self, records: &[Record], run: &mut Run) -> Result<(), BatchError> {
        let answers = self.answers(records)?;
        run.keep(records.iter().map(Record::key).zip(answers).collect())
    }
}
