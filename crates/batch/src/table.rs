//! In: a recognised file. Out: its columns, and its rows one after another. Next: `columns` finds out which is which.

use crate::delimited::{Record, Records};
use crate::source::{Kind, Source};
use crate::{BatchError, SourceOptions, workbook};
use serde_json::{Map, Value};
use std::collections::HashSet;
use std::io::{BufRead, BufReader, Read};
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

    /// Of a workbook, the sheets that are not read.
    pub(crate) fn other_sheets(&self) -> Result<Vec<String>, BatchError> {
        match &self.source.kind {
            Kind::Workbook { sheet } => workbook::other_sheets(self.path(), sheet.as_deref()),
            _ => Ok(vec![]),
        }
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
        let width = self.columns.len();
        let mut records = delimited(&self.source)?;
        let mut next = move |width| records.next(width).map_err(BatchError::read(self.path()));
        next(None)?;
        let mut number = 1;
        while let Some(Record { mut cells, open_quote }) = next(Some(width))? {
            number += 1;
            let found = cells.len();
            let problem = if open_quote {
                Some("it opens a quote that is not closed: check its quotes".to_owned())
            } else {
                (found != width).then(|| {
                    format!("it has {found} cells where the header has {width}: check quotes and delimiters")
                })
            };
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

fn delimited(source: &Source) -> Result<Records<impl Read>, BatchError> {
    let Kind::Delimited { delimiter, .. } = source.kind else {
        unreachable!("asked of delimited files only")
    };
    Ok(Records::new(source.decoded()?, delimiter))
}

fn delimited_columns(source: &Source) -> Result<Vec<String>, BatchError> {
    let header = delimited(source)?.next(None).map_err(BatchError::read(&source.path))?.unwrap_or_default();
    if header.open_quote {
        let problem = "its first row opens a quote that is not closed: check the names of the columns";
        return Err(BatchError::unreadable(&source.path, problem));
    }
    Ok(header.cells.iter().map(|name| name.trim().to_owned()).collect())
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
