//! What stops a batch, and what to do about it. Texts of respondents are never part of a message.

use std::path::{Path, PathBuf};

/// Why a batch cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum BatchError {
    /// A file cannot be read.
    #[error("cannot read {file}")]
    Read {
        /// The file.
        file: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file is no table that this program reads.
    #[error("cannot read {file}: {problem}")]
    Unreadable {
        /// The file.
        file: PathBuf,
        /// What was found, and what to do.
        problem: String,
    },
    /// A file cannot be written.
    #[error("cannot write {file}: {problem}; what was coded is kept, the same command goes on from there")]
    Write {
        /// The file.
        file: PathBuf,
        /// Why.
        problem: String,
    },
    /// A column that was asked for is not there.
    #[error("{file} has no column '{column}'; its columns are: {found}")]
    NoColumn {
        /// The file.
        file: PathBuf,
        /// The column.
        column: String,
        /// The columns that are there.
        found: String,
    },
    /// No column looks like a job title or tasks.
    #[error(
        "no column of {file} looks like a job title or tasks: name them with --title and --tasks; its columns, by its first row, are: {found}{sheets}"
    )]
    NoText {
        /// The file.
        file: PathBuf,
        /// The columns that are there.
        found: String,
        /// Of a workbook, where else they could be.
        sheets: String,
    },
    /// A column that is to be added is there already.
    #[error(
        "{file} has a column '{column}' already: choose other names with --prefix, such as --prefix new_"
    )]
    ColumnTaken {
        /// The file.
        file: PathBuf,
        /// The column.
        column: String,
    },
    /// The output's name says no format.
    #[error("cannot tell the format of {file} by its name: end it in .csv, .tsv, .jsonl or .xlsx")]
    OutputFormat {
        /// The file.
        file: PathBuf,
    },
    /// The journal is of a batch with other settings.
    #[error(
        "{journal} is of an unfinished batch with other settings ({difference}): repeat that command to finish it, or \
         start anew with --restart"
    )]
    OtherSettings {
        /// The journal.
        journal: PathBuf,
        /// What differs.
        difference: String,
    },
    /// Another process works with the same journal.
    #[error("{journal} is in use: another occuform batch is writing the same output; wait for it or stop it")]
    Busy {
        /// The journal.
        journal: PathBuf,
    },
    /// Decisions of a review cannot be taken over.
    #[error("nothing was written: {}", problems.join("\n  "))]
    Decisions {
        /// File, row, column and remedy of each.
        problems: Vec<String>,
    },
    /// A line of the service's output cannot be converted.
    #[error("{file}, line {line}: {problem}")]
    Line {
        /// The file.
        file: PathBuf,
        /// Counted from 1.
        line: u64,
        /// What is wrong.
        problem: String,
    },
    /// An operation of the service ended without an output.
    #[error("the operation {id} {problem}; the same command has what is left coded anew")]
    Operation {
        /// Its GUID.
        id: String,
        /// How it ended.
        problem: String,
    },
    /// Whoever codes gave up.
    #[error("the coder failed: {0}; what was coded is kept, the same command goes on from there")]
    Coding(String),
    /// The user asked to stop.
    #[error("stopped; what was coded is kept, the same command goes on from there")]
    Stopped,
}

impl BatchError {
    pub(crate) fn unreadable(file: &Path, problem: impl Into<String>) -> Self {
        Self::Unreadable { file: file.to_owned(), problem: problem.into() }
    }

    pub(crate) fn read(file: &Path) -> impl Fn(std::io::Error) -> Self + '_ {
        move |source| Self::Read { file: file.to_owned(), source }
    }

    pub(crate) fn write<E: ToString>(file: &Path) -> impl Fn(E) -> Self + '_ {
        move |error| Self::Write { file: file.to_owned(), problem: error.to_string() }
    }
}
