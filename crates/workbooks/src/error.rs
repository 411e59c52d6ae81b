//! What is wrong with a workbook, and where. Out: messages for the operator who has it open in Excel.

use crate::layout::Kind;
use std::fmt;
use std::path::PathBuf;

/// A cell, or a row where no column is named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The workbook.
    pub file: PathBuf,
    /// The sheet's name.
    pub sheet: String,
    /// Counted from 1, as Excel shows it.
    pub row: u32,
    /// Letters, as Excel shows them.
    pub column: Option<String>,
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        write!(formatter, "{}, sheet '{}', row {}", self.file.display(), self.sheet, self.row)?;
        self.column.as_ref().map_or(Ok(()), |column| write!(formatter, ", column {column}"))
    }
}

/// Why a workbook cannot be imported.
#[derive(Debug, thiserror::Error)]
pub enum WorkbookError {
    /// The file cannot be read at all.
    #[error("cannot read {file}")]
    Read {
        /// The file.
        file: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file is something else.
    #[error("{file} is no Excel workbook (.xlsx): {found}")]
    NotAWorkbook {
        /// The file.
        file: PathBuf,
        /// What it looks like, and what to do.
        found: &'static str,
    },
    /// The file is locked with a password.
    #[error("{file} is encrypted: open it in Excel, take the password off and save it again")]
    Encrypted {
        /// The file.
        file: PathBuf,
    },
    /// The file begins like a workbook but cannot be read to its end.
    #[error("{file} is damaged or was cut off: {detail}; fetch it once more")]
    Damaged {
        /// The file.
        file: PathBuf,
        /// What the reader stumbled over.
        detail: String,
    },
    /// Another of the official workbooks than the one asked for.
    #[error("{file} was given for the {expected}, but looks like the {found}")]
    OtherWorkbook {
        /// The file.
        file: PathBuf,
        /// What was asked for.
        expected: Kind,
        /// What it is.
        found: Kind,
    },
    /// A sheet is missing.
    #[error("{file} has no sheet '{expected}', which the {kind} has; its sheets are: {found}")]
    NoSheet {
        /// The file.
        file: PathBuf,
        /// What was asked for.
        kind: Kind,
        /// The sheet.
        expected: &'static str,
        /// The names of the sheets that are there.
        found: String,
    },
    /// A sheet has no row like the table's header.
    #[error(
        "{file}, sheet '{sheet}': none of the rows 1 to {rows} is the header of the {kind}; expected {expected}"
    )]
    NoHeader {
        /// The file.
        file: PathBuf,
        /// The sheet.
        sheet: String,
        /// What was asked for.
        kind: Kind,
        /// How many rows were looked at.
        rows: u32,
        /// The headings and their columns.
        expected: String,
    },
    /// A cell does not hold what its place in the table asks for.
    #[error("{place}: {problem}")]
    Cell {
        /// Where.
        place: Place,
        /// What was expected and what was found.
        problem: String,
    },
}
