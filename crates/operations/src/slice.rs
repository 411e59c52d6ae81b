//! In: the bytes of an input file, from some line on. Out: so many lines as are coded at once, and their answers.
//! Next: `worker` stores the answers.

use crate::coder::FileCoder;
use crate::lines::{Line, MAX_LINE, SHOWN, answer};
use crate::vault::{OpenedFile, VaultError};
use occuform_api::RecordCounts;
use rayon::prelude::*;

/// Most lines that are coded at once: half a second of work, so that others need not wait long for their turn.
const MAX_LINES: usize = 4 * 1024;
/// Most bytes that are coded at once.
const MAX_BYTES: usize = 4 * 1024 * 1024;
/// How many lines a thread takes at once.
const SHARE: usize = 64;

/// Lines that follow each other.
#[derive(Debug, Default)]
pub(crate) struct Slice {
    /// Bytes of the input that the lines took.
    pub read: u64,
    /// Whether the input ends here.
    pub ended: bool,
    bytes: Vec<u8>,
    lines: Vec<LineEnd>,
    /// The line that is being read: its bytes of the input, where it begins in `bytes`, whether it is too long.
    pending: u64,
    start: usize,
    too_long: bool,
}

#[derive(Clone, Copy, Debug)]
struct LineEnd {
    end: usize,
    too_long: bool,
}

impl Slice {
    /// Reads whole lines until there are enough, or no more.
    pub(crate) async fn read(file: &mut OpenedFile) -> Result<Self, VaultError> {
        let mut slice = Self::default();
        while let Some(piece) = file.next().await? {
            slice.take(&piece);
            if slice.is_full() {
                return Ok(slice);
            }
        }
        slice.end();
        Ok(slice)
    }

    /// Whether the file is not in UTF-8 but in UTF-16, as some programs write it.
    pub(crate) fn begins_as_utf16(&self) -> bool {
        self.bytes.starts_with(b"\xff\xfe") || self.bytes.starts_with(b"\xfe\xff")
    }

    /// Leaves out the mark with which some programs begin a file in UTF-8.
    pub(crate) fn without_byte_order_mark(&mut self) {
        if self.bytes.starts_with(b"\xef\xbb\xbf") {
            self.bytes[..3].fill(b' ');
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// The lines of the output in the order of the input, in parts, and how they came out.
    pub(crate) fn code(&self, coder: &dyn FileCoder) -> (Vec<Vec<u8>>, RecordCounts) {
        let lines: Vec<_> = self.lines().collect();
        let answers: Vec<_> = lines.par_chunks(SHARE).map(|share| code(share, coder)).collect();
        let mut sum = RecordCounts::default();
        let parts = answers.into_iter().map(|(part, counts)| {
            sum += counts;
            part
        });
        (parts.collect(), sum)
    }

    fn lines(&self) -> impl Iterator<Item = Line<'_>> {
        let mut start = 0;
        self.lines.iter().map(move |line| {
            let bytes = &self.bytes[start..line.end];
            start = line.end;
            Line { bytes, too_long: line.too_long }
        })
    }

    /// Takes lines of a piece until there are enough; what then is left of the piece is read again later.
    fn take(&mut self, piece: &[u8]) {
        for part in piece.split_inclusive(|byte| *byte == b'\n') {
            self.pending += part.len() as u64;
            match part.strip_suffix(b"\n") {
                None => self.append(part),
                Some(part) => {
                    self.append(part);
                    self.end_line();
                    if self.is_full() {
                        return;
                    }
                }
            }
        }
    }

    fn append(&mut self, part: &[u8]) {
        if self.too_long {
            return;
        }
        self.bytes.extend_from_slice(part);
        if self.bytes.len() - self.start > MAX_LINE {
            self.too_long = true;
            self.bytes.truncate(self.start + SHOWN);
        }
    }

    fn end_line(&mut self) {
        if self.bytes[self.start..].ends_with(b"\r") {
            self.bytes.pop();
        }
        self.lines.push(LineEnd { end: self.bytes.len(), too_long: self.too_long });
        self.read += self.pending;
        (self.pending, self.start, self.too_long) = (0, self.bytes.len(), false);
    }

    /// The last line may have no end.
    fn end(&mut self) {
        if self.pending > 0 {
            self.end_line();
        }
        self.ended = true;
    }

    fn is_full(&self) -> bool {
        self.lines.len() >= MAX_LINES || self.bytes.len() >= MAX_BYTES
    }
}

fn code(share: &[Line<'_>], coder: &dyn FileCoder) -> (Vec<u8>, RecordCounts) {
    let (mut output, mut counts) = (Vec::new(), RecordCounts::default());
    for line in share {
        answer(*line, coder, &mut output, &mut counts);
    }
    (output, counts)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The lines of a file that comes in pieces of some length.
    fn lines(file: &[u8], piece: usize) -> (Vec<(String, bool)>, u64) {
        let mut slice = Slice::default();
        file.chunks(piece).for_each(|piece| slice.take(piece));
        slice.end();
        let lines =
            slice.lines().map(|line| (String::from_utf8_lossy(line.bytes).into_owned(), line.too_long));
        (lines.collect(), slice.read)
    }

    fn whole(lines: &[&str]) -> Vec<(String, bool)> {
        lines.iter().map(|line| ((*line).to_owned(), false)).collect()
    }

    #[test]
    fn lines_end_with_a_line_feed_whatever_stands_before_it() {
        for piece in 1..8 {
            assert_eq!(lines(b"a\r\n\nbcd\n", piece), (whole(&["a", "", "bcd"]), 8));
            assert_eq!(lines(b"a\nlast", piece), (whole(&["a", "last"]), 6));
            assert_eq!(lines(b"", piece), (whole(&[]), 0));
        }
    }

    #[test]
    fn a_line_that_is_too_long_is_cut_and_the_next_is_whole() {
        let file = [vec![b'a'; 3 * MAX_LINE], b"\nnext\n".to_vec()].concat();
        let (lines, read) = lines(&file, 1000);
        assert_eq!(lines, [("a".repeat(SHOWN), true), ("next".to_owned(), false)]);
        assert_eq!(read, file.len() as u64);
    }

    #[test]
    fn a_full_slice_says_where_the_next_begins() {
        let file = "line\n".repeat(MAX_LINES + 1);
        let mut slice = Slice::default();
        slice.take(file.as_bytes());
        assert_eq!((slice.lines.len(), slice.read), (MAX_LINES, 5 * MAX_LINES as u64));
        assert!(slice.is_full() && !slice.ended);
    }

    #[test]
    fn a_byte_order_mark_is_no_part_of_the_first_line() {
        let mut slice = Slice::default();
        slice.take(b"\xef\xbb\xbf{}\n");
        slice.without_byte_order_mark();
        assert_eq!(slice.lines().next().unwrap().bytes.trim_ascii(), b"{}");
    }
}
