//! In: the structure workbook of a classification. Out: its codes and titles. Next: `descriptions` and `index` look
//! their codes up.

use crate::error::WorkbookError;
use crate::journal::{Journal, SkipReason};
use crate::layout::{Kind, Table};
use crate::workbook::Sheet;
use occuform_coder::Node;
use std::collections::{HashMap, HashSet};
use std::path::Path;

/// The levels by the column that holds their codes: name and number of digits. The title stands in the next column.
const LEVELS: [(&str, usize); 5] =
    [("major group", 1), ("sub-major group", 2), ("minor group", 3), ("unit group", 4), ("occupation", 6)];

/// The groups and occupations of a classification.
pub(crate) struct Structure {
    pub nodes: Vec<Node>,
    by_code: HashMap<String, usize>,
    /// What is missing: groups above a code, occupations in a group.
    pub gaps: Vec<String>,
}

impl Structure {
    pub fn read(path: &Path, kind: Kind, journal: &mut Journal) -> Result<Self, WorkbookError> {
        let mut structure = Self { nodes: Vec::new(), by_code: HashMap::new(), gaps: Vec::new() };
        let mut rows: Vec<u32> = Vec::new();
        for Table { sheet, start } in kind.open(path)? {
            for row in sheet.rows() {
                if let Some(node) = read_row(&sheet, start, row, journal)? {
                    let column = column_of(&node.code);
                    if let Some(earlier) = structure.by_code.insert(node.code.clone(), structure.nodes.len())
                    {
                        let problem = format!("{} stands in row {} already", node.code, rows[earlier] + 1);
                        return Err(sheet.problem(row, column, problem));
                    }
                    journal.taken(sheet.place(row, None), format!("{} {}", node.code, node.title));
                    rows.push(row);
                    structure.nodes.push(node);
                }
            }
        }
        structure.gaps = structure.find_gaps();
        Ok(structure)
    }

    /// The occupation or group with this code.
    pub fn find(&self, code: &str) -> Option<&Node> {
        self.by_code.get(code).map(|place| &self.nodes[*place])
    }

    fn find_gaps(&self) -> Vec<String> {
        let mut gaps = Vec::new();
        let mut parents = HashSet::new();
        for node in &self.nodes {
            let Some(parent) = parent(&node.code) else {
                continue;
            };
            if parents.insert(parent) && !self.by_code.contains_key(parent) {
                gaps.push(format!("{} {} stands without its group {parent}", node.code, node.title));
            }
        }
        let empty =
            self.nodes.iter().filter(|node| node.code.len() < 6 && !parents.contains(node.code.as_str()));
        gaps.extend(empty.map(|node| format!("the group {} {} is empty", node.code, node.title)));
        gaps
    }
}

/// The row's code and title; nothing for rows outside the table.
fn read_row(
    sheet: &Sheet,
    start: u32,
    row: u32,
    journal: &mut Journal,
) -> Result<Option<Node>, WorkbookError> {
    if skip_outside(sheet, start, row, journal)? {
        return Ok(None);
    }
    let column = sheet.filled(row)[0];
    let Some((level, _)) = LEVELS.get(column as usize) else {
        return Err(sheet.problem(
            row,
            0,
            "expected a code in one of the columns A to E, found none".to_owned(),
        ));
    };
    let code = code(sheet, row, column)?;
    let title = sheet.text(row, column + 1)?;
    if title.is_empty() {
        let problem = format!("expected the title of the {level} {code}, found an empty cell");
        return Err(sheet.problem(row, column + 1, problem));
    }
    Ok(Some(Node { code, title: title.to_owned() }))
}

/// Whether the row stands above the table, or is a note: a lone text in column A that does not begin with a digit.
pub(crate) fn skip_outside(
    sheet: &Sheet,
    start: u32,
    row: u32,
    journal: &mut Journal,
) -> Result<bool, WorkbookError> {
    let columns = sheet.filled(row);
    let reason = if row < start {
        SkipReason::AboveTable
    } else if columns == [0] && !sheet.text(row, 0)?.starts_with(|c: char| c.is_ascii_digit()) {
        SkipReason::Note
    } else {
        return Ok(false);
    };
    let first = columns.first().and_then(|column| sheet.text(row, *column).ok());
    journal.skip_row(sheet.place(row, None), reason, first.unwrap_or_default());
    Ok(true)
}

/// The code in a column of the structure, with as many digits as codes of its level have.
fn code(sheet: &Sheet, row: u32, column: u32) -> Result<String, WorkbookError> {
    let (level, digits) = LEVELS[column as usize];
    checked_code(sheet, row, column, level, digits)
}

/// The code of an occupation.
pub(crate) fn occupation_code(sheet: &Sheet, row: u32, column: u32) -> Result<String, WorkbookError> {
    checked_code(sheet, row, column, "occupation", 6)
}

fn checked_code(
    sheet: &Sheet,
    row: u32,
    column: u32,
    level: &str,
    digits: usize,
) -> Result<String, WorkbookError> {
    let text = sheet.text(row, column)?;
    if text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(text.to_owned());
    }
    let found = if text.is_empty() { "an empty cell".to_owned() } else { format!("'{text}'") };
    let plural = if digits == 1 { "digit" } else { "digits" };
    let article = if level == "occupation" { "an" } else { "a" };
    let problem = format!("expected the code of {article} {level}, {digits} {plural}, found {found}");
    Err(sheet.problem(row, column, problem))
}

fn column_of(code: &str) -> u32 {
    LEVELS.iter().position(|(_, digits)| *digits == code.len()).unwrap_or_default() as u32
}

/// The code of the group right above.
fn parent(code: &str) -> Option<&str> {
    match code.len() {
        6 => Some(&code[..4]),
        2..=4 => Some(&code[..code.len() - 1]),
        _ => None,
    }
}
