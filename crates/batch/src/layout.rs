//! In: a row, its check and its answer. Out: the cells that are written. Next: `output`.

use crate::check::{Checked, Checker};
use crate::output::Cell;
use crate::{Answer, BatchError, Choice, Invalid, Row, Table, Verdict};

/// How many suggestions the guide's table has.
const GUIDE_SUGGESTIONS: usize = 3;

/// Which columns are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// The input's own, then what was found.
    Added,
    /// Those of the guide's table of synchronous answers.
    Guide,
}

/// What came of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// The best code is trusted.
    Coded,
    /// There are codes, none of them trusted.
    Unsure,
    /// There is no code.
    NoMatch,
    /// The service will not take the record.
    Refused,
    Invalid(Invalid),
}

impl Outcome {
    pub fn of(verdict: &Checked, answer: Option<&Answer>) -> Self {
        match (&verdict.record, answer) {
            (Err(invalid), _) => Self::Invalid(*invalid),
            (Ok(_), Some(answer)) if answer.verdict == Verdict::Trusted => Self::Coded,
            (Ok(_), Some(answer)) if answer.verdict == Verdict::Refused => Self::Refused,
            (Ok(_), Some(answer)) if !answer.choices.is_empty() => Self::Unsure,
            (Ok(_), _) => Self::NoMatch,
        }
    }

    pub const fn name(self) -> &'static str {
        match self {
            Self::Coded => "coded",
            Self::Unsure => "unsure",
            Self::NoMatch => "no-match",
            Self::Refused => "refused",
            Self::Invalid(invalid) => invalid.name(),
        }
    }

    /// What the column `status` says: the outcome, and what was done to the text.
    pub fn status(self, verdict: &Checked, row: &Row) -> String {
        let mut status = self.name().to_owned();
        if let Some(problem) = &row.problem {
            status = format!("{status}: {problem}");
        }
        if verdict.record.is_ok() {
            for (done, name) in [(verdict.converted, "; to-ascii"), (verdict.shortened, "; shortened")] {
                if done {
                    status.push_str(name);
                }
            }
        }
        status
    }
}

/// The names of the columns that are added.
pub(crate) fn added_columns(prefix: &str, suggestions: u8) -> Vec<String> {
    let mut names: Vec<String> = ["code", "label", "confidence", "status", "source", "model"]
        .map(|name| format!("{prefix}{name}"))
        .to_vec();
    for number in 1..=suggestions {
        names.extend(
            ["code", "label", "confidence"].map(|name| format!("{prefix}suggestion_{number}_{name}")),
        );
    }
    names
}

/// The header of the output.
///
/// # Errors
/// When an added column has the name of one that is there.
pub(crate) fn header(
    layout: Layout,
    table: &Table,
    prefix: &str,
    suggestions: u8,
) -> Result<Vec<String>, BatchError> {
    if layout == Layout::Guide {
        let fields = ["recordId", "codeStatus", "input.occp_text", "input.tasks_text"].map(str::to_owned);
        let results = (1..=GUIDE_SUGGESTIONS).flat_map(|number| {
            ["codeCategory", "codeLabel", "codeConfidence"].map(|name| format!("result_{number}.{name}"))
        });
        return Ok(fields.into_iter().chain(results).collect());
    }
    let added = added_columns(prefix, suggestions);
    if let Some(column) = added.iter().find(|name| table.columns().contains(name)) {
        return Err(BatchError::ColumnTaken { file: table.path().to_owned(), column: column.clone() });
    }
    Ok(table.columns().iter().cloned().chain(added).collect())
}

/// The cells that are added to a row's own. A code that is not trusted is a suggestion and never stands in `code`, where
/// it could be taken for one.
pub(crate) fn added_cells<'a>(
    status: String,
    answer: Option<&'a Answer>,
    suggestions: u8,
    source: &'a str,
    model: &'a str,
) -> Vec<Cell<'a>> {
    let choices = answer.map_or(&[][..], |answer| &answer.choices);
    let trusted = answer.filter(|answer| answer.verdict == Verdict::Trusted).and(choices.first());
    let mut cells = choice(trusted).to_vec();
    let told = |text| answer.map_or(Cell::Nothing, |_| Cell::text(text));
    cells.extend([Cell::text(status), told(source), told(model)]);
    // What is trusted stands in `code`, and not a second time.
    let first = choice(choices.first().filter(|_| trusted.is_none()));
    let others = (1..usize::from(suggestions)).flat_map(|number| choice(choices.get(number)));
    cells.extend(first.into_iter().chain(others));
    cells
}

/// The cells of the guide's table.
pub(crate) fn guide_cells<'a>(
    checker: &Checker,
    row: &'a Row,
    verdict: &'a Checked,
    answer: Option<&'a Answer>,
) -> Vec<Cell<'a>> {
    let cell = |column: Option<usize>| column.map_or("", |column| row.cells[column].as_str());
    let columns = &checker.columns;
    let (title, tasks) = match &verdict.record {
        Ok(record) => (record.title.as_str(), record.tasks.as_str()),
        Err(_) => (cell(columns.title), cell(columns.tasks)),
    };
    let trusted = answer.filter(|answer| answer.verdict == Verdict::Trusted);
    let status = if trusted.is_some() { "successful" } else { "unsuccessful" };
    let mut cells = [cell(columns.id), status, title, tasks].map(Cell::text).to_vec();
    let choices = trusted.map_or(&[][..], |answer| &answer.choices);
    cells.extend((0..GUIDE_SUGGESTIONS).flat_map(|number| choice(choices.get(number))));
    cells
}

/// Code, label and confidence.
pub(crate) fn choice(choice: Option<&Choice>) -> [Cell<'_>; 3] {
    choice.map_or([const { Cell::Nothing }; 3], |choice| {
        [Cell::text(&choice.code), Cell::text(&choice.label), Cell::Number(choice.confidence)]
    })
}
