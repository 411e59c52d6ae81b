//! In: a table. Out: what there is to do, counted, and the first row of each kind that cannot be coded.
//! Next: the user reads it, then `coding` does it.

use crate::answers::Key;
use crate::check::Record;
use crate::{BatchError, Checker, Invalid, Journal, Progress, Row, Step, Table};
use std::collections::{BTreeMap, HashSet};

/// How many records are kept to try the coder's speed with.
const SAMPLE: usize = 256;
/// How often progress is told.
const EVERY: u64 = 8192;

/// What a batch has to do.
#[derive(Debug, Default)]
pub struct Plan {
    /// Rows in the table.
    pub rows: u64,
    /// Different texts to be coded.
    pub texts: u64,
    /// Of them, coded before.
    pub coded: u64,
    /// Rows whose text is turned into ASCII.
    pub converted: u64,
    /// Rows whose text is cut.
    pub shortened: u64,
    /// Rows that cannot be coded, by reason.
    pub invalid: BTreeMap<&'static str, Refused>,
    /// Some texts to be coded.
    pub sample: Vec<Record>,
}

/// Rows that cannot be coded for one reason.
#[derive(Debug, Default)]
pub struct Refused {
    /// How many.
    pub rows: u64,
    /// The first one: file, row, column, remedy.
    pub first: String,
}

/// Checks every row and changes nothing.
///
/// # Errors
/// When the table cannot be read, or the user stops.
pub fn plan(
    table: &Table,
    checker: &Checker,
    journal: Option<&Journal>,
    progress: &mut dyn Progress,
) -> Result<Plan, BatchError> {
    let mut plan = Plan::default();
    let mut texts: HashSet<Key> = HashSet::new();
    table.for_each_row(&mut |row| {
        plan.rows += 1;
        if plan.rows.is_multiple_of(EVERY) {
            progress.report(Step::Check, plan.rows, 0);
            if progress.stopped() {
                return Err(BatchError::Stopped);
            }
        }
        let verdict = checker.check(&row);
        match verdict.record {
            Ok(record) => {
                plan.converted += u64::from(verdict.converted);
                plan.shortened += u64::from(verdict.shortened);
                let key = record.key();
                if texts.insert(key) {
                    if journal.is_some_and(|journal| journal.answers.contains(key)) {
                        plan.coded += 1;
                    } else if plan.sample.len() < SAMPLE {
                        plan.sample.push(record);
                    }
                }
            }
            Err(invalid) => {
                let refused = plan.invalid.entry(invalid.name()).or_default();
                refused.rows += 1;
                if refused.rows == 1 {
                    refused.first = place(table, checker, &row, invalid);
                }
            }
        }
        Ok(())
    })?;
    plan.texts = texts.len() as u64;
    Ok(plan)
}

impl Plan {
    /// How many rows cannot be coded.
    pub fn refused(&self) -> u64 {
        self.invalid.values().map(|refused| refused.rows).sum()
    }
}

/// File, row, column and remedy, without the text.
fn place(table: &Table, checker: &Checker, row: &Row, invalid: Invalid) -> String {
    let columns = &checker.columns;
    let in_cell = |column: &usize| match invalid {
        Invalid::NotAscii(character) => {
            !row.cells[*column].is_ascii() || row.cells[*column].contains(character)
        }
        _ => true,
    };
    let places = match invalid {
        Invalid::BadRow => vec![],
        Invalid::UnknownCode => vec![columns.code],
        _ => vec![columns.title, columns.tasks],
    };
    let names: Vec<&str> =
        places.into_iter().flatten().filter(in_cell).map(|column| table.columns()[column].as_str()).collect();
    let column = match names.as_slice() {
        [] => String::new(),
        [one] => format!(", column {one}"),
        more => format!(", columns {}", more.join(" and ")),
    };
    let problem = row.problem.clone().unwrap_or_else(|| invalid.to_string());
    format!("{}, row {}{column}: {problem}", table.path().display(), row.number)
}
