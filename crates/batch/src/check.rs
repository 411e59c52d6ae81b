//! In: a row. Out: the record that will be coded and what was changed to make it, or the reason why it cannot be.
//! Next: `plan` counts both, `coding` asks for each record once.

use crate::answers::Key;
use crate::{Columns, Row};
use occuform_api::{MAX_LENGTH, MIN_LENGTH, text_length};
use occuform_coder::Classification;
use occuform_flow::to_ascii;
use std::fmt;
use unicode_normalization::UnicodeNormalization;

/// What a text must keep to, and what may be done to it.
#[derive(Clone, Copy, Debug)]
pub struct TextRules {
    /// Most characters over both fields.
    pub max_length: usize,
    /// Cut a text that is too long at a word.
    pub shorten: bool,
}

impl Default for TextRules {
    fn default() -> Self {
        Self { max_length: MAX_LENGTH, shorten: false }
    }
}

/// Makes records of rows.
pub struct Checker {
    /// Where to look.
    pub columns: Columns,
    /// What is allowed.
    pub rules: TextRules,
    /// The classification of the codes in a column, if there are any: their titles are put before the text, since the
    /// coder does not understand codes.
    pub recoding: Option<Classification>,
}

/// What will be coded: trimmed, printable ASCII, of the right length.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Record {
    /// The job title.
    pub title: String,
    /// The main tasks.
    pub tasks: String,
}

/// A row after the check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Checked {
    pub record: Result<Record, Invalid>,
    /// Characters were turned into ASCII.
    pub converted: bool,
    /// The text was cut.
    pub shortened: bool,
}

/// Why a row cannot be coded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Invalid {
    /// The row itself cannot be read.
    BadRow,
    /// Nothing stands there.
    Empty,
    /// Too few characters.
    TooShort,
    /// Too many characters.
    TooLong,
    /// A character that has no counterpart in ASCII.
    NotAscii(char),
    /// A code that the other classification does not have.
    UnknownCode,
}

impl Invalid {
    /// As `status` says it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::BadRow => "bad-row",
            Self::Empty => "empty",
            Self::TooShort => "too-short",
            Self::TooLong => "too-long",
            Self::NotAscii(_) => "not-ascii",
            Self::UnknownCode => "unknown-code",
        }
    }

    const fn remedy(self) -> &'static str {
        match self {
            Self::BadRow => "mend the row",
            Self::Empty => "nothing to code",
            Self::TooShort => "at least 3 characters are needed",
            Self::TooLong => "shorten the text, or let --shorten cut it at a word",
            Self::NotAscii(_) => "write it in English letters",
            Self::UnknownCode => "correct the code, or leave the cell empty",
        }
    }
}

/// What to do about it.
impl fmt::Display for Invalid {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        if let Self::NotAscii(character) = self {
            write!(formatter, "it holds the character U+{:04X}: ", *character as u32)?;
        }
        write!(formatter, "{}", self.remedy())
    }
}

impl Record {
    pub(crate) fn key(&self) -> Key {
        Key::of(&self.title, &self.tasks)
    }
}

impl Checker {
    pub(crate) fn check(&self, row: &Row) -> Checked {
        let mut checked = Checked { record: Err(Invalid::BadRow), converted: false, shortened: false };
        if row.problem.is_some() {
            return checked;
        }
        let cell = |column: Option<usize>| column.map_or("", |column| row.cells[column].trim());
        let mut record = Record::default();
        for (field, column) in
            [(&mut record.title, self.columns.title), (&mut record.tasks, self.columns.tasks)]
        {
            let text = cell(column);
            *field = ascii(text);
            checked.converted |= *field != text;
        }
        checked.record = self.recode(cell(self.columns.code), &mut record).and_then(|()| {
            checked.shortened = self.shorten(&mut record);
            self.judge(record)
        });
        checked
    }

    /// Puts the official title of a code before the text, unless the text says it already.
    fn recode(&self, code: &str, record: &mut Record) -> Result<(), Invalid> {
        let Some(from) = &self.recoding else { return Ok(()) };
        if code.is_empty() {
            return Ok(());
        }
        let id = from.find(code).ok_or(Invalid::UnknownCode)?;
        let official = &from.node(id).title;
        if record.title.is_empty() || record.title.eq_ignore_ascii_case(official) {
            record.title.clone_from(official);
        } else {
            record.title = format!("{official}, {}", record.title);
        }
        Ok(())
    }

