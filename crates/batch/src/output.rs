//! In: rows as cells. Out: a file in the format that its name says, whole or not at all. Next: the user.

use crate::BatchError;
use rust_xlsxwriter::Workbook;
use std::borrow::Cow;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

/// Rows that a sheet of Excel has.
const SHEET_ROWS: u32 = 1_048_576;

/// What stands in a cell.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Cell<'a> {
    Nothing,
    Text(Cow<'a, str>),
    Number(f32),
    /// A JSON value as it was read; only from JSON Lines to JSON Lines.
    Json(String),
}

impl<'a> Cell<'a> {
    pub fn text(text: impl Into<Cow<'a, str>>) -> Self {
        Self::Text(text.into())
    }

    fn as_text(&self) -> Cow<'_, str> {
        match self {
            Self::Nothing => Cow::Borrowed(""),
            Self::Text(text) => Cow::Borrowed(text),
            Self::Number(number) => Cow::Owned(number.to_string()),
            Self::Json(value) => Cow::Borrowed(value),
        }
    }

    fn as_json(&self) -> String {
        match self {
            Self::Nothing => "null".to_owned(),
            Self::Text(text) => serde_json::to_string(text).expect("text can be written"),
            Self::Number(number) => number.to_string(),
            Self::Json(value) => value.clone(),
        }
    }
}

/// How a CSV file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Dialect {
    /// Between two cells.
    pub delimiter: u8,
    /// Whether it begins with a byte order mark, by which Excel knows that it is UTF-8.
    pub bom: bool,
}

impl Default for Dialect {
    fn default() -> Self {
        Self { delimiter: b',', bom: false }
    }
}

/// A file that is being written.
pub(crate) struct Output {
    path: PathBuf,
    header: Vec<String>,
    writer: Writer,
}

enum Writer {
    Delimited(Box<csv::Writer<File>>),
    JsonLines(BufWriter<File>),
    Workbook { book: Box<Workbook>, row: u32 },
}

/// Where the result goes when it is not said: `jobs.csv` to `jobs.coded.csv`.
pub fn output_path(input: &Path, what: &str) -> PathBuf {
    let usual = ["csv", "tsv", "jsonl", "xlsx"];
    let extension = input.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    let extension = match extension.to_ascii_lowercase().as_str() {
        "ndjson" | "json" => "jsonl".to_owned(),
        known if usual.contains(&known) => known.to_owned(),
        _ => "csv".to_owned(),
    };
    input.with_extension(format!("{what}.{extension}"))
}

/// Where the file grows before it is put in its place.
fn part(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".part");
    path.with_file_name(name)
}

impl Output {
    /// Begins a file; one of CSV in this dialect.
    pub fn create(path: &Path, header: Vec<String>, dialect: Dialect) -> Result<Self, BatchError> {
        let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
        let failed = BatchError::write(path);
        let file = || File::create(part(path));
        let writer = match extension.to_ascii_lowercase().as_str() {
            "csv" | "tsv" => {
                let mut file = file().map_err(&failed)?;
                if dialect.bom {
                    file.write_all("\u{feff}".as_bytes()).map_err(&failed)?;
                }
                let delimiter = if extension.eq_ignore_ascii_case("tsv") { b'\t' } else { dialect.delimiter };
                let mut builder = csv::WriterBuilder::new();
                builder.delimiter(delimiter).buffer_capacity(256 * 1024);
                Writer::Delimited(Box::new(builder.from_writer(file)))
            }
            "jsonl" | "ndjson" | "json" => {
                Writer::JsonLines(BufWriter::with_capacity(256 * 1024, file().map_err(&failed)?))
            }
            "xlsx" => {
                let mut book = Box::new(Workbook::new());
                book.add_worksheet_with_constant_memory().map_err(BatchError::write(path))?;
                Writer::Workbook { book, row: 0 }
            }
            _ => return Err(BatchError::OutputFormat { file: path.to_owned() }),
        };
        let mut output = Self { path: path.to_owned(), header, writer };
        if !matches!(output.writer, Writer::JsonLines(_)) {
            let header = output.header.clone();
            output.write(None, &header.iter().map(|name| Cell::text(name.as_str())).collect::<Vec<_>>())?;
        }
        Ok(output)
    }

