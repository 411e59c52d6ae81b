//! In: a record's text. Out: its code, or suggestions. Next: `lines` writes them into the output.

use occuform_api::{JobText, MAX_BATCH_SUGGESTIONS};
use occuform_coder::{CodingOptions, FileCoding, Model};
use std::sync::Arc;

/// Codes the records of a file.
pub trait FileCoder: Send + Sync {
    /// Codes one record of 3 to 300 characters. Suggestions are 1 to 3.
    fn code(&self, text: &JobText) -> FileCoding;
}

/// A model that codes without a person.
#[derive(Clone, Debug)]
pub struct ModelCoder {
    model: Arc<Model>,
    options: CodingOptions,
}

impl ModelCoder {
    /// A record is coded when its best code is trusted, or the group of `min_digits` digits or more that it lies in.
    /// The guide's service goes up to one digit; 6 asks for whole codes.
    pub fn new(model: Arc<Model>, min_digits: usize) -> Self {
        let options = CodingOptions::without_a_person(MAX_BATCH_SUGGESTIONS);
        Self { model, options: CodingOptions { min_digits, ..options } }
    }
}

impl FileCoder for ModelCoder {
    fn code(&self, text: &JobText) -> FileCoding {
        self.model.code_in_file(text, self.options)
    }
}
