//! In: the text of a delimited file. Out: its records, one after another. Next: back to `table`.
//!
//! A quote that is opened and never closed would make one record of all rows after it. It costs its own line only: where
//! several lines make no record together, the first is one by itself, and the next begins anew.

use csv_core::{ReadRecordResult, Reader, ReaderBuilder};
use std::io::{self, Read};

/// How much is read at once.
const CHUNK: usize = 64 * 1024;
/// The longest record of several lines, in bytes.
const LONGEST: usize = 1024 * 1024;

/// One record.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Record {
    pub cells: Vec<String>,
    /// A quote is opened and not closed, and these are the cells of its line.
    pub open_quote: bool,
}

/// The records of a text.
pub(crate) struct Records<R> {
    input: R,
    delimiter: u8,
    reader: Reader,
    text: Vec<u8>,
    /// Where the next record begins in the text.
    start: usize,
    /// The input has no more.
    ended: bool,
}

impl<R: Read> Records<R> {
    pub fn new(input: R, delimiter: u8) -> Self {
        let reader = ReaderBuilder::new().delimiter(delimiter).build();
        Self { input, delimiter, reader, text: Vec::new(), start: 0, ended: false }
    }

    /// The next record. One of several lines must have so many cells, where that is known.
    pub fn next(&mut self, width: Option<usize>) -> io::Result<Option<Record>> {
        if self.start > CHUNK {
            self.text.drain(..std::mem::take(&mut self.start));
        }
        let Some(first) = self.first_line()? else { return Ok(None) };
        let (mut quotes, mut end) = (Quotes::default(), first);
        quotes.pass(&self.text[self.start..end], self.delimiter);
        while quotes.open() && end - self.start < LONGEST {
            let Some(next) = self.line_end(end)? else { break };
            quotes.pass(&self.text[end..next], self.delimiter);
            end = next;
        }
        let alone = end == first && !quotes.open();
        if alone || (!quotes.open() && !quotes.torn) {
            let cells = self.cells(end);
            if alone || width.is_none_or(|width| width == cells.len()) {
                self.start = end;
                return Ok(Some(Record { cells, open_quote: false }));
            }
        }
        let cells = self.cells(first);
        self.start = first;
        Ok(Some(Record { cells, open_quote: true }))
    }

    /// The end of the next line that holds something.
    fn first_line(&mut self) -> io::Result<Option<usize>> {
        while let Some(end) = self.line_end(self.start)? {
            if !content(&self.text[self.start..end]).is_empty() {
                return Ok(Some(end));
            }
            self.start = end;
        }
        Ok(None)
    }

    /// The end of the line that begins there, with what ends it.
    fn line_end(&mut self, from: usize) -> io::Result<Option<usize>> {
        let mut looked = from;
        loop {
            let found = memchr::memchr2(b'\n', b'\r', &self.text[looked..]).map(|place| looked + place);
            match found {
                Some(place) if self.text[place] == b'\n' => return Ok(Some(place + 1)),
                // Whether a line feed follows can be seen when there is more.
                Some(place) if place + 1 < self.text.len() => {
                    return Ok(Some(place + 1 + usize::from(self.text[place + 1] == b'\n')));
                }
                _ if self.ended => {
                    return Ok((from < self.text.len()).then_some(self.text.len()));
                }
                found => looked = found.unwrap_or(self.text.len()),
            }
            self.read()?;
        }
    }

    fn read(&mut self) -> io::Result<()> {
        let length = self.text.len();
        self.text.resize(length + CHUNK, 0);
        let read = self.input.read(&mut self.text[length..])?;
        self.text.truncate(length + read);
        self.ended = read == 0;
        Ok(())
    }

    /// The cells of the text up to there.
    fn cells(&mut self, end: usize) -> Vec<String> {
        let mut text = content(&self.text[self.start..end]);
        let (mut bytes, mut ends) = (vec![0; text.len() + 1], vec![0; 16]);
        let (mut written, mut cells) = (0, 0);
        self.reader.reset();
        loop {
            let (result, read, wrote, ended) =
                self.reader.read_record(text, &mut bytes[written..], &mut ends[cells..]);
            (text, written, cells) = (&text[read..], written + wrote, cells + ended);
            match result {
                ReadRecordResult::Record | ReadRecordResult::End => break,
                ReadRecordResult::OutputEndsFull => ends.resize(ends.len() * 2, 0),
                // Cells are never longer than their text. With no text left, it is asked to end the record.
                ReadRecordResult::InputEmpty | ReadRecordResult::OutputFull => {}
            }
        }
        let begins = std::iter::once(0).chain(ends.iter().copied());
        let cell = |(begin, end): (usize, &usize)| String::from_utf8_lossy(&bytes[begin..*end]).into_owned();
        begins.zip(&ends[..cells]).map(cell).collect()
    }
}

