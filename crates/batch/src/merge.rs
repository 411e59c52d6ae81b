//! In: a coded table and a review with decisions. Out: the table with the decisions in their rows, and what is left.
//! Next: the user.

use crate::output::{Cell, Output};
use crate::review::{DECISION, ROWS};
use crate::{BatchError, Row, Table};
use occuform_coder::Classification;
use serde_json::{Map, Value};
use std::collections::HashMap;
use std::path::Path;

/// What a person writes where no code fits.
const NONE: &str = "none";
/// How many wrong decisions are shown.
const SHOWN: usize = 10;

/// A coded table and the decisions on it.
pub struct Merge<'a> {
    /// What `batch` wrote.
    pub coded: &'a Table,
    /// The review, filled in.
    pub review: &'a Table,
    /// What decisions are checked against.
    pub classification: &'a Classification,
    /// Its name, for messages.
    pub name: &'a str,
    /// What stands before the names of the added columns.
    pub prefix: &'a str,
}

/// What came of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Merged {
    /// Rows that have a decision now.
    pub decided: u64,
    /// Decisions in the review.
    pub decisions: u64,
    /// Cases of the review without a decision.
    pub open: u64,
    /// Rows that still have no trusted code.
    pub left: u64,
    /// Decisions that fit no row.
    pub unused: u64,
}

/// By what a row says: the code, empty for none, and whether a row had it.
type Decisions = HashMap<Vec<String>, (String, bool)>;

/// Writes the table with the decisions in it.
///
/// # Errors
/// When a file cannot be read or written, a column is missing or a decision is no code: nothing is written then.
pub fn merge(merge: &Merge, output: &Path) -> Result<Merged, BatchError> {
    let mut merged = Merged::default();
    let places = Places::find(merge.coded, merge.prefix)?;
    let (said, mut decisions) = merge.decisions(&mut merged)?;
    let header = merge.coded.columns().to_vec();
    let mut output = Output::create(output, header, merge.coded.source.dialect())?;
    merge.coded.for_each_row(&mut |mut row| {
        let key: Vec<String> = said.iter().map(|column| row.cells[*column].clone()).collect();
        let mut changed = false;
        if !row.cells[places.status].starts_with("coded")
            && row.problem.is_none()
            && let Some((code, used)) = decisions.get_mut(&key)
        {
            *used = true;
            changed = true;
            merged.decided += 1;
            row.cells[places.label] = merge
                .classification
                .find(code)
                .map_or(String::new(), |id| merge.classification.node(id).title.clone());
            row.cells[places.code].clone_from(code);
            row.cells[places.confidence].clear();
            "reviewed".clone_into(&mut row.cells[places.status]);
            "review".clone_into(&mut row.cells[places.source]);
        }
        let status = &row.cells[places.status];
        merged.left += u64::from(!status.starts_with("coded") && !status.starts_with("reviewed"));
        if let (false, true, Some(line)) = (changed, output.keeps_objects(), &row.raw) {
            return output.write(Some(line), &[]);
        }
        output.write(None, &cells(merge.coded, &row, &places, output.keeps_objects()))
    })?;
    output.finish()?;
    merged.unused = decisions.values().filter(|(_, used)| !used).count() as u64;
    Ok(merged)
}

impl Merge<'_> {
    /// The columns of the table that tell the cases apart, and the decision of each.
    fn decisions(&self, merged: &mut Merged) -> Result<(Vec<usize>, Decisions), BatchError> {
        let rows = self.review.column(ROWS)?;
        let decision = self.review.column(DECISION)?;
        let names = &self.review.columns()[..rows];
        let said = names.iter().map(|name| self.coded.column(name)).collect::<Result<Vec<_>, _>>()?;
        let (mut decisions, mut problems) = (Decisions::new(), Vec::new());
        self.review.for_each_row(&mut |row| {
            let place = format!("{}, row {}", self.review.path().display(), row.number);
            let code = row.cells[decision].trim().to_owned();
            let none = code.eq_ignore_ascii_case(NONE);
            if let Some(problem) = row.problem {
                problems.push(format!("{place}: {problem}"));
            } else if code.is_empty() {
                merged.open += 1;
            } else if !none && self.classification.find(&code).is_none() {
                problems.push(format!(
                    "{place}, column {DECISION}: '{code}' is no code of {}: write a code, 'none', or nothing",
                    self.name
                ));
            } else {
                merged.decisions += 1;
                let code = if none { String::new() } else { code };
                let earlier = decisions.insert(row.cells[..rows].to_vec(), (code.clone(), false));
                if earlier.is_some_and(|(earlier, _)| earlier != code) {
                    problems.push(format!(
                        "{place}: an earlier row decides otherwise on the same text: keep one"
                    ));
                }
            }
            Ok(())
        })?;
        if problems.is_empty() {
            return Ok((said, decisions));
        }
        let more = problems.len().saturating_sub(SHOWN);
        problems.truncate(SHOWN);
        if more > 0 {
            problems.push(format!("and {more} more"));
        }
        Err(BatchError::Decisions { problems })
    }
}

/// Where the coded table holds what a decision changes.
struct Places {
    code: usize,
    label: usize,
    confidence: usize,
    status: usize,
    source: usize,
}

impl Places {
    fn find(table: &Table, prefix: &str) -> Result<Self, BatchError> {
        let place = |name: &str| table.column(&format!("{prefix}{name}"));
        Ok(Self {
            code: place("code")?,
            label: place("label")?,
            confidence: place("confidence")?,
            status: place("status")?,
            source: place("source")?,
        })
    }

    fn all(&self) -> [usize; 5] {
        [self.code, self.label, self.confidence, self.status, self.source]
    }
}

/// A row's cells; of JSON Lines those that were not changed keep the kind of value they had.
fn cells<'a>(table: &Table, row: &'a Row, places: &Places, objects: bool) -> Vec<Cell<'a>> {
    let object: Option<Map<String, Value>> =
        row.raw.as_ref().filter(|_| objects).and_then(|line| serde_json::from_str(line).ok());
    let cell = |(column, text): (usize, &'a String)| {
        let value = object.as_ref().filter(|_| !places.all().contains(&column));
        match value.map(|object| object.get(&table.columns()[column])) {
            Some(value) => Cell::Json(value.unwrap_or(&Value::Null).to_string()),
            None => Cell::text(text.as_str()),
        }
    };
    row.cells.iter().enumerate().map(cell).collect()
}
