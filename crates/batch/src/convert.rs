//! In: what the asynchronous service returns, JSON Lines. Out: the guide's table of it, cell for cell as the guide's
//! JavaScript makes it. Next: the user.

use crate::output::{Cell, Dialect, Output};
use crate::source::{Kind, Source};
use crate::table::json_lines;
use crate::{BatchError, SourceOptions};
use serde_json::{Map, Value};
use std::path::Path;

const SUGGESTIONS: usize = 3;
const INPUT: [&str; 2] = ["occp_text", "tasks_text"];
const CODE: [&str; 3] = ["codeCategory", "codeLabel", "codeConfidence"];

/// Converts the file and returns how many lines it had.
///
/// # Errors
/// When a file cannot be read or written, or a line is no JSON object.
pub fn convert(input: &Path, output: &Path) -> Result<u64, BatchError> {
    let mut source = Source::recognise(input, &SourceOptions::default())?;
    if let Kind::Delimited { encoding, .. } = source.kind {
        source.kind = Kind::JsonLines { encoding };
    }
    let mut table = Output::create(output, columns(), Dialect::default())?;
    let mut lines = 0;
    json_lines(&source, &mut |number, line| {
        let record: Map<String, Value> = serde_json::from_str(line).map_err(|error| BatchError::Line {
            file: input.to_owned(),
            line: number,
            problem: format!("no JSON object (column {}): is it the service's output?", error.column()),
        })?;
        lines += 1;
        table.write(None, &cells(&record))
    })?;
    table.finish()?;
    Ok(lines)
}

fn columns() -> Vec<String> {
    let mut columns = ["recordId", "codeStatus", "error"].map(str::to_owned).to_vec();
    columns.extend(INPUT.map(|field| format!("input.{field}")));
    columns.extend(CODE.map(|field| format!("result.{field}")));
    for number in 1..=SUGGESTIONS {
        columns.extend(CODE.map(|field| format!("suggestions_{number}.{field}")));
    }
    columns
}

fn cells(record: &Map<String, Value>) -> Vec<Cell<'_>> {
    let mut cells = ["recordId", "codeStatus", "error"].map(|field| cell(record.get(field))).to_vec();
    let within = |name: &str| record.get(name).unwrap_or(&Value::Null);
    cells.extend(INPUT.map(|field| cell(within("input").get(field))));
    cells.extend(CODE.map(|field| cell(within("result").get(field))));
    for number in 0..SUGGESTIONS {
        let suggestion = within("suggestions").get(number).unwrap_or(&Value::Null);
        cells.extend(CODE.map(|field| cell(suggestion.get(field))));
    }
    cells
}

/// A value as JavaScript's CSV writer shows it: numbers in their shortest form, true as 1, false and null as nothing.
fn cell(value: Option<&Value>) -> Cell<'_> {
    match value {
        None | Some(Value::Null | Value::Bool(false)) => Cell::Nothing,
        Some(Value::Bool(true)) => Cell::text("1"),
        Some(Value::String(text)) => Cell::text(text.as_str()),
        Some(Value::Number(number)) => {
            let number = number.as_f64().unwrap_or(f64::NAN);
            Cell::text(ryu_js::Buffer::new().format(number).to_owned())
        }
        Some(other) => Cell::text(other.to_string()),
    }
}
