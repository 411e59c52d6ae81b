//! In: what a download asks for, and what there is. Out: which bytes to send. Next: `download` sends them.

use axum::http::HeaderMap;
use axum::http::header::{IF_RANGE, RANGE};
use http_range_header::{RangeUnsatisfiableError, parse_range_header};
use std::ops::Range;

/// The bytes of a file that are asked for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// All of them.
    Whole,
    /// Some that follow each other, one at least.
    Part(Range<u64>),
    /// Some that the file does not have.
    Nothing,
}

/// What the headers want of a file of this length. Headers that make no sense, several ranges at once, and ranges of
/// another file want it whole, as HTTP (RFC 9110, 13.1.5 and 14.2) allows.
pub(crate) fn wanted(headers: &HeaderMap, length: u64, etag: &str) -> Wanted {
    let another = headers.get(IF_RANGE).is_some_and(|named| named != etag);
    let range = headers.get(RANGE).filter(|_| !another).and_then(|range| range.to_str().ok());
    let Some(ranges) = range.and_then(|range| parse_range_header(range).ok()) else {
        return Wanted::Whole;
    };
    if ranges.ranges.len() != 1 {
        return Wanted::Whole;
    }
    match ranges.validate(length).as_deref() {
        Ok([part]) if *part.start() < length => Wanted::Part(*part.start()..part.end() + 1),
        // The last bytes, more than there are.
        Err(RangeUnsatisfiableError::FileSuffixOutOfBounds) => Wanted::Whole,
        _ => Wanted::Nothing,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(range: &str, length: u64) -> Wanted {
        let headers = [(RANGE, range.parse().unwrap())].into_iter().collect();
        wanted(&headers, length, "\"tag\"")
    }

    #[test]
    fn one_range_within_the_file_is_a_part_of_it() {
        assert_eq!(asked("bytes=0-0", 10), Wanted::Part(0..1));
        assert_eq!(asked("bytes=3-", 10), Wanted::Part(3..10));
        assert_eq!(asked("bytes=3-100", 10), Wanted::Part(3..10));
        assert_eq!(asked("bytes=-4", 10), Wanted::Part(6..10));
        assert_eq!(asked("bytes=-10", 10), Wanted::Part(0..10));
    }

    #[test]
    fn a_range_behind_the_end_is_nothing() {
        assert_eq!(asked("bytes=10-", 10), Wanted::Nothing);
        assert_eq!(asked("bytes=18446744073709551615-", 10), Wanted::Nothing);
        assert_eq!(asked("bytes=0-", 0), Wanted::Nothing);
    }

    #[test]
    fn what_makes_no_sense_is_as_if_it_were_not_there() {
        for range in ["", "bytes", "bytes=", "bytes=a-b", "lines=1-2", "bytes=0-1,4-5", "bytes=-11"] {
            assert_eq!(asked(range, 10), Wanted::Whole, "{range}");
        }
    }
}