    /// Writes a row. `kept`: of JSON Lines, the object whose fields come first; `cells` are then the last ones.
    pub fn write(&mut self, kept: Option<&str>, cells: &[Cell]) -> Result<(), BatchError> {
        let failed = BatchError::write(&self.path);
        match &mut self.writer {
            Writer::Delimited(writer) => {
                for cell in cells {
                    writer.write_field(cell.as_text().as_bytes()).map_err(BatchError::write(&self.path))?;
                }
                writer.write_record(None::<&[u8]>).map_err(BatchError::write(&self.path))
            }
            Writer::JsonLines(writer) => {
                let names = &self.header[self.header.len() - cells.len()..];
                writer.write_all(json_line(kept, names, cells).as_bytes()).map_err(&failed)
            }
            Writer::Workbook { book, row } => {
                if *row == SHEET_ROWS {
                    return Err(failed(std::io::Error::other(
                        "a sheet of Excel has at most 1,048,576 rows: name an output that ends in .csv",
                    )));
                }
                let sheet = book.worksheet_from_index(0).map_err(BatchError::write(&self.path))?;
                for (column, cell) in cells.iter().enumerate() {
                    match cell {
                        Cell::Number(number) => sheet.write_number(*row, column as u16, as_shown(*number)),
                        Cell::Nothing => continue,
                        Cell::Text(text) if text.is_empty() => continue,
                        other => sheet.write_string(*row, column as u16, other.as_text()),
                    }
                    .map_err(BatchError::write(&self.path))?;
                }
                *row += 1;
                Ok(())
            }
        }
    }

    /// Whether objects can be kept as they are.
    pub fn keeps_objects(&self) -> bool {
        matches!(self.writer, Writer::JsonLines(_))
    }

    /// Puts the file in its place, over what stands there.
    pub fn finish(self) -> Result<(), BatchError> {
        let failed = BatchError::write(&self.path);
        let part = part(&self.path);
        let file = match self.writer {
            Writer::Delimited(writer) => writer.into_inner().map_err(BatchError::write(&self.path))?,
            Writer::JsonLines(writer) => writer.into_inner().map_err(BatchError::write(&self.path))?,
            Writer::Workbook { mut book, .. } => {
                book.save(&part).map_err(BatchError::write(&self.path))?;
                File::open(&part).map_err(&failed)?
            }
        };
        file.sync_all().and_then(|()| std::fs::rename(&part, &self.path)).map_err(&failed)
    }
}

/// With the digits that the number is written with elsewhere: 0.9 and not 0.8999999761581421.
fn as_shown(number: f32) -> f64 {
    number.to_string().parse().unwrap_or_else(|_| f64::from(number))
}

fn json_line(kept: Option<&str>, names: &[String], cells: &[Cell]) -> String {
    let kept = kept.and_then(|line| line.trim_end().strip_suffix('}')).unwrap_or("{");
    let mut line = kept.trim_end().to_owned();
    for (name, cell) in names.iter().zip(cells) {
        if !line.ends_with('{') {
            line.push(',');
        }
        line.push_str(&serde_json::to_string(name).expect("text can be written"));
        line.push(':');
        line.push_str(&cell.as_json());
    }
    line.push_str("}\n");
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_added_to_an_object_that_stays_as_it_is() {
        let names = ["code".to_owned(), "confidence".to_owned()];
        let cells = [Cell::text("261313"), Cell::Number(0.5)];
        let line = |kept| json_line(Some(kept), &names, &cells);
        assert_eq!(
            line(r#"{"z": 1.50, "a": null}"#),
            "{\"z\": 1.50, \"a\": null,\"code\":\"261313\",\"confidence\":0.5}\n"
        );
        assert_eq!(line("{ }"), "{\"code\":\"261313\",\"confidence\":0.5}\n");
    }

    #[test]
    fn the_output_stands_beside_the_input() {
        for (input, output) in [
            ("a/jobs.csv", "a/jobs.coded.csv"),
            ("jobs.ndjson", "jobs.coded.jsonl"),
            ("jobs.txt", "jobs.coded.csv"),
        ] {
            assert_eq!(output_path(Path::new(input), "coded"), Path::new(output));
        }
    }
}
