//! In: a record's text. Out: its code, or suggestions. Next: `lines` writes them into the output.

use occuform_api::JobText;
use occuform_coder::FileCoding;

/// Codes the records of a file.
pub trait FileCoder: Send + Sync {
    /// Codes one record of 3 to 300 characters. Suggestions are 1 to 3.
    fn code(&self, text: &JobText) -> FileCoding;
}
