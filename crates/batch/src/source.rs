//! In: the path of a file. Out: what kind of table it is: format, encoding, delimiter. Next: `table` reads it.

use crate::BatchError;
use crate::output::Dialect;
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};
use encoding_rs_io::{DecodeReaderBytes, DecodeReaderBytesBuilder};
use std::fmt;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

/// How much is looked at to find the delimiter.
const SAMPLE: u64 = 64 * 1024;
const DELIMITERS: [u8; 4] = *b",;\t|";
/// What an .xls file and an encrypted .xlsx file begin with.
const COMPOUND_FILE: &[u8] = &[0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];

/// What is known better than a look at the file can tell.
#[derive(Clone, Debug, Default)]
pub struct SourceOptions {
    /// The character between two cells.
    pub delimiter: Option<u8>,
    /// The encoding's label, such as `windows-1252`.
    pub encoding: Option<&'static Encoding>,
    /// The workbook's sheet; the first where there is none.
    pub sheet: Option<String>,
}

impl SourceOptions {
    /// Nothing but an encoding, by its label, such as `windows-1252`.
    ///
    /// # Errors
    /// When there is no such encoding.
    pub fn encoding(label: &str) -> Result<Self, String> {
        let encoding = Encoding::for_label(label.as_bytes());
        let encoding = encoding.ok_or("expected a name such as utf-8, windows-1252 or utf-16le")?;
        Ok(Self { encoding: Some(encoding), ..Self::default() })
    }
}

/// A file whose kind is known.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    pub path: PathBuf,
    pub kind: Kind,
}

#[derive(Clone, Debug)]
pub(crate) enum Kind {
    Delimited { delimiter: u8, encoding: &'static Encoding, bom: bool },
    JsonLines { encoding: &'static Encoding },
    Workbook { sheet: Option<String> },
}

impl Source {
    pub fn recognise(path: &Path, options: &SourceOptions) -> Result<Self, BatchError> {
        let path = path.to_owned();
        let start = start(&path)?;
        if start.is_empty() {
            return Err(BatchError::unreadable(&path, "it is empty"));
        }
        let is = |begin: &[u8]| start.starts_with(begin);
        if is(b"PK\x03\x04") || is(COMPOUND_FILE) {
            return Ok(Self { path, kind: Kind::Workbook { sheet: options.sheet.clone() } });
        }
        if is(b"%PDF") {
            return Err(BatchError::unreadable(&path, "it is a PDF; export the table as CSV or .xlsx"));
        }
        let bom = Encoding::for_bom(&start).map(|(encoding, _)| encoding);
        let encoding = match options.encoding.or(bom) {
            Some(encoding) => encoding,
            None => likely_encoding(&path)?,
        };
        if bom.is_none() && encoding != UTF_16LE && encoding != UTF_16BE && start.contains(&0) {
            return Err(BatchError::unreadable(
                &path,
                "it is a binary file, no table; export the table as CSV, JSON Lines or .xlsx",
            ));
        }
        let mut source = Self { path, kind: Kind::JsonLines { encoding } };
        let mut bytes = Vec::new();
        source.decoded()?.take(SAMPLE).read_to_end(&mut bytes).map_err(BatchError::read(&source.path))?;
        let sample = String::from_utf8_lossy(&bytes);
        if is_json_array(&sample) {
            let problem = "it is one JSON array: write an object a line, as jq --compact-output '.[]' does";
            return Err(BatchError::unreadable(&source.path, problem));
        }
        if !is_json_lines(&sample) {
            let delimiter = options.delimiter.unwrap_or_else(|| likely_delimiter(&sample));
            source.kind = Kind::Delimited { delimiter, encoding, bom: bom == Some(UTF_8) };
        }
        Ok(source)
    }

    /// How a CSV file beside this one is written, so that who opened the one can open the other: Excel knows UTF-8 by
    /// its byte order mark, and what is neither is its own.
    pub fn dialect(&self) -> Dialect {
        match self.kind {
            Kind::Delimited { delimiter: b'\t', .. } | Kind::JsonLines { .. } | Kind::Workbook { .. } => {
                Dialect::default()
            }
            Kind::Delimited { delimiter, encoding, bom } => {
                Dialect { delimiter, bom: bom || encoding != UTF_8 }
            }
        }
    }

    /// The file's text as UTF-8, without a byte order mark. What cannot be decoded is U+FFFD.
    pub fn decoded(&self) -> Result<DecodeReaderBytes<File, Vec<u8>>, BatchError> {
        let encoding = match &self.kind {
            Kind::Delimited { encoding, .. } | Kind::JsonLines { encoding } => *encoding,
            Kind::Workbook { .. } => UTF_8,
        };
        let file = File::open(&self.path).map_err(BatchError::read(&self.path))?;
        let mut builder = DecodeReaderBytesBuilder::new();
        builder.encoding(Some(encoding)).bom_override(true).strip_bom(true);
        Ok(builder.build_with_buffer(file, vec![0; 64 * 1024]).expect("the buffer is large enough"))
    }
}

impl fmt::Display for Source {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        match &self.kind {
            Kind::Delimited { delimiter, encoding, bom } => {
                let delimiter = match delimiter {
                    b',' => "CSV with commas".to_owned(),
                    b';' => "CSV with semicolons".to_owned(),
                    b'\t' => "TSV".to_owned(),
                    other => format!("table with '{}'", char::from(*other)),
                };
                write!(formatter, "{delimiter}, {}{}", encoding.name(), if *bom { " with BOM" } else { "" })
            }
            Kind::JsonLines { encoding } => write!(formatter, "JSON Lines, {}", encoding.name()),
            Kind::Workbook { sheet: Some(sheet) } => write!(formatter, "Excel, sheet '{sheet}'"),
            Kind::Workbook { sheet: None } => write!(formatter, "Excel, first sheet"),
        }
    }
}

fn start(path: &Path) -> Result<Vec<u8>, BatchError> {
    let mut start = Vec::new();
    let file = File::open(path).map_err(BatchError::read(path))?;
    file.take(8 * 1024).read_to_end(&mut start).map_err(BatchError::read(path))?;
    Ok(start)
}

/// UTF-8, or Windows-1252 when more lines make sense that way: a single damaged line must not garble all others.
fn likely_encoding(path: &Path) -> Result<&'static Encoding, BatchError> {
    let mut reader = BufReader::with_capacity(256 * 1024, File::open(path).map_err(BatchError::read(path))?);
    let (mut line, mut valid, mut invalid) = (Vec::new(), 0_u64, 0_u64);
    while reader.read_until(b'\n', &mut line).map_err(BatchError::read(path))? > 0 {
        match std::str::from_utf8(&line) {
            Ok(text) if text.is_ascii() => {}
            Ok(_) => valid += 1,
            Err(_) => invalid += 1,
        }
        line.clear();
    }
    Ok(if invalid > valid { WINDOWS_1252 } else { UTF_8 })
}

