//! In: a recognised file. Out: its columns, and its rows one after another. Next: `columns` finds out which is which.

use crate::source::{Kind, Source};
use crate::{BatchError, SourceOptions, workbook};
use serde_json::{Map, Value};
use std::collections::HashSet;
use std::io::{BufRead, BufReader};
use std::path::Path;

/// A file that can be read row by row, as often as needed.
#[derive(Clone, Debug)]
pub struct Table {
    pub(crate) source: Source,
    columns: Vec<String>,
}

/// One row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Row {
    /// As a spreadsheet counts, the header being row 1; of JSON Lines the line.
    pub number: u64,
    /// One a column.
    pub cells: Vec<String>,
    /// The line as it is, of JSON Lines.
    pub raw: Option<String>,
    /// Why the cells cannot be trusted.
    pub problem: Option<String>,
}

/// What is done with each row.
pub(crate) type Visit<'a> = &'a mut dyn FnMut(Row) -> Result<(), BatchError>;

impl Table {
    /// Looks at a file: its format and its columns.
    ///
    /// # Errors
    /// When it cannot be read at all, with the reason.
    pub fn open(path: &Path, options: &SourceOptions) -> Result<Self, BatchError> {
        let source = Source::recognise(path, options)?;
        let columns = match &source.kind {
            Kind::Delimited { .. } => delimited_columns(&source)?,
            Kind::JsonLines { .. } => json_columns(&source)?,
            Kind::Workbook { sheet } => workbook::columns(path, sheet.as_deref())?,
        };
        if columns.is_empty() {
            return Err(BatchError::unreadable(path, "it has no header row with the names of the columns"));
        }
        Ok(Self { source, columns })
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.source.path
    }

    /// What kind of file it is, in words.
    pub fn format(&self) -> String {
        self.source.to_string()
    }

    /// The names of the columns.
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// The place of the column with this name.
    pub(crate) fn column(&self, name: &str) -> Result<usize, BatchError> {
        self.columns.iter().position(|column| column == name).ok_or_else(|| BatchError::NoColumn {
            file: self.path().to_owned(),
            column: name.to_owned(),
            found: self.columns.join(", "),
        })
    }

    /// Visits every row in order.
    pub(crate) fn for_each_row(&self, visit: Visit) -> Result<(), BatchError> {
        match &self.source.kind {
            Kind::Delimited { .. } => self.delimited_rows(visit),
            Kind::JsonLines { .. } => self.json_rows(visit),
            Kind::Workbook { sheet } => {
                workbook::rows(self.path(), sheet.as_deref(), self.columns.len(), visit)
            }
        }
    }

    fn delimited_rows(&self, visit: Visit) -> Result<(), BatchError> {
        let mut reader = delimited(&self.source)?;
        let mut record = csv::StringRecord::new();
        let mut number = 0;
        while reader.read_record(&mut record).map_err(|error| csv_error(self.path(), error))? {
            number += 1;
            if number == 1 {
                continue;
            }
            let width = self.columns.len();
            let problem = (record.len() != width).then(|| {
                format!(
                    "it has {} cells where the header has {width}: check quotes and delimiters",
                    record.len()
                )
            });
            let mut cells: Vec<String> = record.iter().take(width).map(str::to_owned).collect();
            cells.resize(width, String::new());
            visit(Row { number, cells, raw: None, problem })?;
        }
        Ok(())
    }

    fn json_rows(&self, visit: Visit) -> Result<(), BatchError> {
        json_lines(&self.source, &mut |number, line| {
            let mut row = Row { number, ..Row::default() };
            match serde_json::from_str::<Map<String, Value>>(line) {
                Ok(object) => {
                    row.cells = self
                        .columns
                        .iter()
                        .map(|name| object.get(name).map(cell).unwrap_or_default())
                        .collect();
                }
                Err(error) => {
                    row.cells = vec![String::new(); self.columns.len()];
                    row.problem = Some(format!("it is no JSON object (column {})", error.column()));
                }
            }
            row.raw = Some(line.to_owned());
            visit(row)
        })
    }
}

/// A JSON value as a cell.
fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn delimited(source: &Source) -> Result<csv::Reader<impl std::io::Read>, BatchError> {
    let Kind::Delimited { delimiter, .. } = source.kind else {
        unreachable!("asked of delimited files only")
    };
    let mut builder = csv::ReaderBuilder::new();
    builder.delimiter(delimiter).has_headers(false).flexible(true).buffer_capacity(256 * 1024);
    Ok(builder.from_reader(source.decoded()?))
}

fn csv_error(path: &Path, error: csv::Error) -> BatchError {
    let problem = error.to_string();
    match error.into_kind() {
        csv::ErrorKind::Io(source) => BatchError::Read { file: path.to_owned(), source },
        _ => BatchError::unreadable(path, problem),
    }
}

fn delimited_columns(source: &Source) -> Result<Vec<String>, BatchError> {
    let mut record = csv::StringRecord::new();
    delimited(source)?.read_record(&mut record).map_err(|error| csv_error(&source.path, error))?;
    Ok(record.iter().map(|name| name.trim().to_owned()).collect())
}

/// All names that any line has, in the order in which they are met.
fn json_columns(source: &Source) -> Result<Vec<String>, BatchError> {
    let (mut columns, mut known) = (Vec::new(), HashSet::new());
    json_lines(source, &mut |_, line| {
        let object: Map<String, Value> = serde_json::from_str(line).unwrap_or_default();
        for name in object.into_iter().map(|(name, _)| name) {
            if known.insert(name.clone()) {
                columns.push(name);
            }
        }
        Ok(())
    })?;
    Ok(columns)
}

/// Visits every line that holds something, with its number from 1.
pub(crate) fn json_lines(
    source: &Source,
    visit: &mut dyn FnMut(u64, &str) -> Result<(), BatchError>,
) -> Result<(), BatchError> {
    let mut reader = BufReader::with_capacity(256 * 1024, source.decoded()?);
    let mut line = String::new();
    let mut number = 0;
    while reader.read_line(&mut line).map_err(BatchError::read(&source.path))? > 0 {
        number += 1;
        let content = line.trim();
        if !content.is_empty() {
            visit(number, content)?;
        }
        line.clear();
    }
    Ok(())
}
