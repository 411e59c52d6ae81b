//! In: records. Out: what our own model says of them, on all cores. Next: back to `coding`.

use crate::check::Record;
use crate::{Answer, Choice, Coder, CodingError};
use occuform_api::{JobText, Suggestion};
use occuform_coder::{CodingOptions, Model};
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

    fn answer(&self, record: &Record) -> Result<Answer, CodingError> {
        let text =
            JobText::new(&record.title, &record.tasks).map_err(|error| CodingError(error.to_string()))?;
        let ranked = self.model.rank(&text);
        let options = CodingOptions::without_a_person(self.suggestions);
        let trusted = self.model.trusted(ranked.clone(), options);
        // Without trust a person decides, who is helped by the whole list.
        let (trusted, best) = if trusted.is_empty() { (false, ranked) } else { (true, trusted) };
        let best = best.into_iter().take(usize::from(self.suggestions));
        Ok(Answer { trusted, choices: best.map(choice).collect() })
    }
}

impl Coder for EmbeddedCoder {
    fn source(&self) -> &'static str {
        "embedded"
    }

    fn model(&self) -> String {
        self.model.id().to_string()
    }

    fn batch_size(&self) -> usize {
        BATCH
    }

    fn code(&self, records: &[Record]) -> Result<Vec<Answer>, CodingError> {
        records.par_iter().map(|record| self.answer(record)).collect()
    }
}

fn choice(suggestion: Suggestion) -> Choice {
    Choice {
        code: suggestion.code_category,
        label: suggestion.code_label,
        confidence: rounded(suggestion.code_confidence),
    }
}

/// To four decimals: what comes after them says nothing.
fn rounded(confidence: f64) -> f32 {
    ((confidence * 1e4).round() / 1e4) as f32
}
