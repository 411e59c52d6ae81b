//! In: a file and which of the official workbooks it should be. Out: its tables, with the row where their content
//! begins. Next: `structure`, `descriptions` or `index` reads the rows.

use crate::error::WorkbookError;
use crate::workbook::{Sheet, Workbook, column_name};
use std::fmt;
use std::path::Path;

/// The header stands within so many rows from the top.
const HEADER_ROWS: u32 = 20;

/// The official workbooks that can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// OSCA's codes and titles.
    OscaStructure,
    /// What each occupation of OSCA is: titles, lead statement, tasks, specialisations.
    OscaDescriptions,
    /// ANZSCO's codes and titles.
    AnzscoStructure,
    /// ANZSCO's titles in alphabetical order and by code.
    AnzscoIndex,
}

impl fmt::Display for Kind {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str(match self {
            Self::OscaStructure => "OSCA structure",
            Self::OscaDescriptions => "OSCA category descriptions",
            Self::AnzscoStructure => "ANZSCO structure",
            Self::AnzscoIndex => "ANZSCO index",
        })
    }
}

/// A sheet that is read, and the headings over the columns that are read.
struct Layout {
    sheet: &'static str,
    headings: &'static [(u32, &'static str)],
}

/// A table whose header is as expected.
pub(crate) struct Table {
    pub sheet: Sheet,
    /// The first row below the header.
    pub start: u32,
}

impl Kind {
    const ALL: [Self; 4] =
        [Self::OscaStructure, Self::OscaDescriptions, Self::AnzscoStructure, Self::AnzscoIndex];

    fn layouts(self) -> &'static [Layout] {
        const INDEX: &[(u32, &str)] = &[(0, "Occupation Code"), (1, "Description"), (2, "Category")];
        match self {
            Self::OscaStructure => &[Layout {
                sheet: "Table 5",
                headings: &[(0, "Identifier"), (5, "Occupation"), (6, "Skill Level")],
            }],
            Self::OscaDescriptions => &[Layout {
                sheet: "Table 1",
                headings: &[
                    (0, "Identifier"),
                    (1, "Principal Title"),
                    (2, "Alternative Title"),
                    (3, "Lead Statement"),
                    (8, "Main Tasks"),
                    (9, "Specialisations"),
                    (10, "Occupation in NEC category"),
                ],
            }],
            Self::AnzscoStructure => {
                &[Layout { sheet: "Table 5", headings: &[(4, "Occupation"), (6, "Skill Level")] }]
            }
            Self::AnzscoIndex => {
                &[Layout { sheet: "Table 1", headings: INDEX }, Layout { sheet: "Table 2", headings: INDEX }]
            }
        }
    }

    /// Opens a file as this workbook and finds its tables.
    pub(crate) fn open(self, path: &Path) -> Result<Vec<Table>, WorkbookError> {
        let mut workbook = Workbook::open(path)?;
        self.tables(&mut workbook, path).map_err(|error| {
            let other = Self::ALL.into_iter().find(|kind| kind.tables(&mut workbook, path).is_ok());
            other.map_or(error, |found| WorkbookError::OtherWorkbook {
                file: path.to_owned(),
                expected: self,
                found,
            })
        })
    }

    fn tables(self, workbook: &mut Workbook, path: &Path) -> Result<Vec<Table>, WorkbookError> {
        let tables = self.layouts().iter().map(|layout| {
            let sheet = workbook.sheet(layout.sheet)?.ok_or_else(|| WorkbookError::NoSheet {
                file: path.to_owned(),
                kind: self,
                expected: layout.sheet,
                found: workbook.sheet_names().join(", "),
            })?;
            let start = self.header(&sheet, layout.headings)? + 1;
            Ok(Table { sheet, start })
        });
        tables.collect()
    }

    /// The row of the header: the one with most of the headings, each of which must stand in its column.
    fn header(self, sheet: &Sheet, headings: &[(u32, &str)]) -> Result<u32, WorkbookError> {
        let holds = |row: u32, column: u32, heading: &str| {
            sheet.text(row, column).is_ok_and(|text| same(text, heading))
        };
        let alike = |row: &u32| {
            let found = |(_, heading): &&(u32, &str)| {
                sheet.filled(*row).iter().any(|column| holds(*row, *column, heading))
            };
            headings.iter().filter(found).count()
        };
        let rows = sheet.rows().take_while(|row| *row < HEADER_ROWS);
        let best = rows.filter(|row| alike(row) > 0).max_by_key(|row| (alike(row), std::cmp::Reverse(*row)));
        let row = best.ok_or_else(|| WorkbookError::NoHeader {
            file: sheet.file.clone(),
            sheet: sheet.name.clone(),
            kind: self,
            rows: HEADER_ROWS,
            expected: expected(headings),
        })?;
        match headings.iter().find(|(column, heading)| !holds(row, *column, heading)) {
            None => Ok(row),
            Some((column, heading)) => {
                let found = match sheet.text(row, *column)? {
                    "" => "an empty cell".to_owned(),
                    text => format!("'{text}'"),
                };
                let problem = format!("expected the heading '{heading}' of the {self}, found {found}");
                Err(sheet.problem(row, *column, problem))
            }
        }
    }
}

/// Headings differ neither by case nor by spaces and line breaks.
fn same(text: &str, heading: &str) -> bool {
    text.split_whitespace().map(str::to_lowercase).eq(heading.split_whitespace().map(str::to_lowercase))
}

fn expected(headings: &[(u32, &str)]) -> String {
    let parts =
        headings.iter().map(|(column, heading)| format!("'{heading}' in column {}", column_name(*column)));
    parts.collect::<Vec<_>>().join(", ")
}
