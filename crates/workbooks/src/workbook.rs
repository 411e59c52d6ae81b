//! In: the path of an .xlsx file. Out: its sheets, cell by cell as text. Next: `layout` finds the tables.

use crate::error::{Place, WorkbookError};
use calamine::{DataRef, Reader, Xlsx, XlsxError};
use std::collections::BTreeMap;
use std::fmt::Display;
use std::fs::File;
use std::io::{BufReader, Read, Seek};
use std::path::{Path, PathBuf};
use zip::ZipArchive;

/// What a zip archive, and so an .xlsx file, begins with.
const ZIP: &[u8] = b"PK";
/// What an .xls file and an encrypted .xlsx file begin with.
const COMPOUND_FILE: &[u8] = &[0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];

/// A workbook that is open.
pub(crate) struct Workbook {
    file: PathBuf,
    excel: Xlsx<BufReader<File>>,
}

/// A sheet's cells that hold something.
pub(crate) struct Sheet {
    pub file: PathBuf,
    pub name: String,
    /// By row, then column, both counted from 0.
    rows: BTreeMap<u32, BTreeMap<u32, Cell>>,
}

enum Cell {
    Text(String),
    /// What stands there instead of text or a number.
    Unusable(String),
}

impl Workbook {
    pub fn open(path: &Path) -> Result<Self, WorkbookError> {
        let file = path.to_owned();
        let unreadable = |source| WorkbookError::Read { file: path.to_owned(), source };
        let mut source = File::open(path).map_err(unreadable)?;
        let mut start = Vec::new();
        source.by_ref().take(8).read_to_end(&mut start).map_err(unreadable)?;
        source.rewind().map_err(unreadable)?;
        let mut source = BufReader::new(source);
        if start.starts_with(ZIP) {
            check_archive(path, &mut source)?;
        }
        match Xlsx::new(source) {
            Err(XlsxError::Password) => Err(WorkbookError::Encrypted { file }),
            _ if !start.starts_with(ZIP) => {
                Err(WorkbookError::NotAWorkbook { file, found: what_begins_with(&start) })
            }
            Err(error) => Err(damaged(path, &error)),
            Ok(excel) => Ok(Self { file, excel }),
        }
    }

    pub fn sheet_names(&self) -> Vec<String> {
        self.excel.sheet_names()
    }

    /// The sheet with this name, whatever its case and the spaces around it.
    pub fn sheet(&mut self, name: &str) -> Result<Option<Sheet>, WorkbookError> {
        let Some(name) = self.sheet_names().into_iter().find(|found| found.trim().eq_ignore_ascii_case(name))
        else {
            return Ok(None);
        };
        let mut rows: BTreeMap<u32, BTreeMap<u32, Cell>> = BTreeMap::new();
        let damaged = |error: XlsxError| damaged(&self.file, &error);
        let mut cells = self.excel.worksheet_cells_reader(&name).map_err(damaged)?;
        while let Some(cell) = cells.next_cell().map_err(damaged)? {
            if let Some(content) = content(cell.get_value()) {
                let (row, column) = cell.get_position();
                rows.entry(row).or_default().insert(column, content);
            }
        }
        Ok(Some(Sheet { file: self.file.clone(), name, rows }))
    }
}

impl Sheet {
    /// The numbers of the rows that hold something.
    pub fn rows(&self) -> impl Iterator<Item = u32> + '_ {
        self.rows.keys().copied()
    }

    /// The columns of a row that hold something.
    pub fn filled(&self, row: u32) -> Vec<u32> {
        self.rows.get(&row).map(|cells| cells.keys().copied().collect()).unwrap_or_default()
    }

    /// What a cell says; nothing for an empty one.
    pub fn text(&self, row: u32, column: u32) -> Result<&str, WorkbookError> {
        match self.rows.get(&row).and_then(|cells| cells.get(&column)) {
            None => Ok(""),
            Some(Cell::Text(text)) => Ok(text),
            Some(Cell::Unusable(found)) => {
                Err(self.problem(row, column, format!("expected text or a number, found {found}")))
            }
        }
    }

    pub fn problem(&self, row: u32, column: u32, problem: String) -> WorkbookError {
        WorkbookError::Cell { place: self.place(row, Some(column)), problem }
    }

    pub fn place(&self, row: u32, column: Option<u32>) -> Place {
        let (file, sheet) = (self.file.clone(), self.name.clone());
        Place { file, sheet, row: row + 1, column: column.map(column_name) }
    }
}

/// A, B, ... Z, AA, AB, ...
pub(crate) fn column_name(column: u32) -> String {
    let letter = char::from(b'A' + (column % 26) as u8);
    match column / 26 {
        0 => letter.to_string(),
        more => format!("{}{letter}", column_name(more - 1)),
    }
}

fn content(value: &DataRef) -> Option<Cell> {
    let text = match value {
        DataRef::Empty => return None,
        DataRef::String(text) => text.clone(),
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(number) => number.to_string(),
        DataRef::Bool(value) => return Some(Cell::Unusable(value.to_string().to_uppercase())),
        DataRef::Error(error) => return Some(Cell::Unusable(format!("the Excel error {error}"))),
        DataRef::DateTime(_) | DataRef::DateTimeIso(_) | DataRef::DurationIso(_) => {
            return Some(Cell::Unusable("a date or time".to_owned()));
        }
    };
    let text = text.trim();
    (!text.is_empty()).then(|| Cell::Text(text.to_owned()))
}

/// Reads every part to its end, where its checksum is compared: the reader of cells stops before it.
fn check_archive(file: &Path, source: &mut BufReader<File>) -> Result<(), WorkbookError> {
    let mut archive = ZipArchive::new(&mut *source).map_err(|error| damaged(file, &error))?;
    if !archive.file_names().flatten().any(|name| name.starts_with("xl/")) {
        let found = "it is an archive of another kind, such as .zip, .docx or .ods";
        return Err(WorkbookError::NotAWorkbook { file: file.to_owned(), found });
    }
    for number in 0..archive.len() {
        let mut part = archive.by_index(number).map_err(|error| damaged(file, &error))?;
        std::io::copy(&mut part, &mut std::io::sink()).map_err(|error| damaged(file, &error))?;
    }
    source.rewind().map_err(|error| damaged(file, &error))
}

fn damaged(file: &Path, error: &dyn Display) -> WorkbookError {
    WorkbookError::Damaged { file: file.to_owned(), detail: error.to_string() }
}

fn what_begins_with(start: &[u8]) -> &'static str {
    match start {
        [] => "it is empty",
        COMPOUND_FILE => "it looks like the older format .xls; open it in Excel and save it as .xlsx",
        [b'%', b'P', b'D', b'F', ..] => "it is a PDF",
        [b'<', ..] => "it is a web page or XML, perhaps saved in place of the download",
        text if std::str::from_utf8(text).is_ok_and(|text| !text.contains(['\0', '\u{1}'])) => {
            "it is plain text, perhaps a CSV file under another name; use the workbook as published"
        }
        _ => "its content is of an unknown kind",
    }
}

#[cfg(test)]
mod tests {
    use super::column_name;

    #[test]
    fn columns_have_the_names_that_excel_shows() {
        assert_eq!([0, 25, 26, 51, 52, 702].map(column_name), ["A", "Z", "AA", "AZ", "BA", "AAA"]);
    }
}