/// A text without what ends its line.
fn content(mut text: &[u8]) -> &[u8] {
    while let [rest @ .., b'\n' | b'\r'] = text {
        text = rest;
    }
    text
}

/// Where quotes leave a text.
#[derive(Default)]
struct Quotes {
    place: Place,
    /// More than a delimiter follows a quote that closes.
    torn: bool,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Place {
    #[default]
    Begin,
    Plain,
    Quoted,
    /// After a quote that closes, or is the first of two.
    Quote,
}

impl Quotes {
    fn open(&self) -> bool {
        self.place == Place::Quoted
    }

    fn pass(&mut self, text: &[u8], delimiter: u8) {
        if !self.open() && !text.contains(&b'"') {
            self.place = Place::Begin;
            return;
        }
        for byte in text {
            self.place = match (self.place, *byte) {
                (Place::Quoted, b'"') => Place::Quote,
                (Place::Begin | Place::Quote, b'"') | (Place::Quoted, _) => Place::Quoted,
                (_, b'\n' | b'\r') => Place::Begin,
                (_, other) if other == delimiter => Place::Begin,
                (place, _) => {
                    self.torn |= place == Place::Quote;
                    Place::Plain
                }
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives a few bytes at a time.
    struct Slow<'a>(&'a [u8]);

    impl Read for Slow<'_> {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            let few = into.len().min(3);
            self.0.read(&mut into[..few])
        }
    }

    fn records(text: &str) -> Vec<Vec<String>> {
        all(Slow(text.as_bytes()))
    }

    /// The cells of each record; one whose quote is open ends in "!".
    fn all(text: impl Read) -> Vec<Vec<String>> {
        let mut records = Records::new(text, b',');
        let mut found = Vec::new();
        while let Some(Record { mut cells, open_quote }) = records.next(Some(2)).unwrap() {
            cells.extend(open_quote.then(|| "!".to_owned()));
            found.push(cells);
        }
        found
    }

    #[test]
    fn cells_and_lines_end_as_spreadsheets_end_them() {
        let expected = [["a", "b"], ["c", ""], ["", "d"]];
        for end in ["\n", "\r\n", "\r"] {
            assert_eq!(records(&["a,b", "", "c,", ",d"].join(end)), expected, "{end:?}");
            assert_eq!(records(&["a,b", "c,", ",d", "", ""].join(end)), expected, "{end:?}");
        }
        assert!(records("\n\r\n").is_empty());
    }

    #[test]
    fn a_quoted_cell_holds_delimiters_quotes_and_lines() {
        assert_eq!(records("\"a, \"\"b\"\"\",\"c\r\nd\n\"\ne,f"), [["a, \"b\"", "c\r\nd\n"], ["e", "f"]]);
        assert_eq!(records("5\" pipe,\"x\" y\ne,f\n"), [["5\" pipe", "x y"], ["e", "f"]]);
    }

    #[test]
    fn a_quote_that_is_not_closed_costs_its_own_line_only() {
        // To the end of the file.
        assert_eq!(records("a,\"b\nc,d\ne,f\n"), [vec!["a", "b", "!"], vec!["c", "d"], vec!["e", "f"]]);
        assert_eq!(records("\"a,b\nc,d\n"), [vec!["a,b", "!"], vec!["c", "d"]]);
        // To the next quoted cell, which it would break.
        assert_eq!(records("a,\"b\nc,\"d\"\ne,f\n"), [vec!["a", "b", "!"], vec!["c", "d"], vec!["e", "f"]]);
        // Further than a record may be long.
        let rows = "c,d\n".repeat(LONGEST / 2);
        let found = all(format!("a,\"b\n{rows}e,\"f\"\n").as_bytes());
        assert_eq!(
            (found.len(), found[0].len(), &found[1]),
            (LONGEST / 2 + 2, 3, &vec!["c".into(), "d".into()])
        );
    }
}