/// Whether the first line that holds something begins as a JSON object does.
fn is_json_lines(sample: &str) -> bool {
    let first = sample.lines().map(str::trim).find(|line| !line.is_empty());
    first.is_some_and(|line| line.starts_with('{') && line[1..].trim_start().starts_with(['"', '}']))
}

fn is_json_array(sample: &str) -> bool {
    sample.trim_start().strip_prefix('[').is_some_and(|rest| rest.trim_start().starts_with('{'))
}

/// The delimiter that most rows agree on with the most columns.
fn likely_delimiter(sample: &str) -> u8 {
    let score = |delimiter: &u8| {
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(*delimiter)
            .has_headers(false)
            .flexible(true)
            .from_reader(sample.as_bytes());
        let widths: Vec<usize> = reader.records().take(200).flatten().map(|row| row.len()).collect();
        let header = widths.first().copied().unwrap_or(1);
        let agreeing = widths.iter().filter(|width| **width == header).count();
        if header < 2 { (0, 0) } else { (agreeing * 100 / widths.len(), header) }
    };
    // Of equals the last wins, so the usual one stands last.
    DELIMITERS.iter().rev().copied().max_by_key(|delimiter| score(delimiter)).unwrap_or(b',')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_delimiter_is_the_one_that_rows_agree_on() {
        assert_eq!(likely_delimiter("id;title\n1;chef, pastry\n2;cook, head, senior\n"), b';');
        assert_eq!(likely_delimiter("id\ttitle\n1\tchef\n"), b'\t');
        assert_eq!(likely_delimiter("id,title\n1,\"a;b;c\"\n"), b',');
        assert_eq!(likely_delimiter("title\nchef\n"), b',');
    }
}
