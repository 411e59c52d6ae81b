//! In: the headers of a request. Out: how long its client is ready to wait, said as RFC 7240 has it:
//! `Prefer: wait=5`. Next: `code` makes a deadline of it.

use axum::http::{HeaderMap, HeaderName};
use std::time::Duration;

/// The header's name.
pub(crate) const PREFER: HeaderName = HeaderName::from_static("prefer");

/// The seconds of the first `wait`. What cannot be understood is no preference, as the RFC asks for.
pub(crate) fn wait(headers: &HeaderMap) -> Option<Duration> {
    let lines = headers.get_all(PREFER).iter().filter_map(|value| value.to_str().ok());
    let (_, seconds) = lines
        .flat_map(|line| line.split(','))
        .filter_map(|preference| preference.split(';').next()?.split_once('='))
        .find(|(name, _)| name.trim().eq_ignore_ascii_case("wait"))?;
    seconds.trim().trim_matches('"').parse().ok().map(Duration::from_secs)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waits(lines: &[&'static str]) -> Option<u64> {
        let headers = lines.iter().map(|line| (PREFER, axum::http::HeaderValue::from_static(line)));
        wait(&headers.collect()).map(|wait| wait.as_secs())
    }

    #[test]
    fn the_first_wait_counts_among_whatever_else_is_preferred() {
        assert_eq!(waits(&["wait=5"]), Some(5));
        assert_eq!(waits(&["respond-async, Wait = \"2\"; foo=1, wait=9"]), Some(2));
        assert_eq!(waits(&["return=minimal", "wait=3"]), Some(3));
        for useless in ["wait", "wait=", "wait=-1", "wait=1.5", "waits=4", "", "wait=99999999999999999999"] {
            assert_eq!(waits(&[useless]), None, "{useless}");
        }
    }
}
