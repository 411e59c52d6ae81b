//! In: what the ledger counts. Out: a file of it in the data folder, and what it held before a restart. Next: back to
//! `ledger`.
//!
//! The file has a JSON line for so many calls of a client at a moment. It is appended to, not for each call but for
//! [`MOST_UNSAVED`] at once, or for the first one after [`PAUSE`]: a process that is killed forgets fewer than that,
//! never one that was made after a pause, and no token request. From time to time it is written anew without what is too old.

use serde::{Deserialize, Serialize};
use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Calls that are written at once. So many less one are forgotten at most when the process is killed.
const MOST_UNSAVED: u32 = 32;
/// After a pause of this length a call is written at once.
const PAUSE: Duration = Duration::from_millis(100);
/// How long nothing is written after the disk refused.
const REFUSED_PAUSE: Duration = Duration::from_secs(1);
/// How far the file may grow beyond what it began with before it is written anew.
const GROWTH: u64 = 1024 * 1024;
/// Calls of one minute stand in one line, and count as if made at its end: a day has 1,440 lines a client at most.
const MINUTE: u64 = 60;

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Deed {
    /// Calls that count for the day.
    Calls,
    /// Token requests that count for the hour.
    Tokens,
    /// Token requests are not heard until then.
    Blocked,
}

/// How often a client did something at a moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Count {
    pub client: String,
    pub deed: Deed,
    /// Seconds since 1970, never earlier than it was done.
    pub at: u64,
    pub times: u32,
}

impl Count {
    pub fn new(client: &str, deed: Deed, at: Duration, times: u32) -> Self {
        let seconds = at.as_secs() + u64::from(at.subsec_nanos() > 0);
        let at = if deed == Deed::Calls { seconds.next_multiple_of(MINUTE) } else { seconds };
        Self { client: client.to_owned(), deed, at, times }
    }

    /// Whether both can stand in one line.
    pub fn is_like(&self, other: &Self) -> bool {
        (&self.client, self.deed, self.at) == (&other.client, other.deed, other.at)
    }
}

/// The counts of a data folder.
#[derive(Debug)]
pub(crate) struct CountsFile {
    path: PathBuf,
    /// None: it is to be written anew.
    file: Option<File>,
    unsaved: Vec<Count>,
    unsaved_calls: u32,
    not_before: Duration,
    written: Duration,
    bytes: u64,
    most_bytes: u64,
}

impl CountsFile {
    /// What the file holds, oldest first. Nothing is written yet. Lines that are none, such as one that was cut off by
    /// a full disk, are left out.
    pub fn read(path: PathBuf) -> io::Result<(Self, Vec<Count>)> {
        let text = match std::fs::read(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => Vec::new(),
            read => read?,
        };
        let lines = text.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        let (mut counts, mut unreadable) = (Vec::new(), 0);
        for line in lines {
            match serde_json::from_slice::<Count>(line) {
                Ok(count) => counts.push(count),
                Err(_) => unreadable += 1,
            }
        }
        if unreadable > 0 {
            tracing::warn!(file = %path.display(), unreadable, "lines with counted calls were left out");
        }
        counts.sort_by_key(|count| count.at);
        let file = Self {
            path,
            file: None,
            unsaved: Vec::new(),
            unsaved_calls: 0,
            not_before: Duration::ZERO,
            written: Duration::ZERO,
            bytes: 0,
            most_bytes: 0,
        };
        Ok((file, counts))
    }

    /// To be written soon.
    pub fn add(&mut self, count: Count) {
        self.unsaved_calls += count.times;
        match self.unsaved.iter_mut().find(|other| other.is_like(&count)) {
            Some(like) => like.times += count.times,
            None => self.unsaved.push(count),
        }
    }

    /// Writes what is unsaved if it is time to. `all` is everything that counts, for when the file is written anew.
    pub fn save_when_due(&mut self, now: Duration, all: impl FnOnce() -> Vec<Count>) {
        let rare = self.unsaved.iter().any(|count| count.deed != Deed::Calls);
        let due = rare || self.unsaved_calls >= MOST_UNSAVED || now >= self.written + PAUSE;
        if due && now >= self.not_before {
            self.save(now, all);
        }
    }

    /// Writes what is unsaved.
    pub fn save(&mut self, now: Duration, all: impl FnOnce() -> Vec<Count>) {
        if self.unsaved.is_empty() {
            return;
        }
        self.written = now;
        let saved = match &mut self.file {
            Some(file) if self.bytes < self.most_bytes => append(file, &self.unsaved),
            _ => self.write_anew(&all()),
        };
        match saved {
            Ok(bytes) => self.bytes += bytes,
            Err(error) => {
                // Written anew when the disk takes it: nothing of it is lost as long as the process lives.
                tracing::error!(file = %self.path.display(), %error, "counted calls could not be written");
                self.file = None;
                self.not_before = now + REFUSED_PAUSE;
            }
        }
        self.unsaved.clear();
        self.unsaved_calls = 0;
    }

    /// The new file takes the old one's place when it is whole.
    fn write_anew(&mut self, all: &[Count]) -> io::Result<u64> {
        let folder = self.path.parent().unwrap_or(Path::new("."));
        std::fs::create_dir_all(folder)?;
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        let bytes = append(file.as_file_mut(), all)?;
        file.as_file().sync_all()?;
        file.persist(&self.path)?;
        self.file = Some(OpenOptions::new().append(true).open(&self.path)?);
        (self.bytes, self.most_bytes) = (0, 2 * bytes + GROWTH);
        Ok(bytes)
    }
}

/// In one piece, so that a process that is killed leaves whole lines.
fn append(file: &mut File, counts: &[Count]) -> io::Result<u64> {
    let mut lines = Vec::new();
    for count in counts {
        serde_json::to_writer(&mut lines, count)?;
        lines.push(b'\n');
    }
    file.write_all(&lines)?;
    Ok(lines.len() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_does_not_grow_without_end() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("counts.jsonl");
        let (mut file, _) = CountsFile::read(path.clone()).unwrap();
        let latest = |now| vec![Count::new("form", Deed::Calls, now, 1)];
        let mut largest = 0;
        for second in 1..40_000 {
            let now = Duration::from_secs(second);
            file.add(Count::new("form", Deed::Calls, now, 1));
            file.save_when_due(now, || latest(now));
            largest = largest.max(path.metadata().unwrap().len());
        }
        assert!((GROWTH..GROWTH + 1_000).contains(&largest), "{largest}");
        let (_, counts) = CountsFile::read(path).unwrap();
        assert_eq!(counts.last(), latest(Duration::from_secs(39_999)).last());
    }
}
