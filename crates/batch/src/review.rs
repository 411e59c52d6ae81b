//! In: rows that need a person. Out: a table of them, equal ones once, the most frequent first. Next: a person fills in
//! the column `decision`, then `merge`.

use crate::answers::Key;
use crate::check::Checked;
use crate::layout::{self, Outcome};
use crate::output::{Cell, Dialect, Output};
use crate::{BatchError, Columns, Invalid, Journal, Row, Table};
use std::collections::HashMap;
use std::path::Path;

/// Where a person writes a code, or `none`.
pub(crate) const DECISION: &str = "decision";
/// How many rows of the table say the same; what stands left of it tells which.
pub(crate) const ROWS: &str = "rows";

/// Rows that need a person, by what they say.
pub(crate) struct Review {
    columns: Vec<usize>,
    names: Vec<String>,
    cases: HashMap<Vec<String>, Case>,
}

struct Case {
    rows: u64,
    first: u64,
    status: String,
    key: Option<Key>,
}

impl Review {
    pub fn new(table: &Table, columns: &Columns) -> Self {
        let columns = columns.coded();
        let names = columns.iter().map(|column| table.columns()[*column].clone()).collect();
        Self { columns, names, cases: HashMap::new() }
    }

    pub fn add(&mut self, outcome: Outcome, checked: &Checked, row: &Row) {
        if matches!(outcome, Outcome::Coded | Outcome::Invalid(Invalid::BadRow | Invalid::Empty)) {
            return;
        }
        let said = self.columns.iter().map(|column| row.cells[*column].clone()).collect();
        let case = self.cases.entry(said).or_insert_with(|| Case {
            rows: 0,
            first: row.number,
            status: outcome.status(checked, row),
            key: checked.record.as_ref().ok().map(crate::check::Record::key),
        });
        case.rows += 1;
    }

    pub fn write(
        self,
        path: &Path,
        journal: &Journal,
        suggestions: u8,
        dialect: Dialect,
    ) -> Result<(), BatchError> {
        let mut header = self.names;
        header.extend([ROWS, "status"].map(str::to_owned));
        for number in 1..=suggestions {
            header.extend(["code", "label", "confidence"].map(|name| format!("suggestion_{number}_{name}")));
        }
        header.push(DECISION.to_owned());
        let mut output = Output::create(path, header, dialect)?;
        let mut cases: Vec<(Vec<String>, Case)> = self.cases.into_iter().collect();
        cases.sort_by(|(_, a), (_, b)| b.rows.cmp(&a.rows).then(a.first.cmp(&b.first)));
        for (said, case) in &cases {
            let answer = case.key.and_then(|key| journal.answers.get(key));
            let choices = answer.as_ref().map_or(&[][..], |answer| &answer.choices);
            let mut cells: Vec<Cell> = said.iter().map(|cell| Cell::text(cell.as_str())).collect();
            cells.extend([Cell::text(case.rows.to_string()), Cell::text(case.status.as_str())]);
            cells
                .extend((0..usize::from(suggestions)).flat_map(|number| layout::choice(choices.get(number))));
            cells.push(Cell::Nothing);
            output.write(None, &cells)?;
        }
        output.finish()
    }
}