    fn shorten(&self, record: &mut Record) -> bool {
        let max = self.rules.max_length;
        if !self.rules.shorten || text_length(&record.title, &record.tasks) <= max {
            return false;
        }
        record.title = cut_at_word(&record.title, max);
        record.tasks = cut_at_word(&record.tasks, max - record.title.chars().count());
        true
    }

    fn judge(&self, record: Record) -> Result<Record, Invalid> {
        let both = || record.title.chars().chain(record.tasks.chars());
        if let Some(character) = both().find(|character| !(' '..='~').contains(character)) {
            return Err(Invalid::NotAscii(character));
        }
        match text_length(&record.title, &record.tasks) {
            0 => Err(Invalid::Empty),
            length if length < MIN_LENGTH => Err(Invalid::TooShort),
            length if length > self.rules.max_length => Err(Invalid::TooLong),
            _ => Ok(record),
        }
    }
}

fn ascii(text: &str) -> String {
    if text.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
        return text.to_owned();
    }
    let parted: String = text.nfkd().collect();
    to_ascii(&parted).trim().to_owned()
}

/// As many whole words as fit; half of the first where not even that one fits.
fn cut_at_word(text: &str, max: usize) -> String {
    let Some((end, _)) = text.char_indices().nth(max) else { return text.to_owned() };
    let fits = &text[..end];
    let whole = if text[end..].starts_with(' ') { Some(end) } else { fits.rfind(' ') };
    fits[..whole.unwrap_or(end)].trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use occuform_coder::Node;

    fn checker(shorten: bool) -> Checker {
        let columns = Columns { title: Some(0), tasks: Some(1), code: Some(2), ..Columns::default() };
        let node = |code: &str, title: &str| Node { code: code.into(), title: title.into() };
        let nodes = vec![node("3", "Trades"), node("34", "Electro")];
        let from = Classification::new(nodes).unwrap();
        let rules = TextRules { shorten, ..TextRules::default() };
        Checker { columns, rules, recoding: Some(from) }
    }

    fn check(shorten: bool, cells: [&str; 3]) -> Checked {
        let cells = cells.map(str::to_owned).to_vec();
        checker(shorten).check(&Row { number: 2, cells, ..Row::default() })
    }

    fn record(title: &str, tasks: &str) -> Record {
        Record { title: title.into(), tasks: tasks.into() }
    }

    #[test]
    fn texts_outside_the_rules_are_named() {
        assert_eq!(check(false, [" ", "", ""]).record, Err(Invalid::Empty));
        assert_eq!(check(false, ["a", "b", ""]).record, Err(Invalid::TooShort));
        assert_eq!(check(false, [&"a".repeat(101), "", ""]).record, Err(Invalid::TooLong));
        assert_eq!(check(false, ["nurse \u{533b}", "", ""]).record, Err(Invalid::NotAscii('\u{533b}')));
    }

    #[test]
    fn what_has_a_counterpart_becomes_ascii_and_is_said() {
        let checked = check(false, ["caf\u{e9}\tmanager", "chef\u{2019}s work", ""]);
        assert_eq!(checked.record, Ok(record("cafe manager", "chef's work")));
        assert!(checked.converted);
        let with_bell = check(false, ["nurse\u{7}", "", ""]);
        assert_eq!((with_bell.record, with_bell.converted), (Ok(record("nurse", "")), true));
        assert!(!check(false, ["  nurse  ", "", ""]).converted);
    }

    #[test]
    fn a_long_text_is_cut_at_a_word_only_when_asked() {
        let tasks = format!("{} end", "word ".repeat(19).trim_end());
        let checked = check(true, ["nurse", &tasks, ""]);
        assert_eq!(checked.record, Ok(record("nurse", "word ".repeat(19).trim_end())));
        assert!(checked.shortened);
        assert_eq!(check(true, [&"x".repeat(120), "", ""]).record, Ok(record(&"x".repeat(100), "")));
    }

    #[test]
    fn a_codes_official_title_is_put_before_the_text() {
        assert_eq!(check(false, ["sparky", "", "34"]).record, Ok(record("Electro, sparky", "")));
        assert_eq!(check(false, ["", "", "34"]).record, Ok(record("Electro", "")));
        assert_eq!(check(false, ["electro", "", "34"]).record, Ok(record("Electro", "")));
        assert_eq!(check(false, ["sparky", "", "99"]).record, Err(Invalid::UnknownCode));
    }
}
