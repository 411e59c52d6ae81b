//! What became of each row. In: rows and phrases as they are read. Out: entries in their order. Next: the command
//! prints them.

use crate::error::Place;
use std::fmt;

/// One row, or one phrase of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Where it stands.
    pub place: Place,
    /// What became of it.
    pub outcome: Outcome,
}

/// What became of a row or phrase.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// A row was taken; the text says what it brought.
    Taken(String),
    /// A whole row was skipped; the text says what stands in it.
    RowSkipped(SkipReason, String),
    /// One phrase was skipped.
    PhraseSkipped(SkipReason, String),
}

/// Why something was skipped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SkipReason {
    /// Titles and header of the table.
    AboveTable,
    /// A footer, a source or a note.
    Note,
    /// The structure has gaps, and does not have this code.
    NotInStructure,
    /// The principal title is another than the structure's.
    OtherTitle,
    /// The official title, which an occupation has anyway.
    OfficialTitle,
    /// In essence the same as one that was taken for this occupation.
    Repeated,
    /// Says no more than "not elsewhere classified".
    Residual,
    /// Holds characters without a counterpart in ASCII.
    NotAscii,
    /// Has fewer characters than a phrase must have.
    TooShort,
    /// Has more characters than a phrase may have and cannot be cut at sense.
    TooLong,
}

impl fmt::Display for SkipReason {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str(match self {
            Self::AboveTable => "above the table's first row",
            Self::Note => "a footer or note, without a code",
            Self::NotInStructure => "the structure, which has gaps, does not have the code",
            Self::OtherTitle => "the principal title is not the one that the structure has for the code",
            Self::OfficialTitle => "the official title itself",
            Self::Repeated => "already taken for the occupation",
            Self::Residual => "says only 'not elsewhere classified'",
            Self::NotAscii => "has characters without a counterpart in ASCII",
            Self::TooShort => "shorter than 2 characters",
            Self::TooLong => "longer than 100 characters",
        })
    }
}

/// Where entries are kept.
#[derive(Debug, Default)]
pub(crate) struct Journal(pub Vec<Entry>);

impl Journal {
    pub fn taken(&mut self, place: Place, what: String) {
        self.0.push(Entry { place, outcome: Outcome::Taken(what) });
    }

    pub fn skip_row(&mut self, place: Place, reason: SkipReason, what: &str) {
        self.0.push(Entry { place, outcome: Outcome::RowSkipped(reason, what.to_owned()) });
    }

    pub fn skip_phrase(&mut self, place: Place, reason: SkipReason, what: &str) {
        self.0.push(Entry { place, outcome: Outcome::PhraseSkipped(reason, what.to_owned()) });
    }
}
