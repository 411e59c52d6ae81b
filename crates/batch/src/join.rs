//! In: the rows and the answers. Out: the output, the review and the counts. Next: the user.

use crate::layout::{self, Outcome};
use crate::output::{Cell, Output};
use crate::review::Review;
use crate::{BatchError, Checker, Journal, Layout, Progress, Step, Summary, Table};
use std::path::PathBuf;

/// How often progress is told.
const EVERY: u64 = 8192;

/// What is to be written.
#[derive(Clone, Debug)]
pub struct Outputs {
    /// The rows with their codes.
    pub output: PathBuf,
    /// What needs a person.
    pub review: Option<PathBuf>,
    /// Which columns.
    pub layout: Layout,
    /// Stands before the names of the added columns.
    pub prefix: String,
    /// How many suggestions a row shows, the code itself being the first.
    pub suggestions: u8,
    /// Where answers come from.
    pub source: &'static str,
    /// The model's GUID.
    pub model: String,
}

impl Outputs {
    /// Whether all of it can be written beside the table's own columns, before any work is done.
    ///
    /// # Errors
    /// When an added column has the name of one that is there.
    pub fn check(&self, table: &Table) -> Result<(), BatchError> {
        layout::header(self.layout, table, &self.prefix, self.suggestions).map(|_| ())
    }
}

/// Writes every row with its answer.
///
/// # Errors
/// When the table cannot be read or a file not be written, or the user stops.
pub fn join(
    table: &Table,
    checker: &Checker,
    journal: &Journal,
    outputs: &Outputs,
    rows: u64,
    progress: &mut dyn Progress,
) -> Result<Summary, BatchError> {
    let dialect = table.source.dialect();
    let header = layout::header(outputs.layout, table, &outputs.prefix, outputs.suggestions)?;
    let mut output = Output::create(&outputs.output, header, dialect)?;
    let mut review = outputs.review.as_ref().map(|_| Review::new(table, &checker.columns));
    let mut summary = Summary::default();
    table.for_each_row(&mut |row| {
        let verdict = checker.check(&row);
        let answer = verdict.record.as_ref().ok().and_then(|record| journal.answers.get(record.key()));
        let outcome = Outcome::of(&verdict, answer.as_ref());
        summary.count(outcome, &verdict, answer.as_ref());
        if let Some(review) = &mut review {
            review.add(outcome, &verdict, &row);
        }
        if summary.rows.is_multiple_of(EVERY) {
            progress.report(Step::Write, summary.rows, rows);
            if progress.stopped() {
                return Err(BatchError::Stopped);
            }
        }
        if outputs.layout == Layout::Guide {
            return output.write(None, &layout::guide_cells(checker, &row, &verdict, answer.as_ref()));
        }
        let status = outcome.status(&verdict, &row);
        let added =
            layout::added_cells(status, answer.as_ref(), outputs.suggestions, outputs.source, &outputs.model);
        let object = row.raw.as_deref().filter(|_| output.keeps_objects() && row.problem.is_none());
        if object.is_some() {
            return output.write(object, &added);
        }
        let own = row.cells.iter().map(|cell| Cell::text(cell.as_str()));
        output.write(None, &own.chain(added).collect::<Vec<_>>())
    })?;
    if let (Some(review), Some(path)) = (review, &outputs.review) {
        review.write(path, journal, outputs.suggestions, dialect)?;
    }
    output.finish()?;
    Ok(summary)
}
