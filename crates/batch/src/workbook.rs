//! In: the path of an Excel workbook. Out: the columns and rows of a sheet. Next: back to `table`.

use crate::BatchError;
use crate::table::{Row, Visit};
use calamine::{DataRef, Reader, Xlsx, XlsxError};
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

type Excel = Xlsx<BufReader<File>>;

/// Takes the number and cells of a row, and says whether it wants more.
type VisitCells<'a> = &'a mut dyn FnMut(u64, &mut Vec<String>) -> Result<bool, BatchError>;

pub(crate) fn columns(path: &Path, sheet: Option<&str>) -> Result<Vec<String>, BatchError> {
    let mut columns = Vec::new();
    cells_by_row(path, sheet, &mut |_, cells| {
        columns = cells.iter().map(|cell| cell.trim().to_owned()).collect();
        Ok(false)
    })?;
    Ok(columns)
}

/// The sheets beside this one.
pub(crate) fn other_sheets(path: &Path, sheet: Option<&str>) -> Result<Vec<String>, BatchError> {
    let excel = open(path)?;
    let read = find_sheet(path, &excel, sheet)?;
    Ok(excel.sheet_names().into_iter().filter(|name| *name != read).collect())
}

pub(crate) fn rows(path: &Path, sheet: Option<&str>, width: usize, visit: Visit) -> Result<(), BatchError> {
    let mut header = true;
    cells_by_row(path, sheet, &mut |number, cells| {
        if !std::mem::take(&mut header) {
            let more = cells.len().saturating_sub(width);
            let problem = (more > 0).then(|| format!("it has {more} cells right of the last named column"));
            let mut cells = std::mem::take(cells);
            cells.resize(width, String::new());
            visit(Row { number, cells, raw: None, problem })?;
        }
        Ok(true)
    })
}

/// Visits each row that holds something, with its number from 1, until the visitor has seen enough.
fn cells_by_row(path: &Path, sheet: Option<&str>, visit: VisitCells) -> Result<(), BatchError> {
    let damaged = |error: XlsxError| BatchError::unreadable(path, format!("it is damaged: {error}"));
    let mut excel = open(path)?;
    let sheet = find_sheet(path, &excel, sheet)?;
    let mut reader = excel.worksheet_cells_reader(&sheet).map_err(damaged)?;
    let (mut number, mut cells) = (0, Vec::new());
    while let Some(found) = reader.next_cell().map_err(damaged)? {
        let (row, column) = found.get_position();
        let text = text(found.get_value());
        if text.is_empty() {
            continue;
        }
        if u64::from(row) + 1 != number {
            if !cells.is_empty() && !visit(number, &mut cells)? {
                return Ok(());
            }
            (number, cells) = (u64::from(row) + 1, Vec::new());
        }
        cells.resize(cells.len().max(column as usize + 1), String::new());
        cells[column as usize] = text;
    }
    if !cells.is_empty() {
        visit(number, &mut cells)?;
    }
    Ok(())
}

fn open(path: &Path) -> Result<Excel, BatchError> {
    let file = File::open(path).map_err(BatchError::read(path))?;
    let mut start = Vec::new();
    (&file).take(2).read_to_end(&mut start).map_err(BatchError::read(path))?;
    let file = File::open(path).map_err(BatchError::read(path))?;
    let zip = start == b"PK";
    Xlsx::new(BufReader::new(file)).map_err(|error| {
        let problem = match error {
            XlsxError::Password => {
                "it is encrypted: open it in Excel, take the password off and save it again".to_owned()
            }
            _ if !zip => {
                "it looks like the older format .xls: open it in Excel and save it as .xlsx".to_owned()
            }
            error => format!("it is no Excel workbook, or damaged: {error}"),
        };
        BatchError::unreadable(path, problem)
    })
}

fn find_sheet(path: &Path, excel: &Excel, wanted: Option<&str>) -> Result<String, BatchError> {
    let names = excel.sheet_names();
    let found = match wanted {
        None => names.first(),
        Some(wanted) => names.iter().find(|name| name.trim().eq_ignore_ascii_case(wanted.trim())),
    };
    found.cloned().ok_or_else(|| {
        let wanted =
            wanted.map_or("it has no sheet".to_owned(), |wanted| format!("it has no sheet '{wanted}'"));
        BatchError::unreadable(path, format!("{wanted}; its sheets are: {}", names.join(", ")))
    })
}

fn text(value: &DataRef) -> String {
    match value {
        DataRef::Empty => String::new(),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text.clone(),
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(number) => number.to_string(),
        DataRef::Bool(value) => value.to_string(),
        DataRef::Error(error) => error.to_string(),
        DataRef::DateTime(date) if date.is_datetime() => moment(date.to_ymd_hms_milli()),
        DataRef::DateTime(duration) => duration.as_f64().to_string(),
    }
}

/// ISO 8601; the day alone at midnight.
fn moment(moment: (u16, u8, u8, u8, u8, u8, u16)) -> String {
    let (year, month, day, hour, minute, second, _) = moment;
    let date = format!("{year:04}-{month:02}-{day:02}");
    if (hour, minute, second) == (0, 0, 0) {
        date
    } else {
        format!("{date}T{hour:02}:{minute:02}:{second:02}")
    }
}
