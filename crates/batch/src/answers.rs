//! In: answers to records. Out: the answer to a record, found by a digest of its text. Next: `journal` keeps them on
//! disk, `join` puts them beside the rows.
//!
//! Packed, since a million answers are held at once.

use occuform_api::Suggestion;
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::fmt::Write as _;

/// A digest of a record's text: the text itself is not written beside the output a second time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Key([u64; 2]);

/// How far an answer can be relied on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Verdict {
    /// The best code can be used without a person's look.
    Trusted,
    /// There may be codes, none of them trusted.
    #[default]
    Unsure,
    /// The service will not take the record.
    Refused,
}

/// What came of a record.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// How far it can be relied on.
    pub verdict: Verdict,
    /// The codes, best first.
    pub choices: Vec<Choice>,
}

/// A code that may fit.
#[derive(Clone, Debug, PartialEq)]
pub struct Choice {
    /// The classification's code.
    pub code: String,
    /// Its official title.
    pub label: String,
    /// How likely it is right, 0 to 1.
    pub confidence: f32,
}

impl From<Suggestion> for Choice {
    /// Rounded to four decimals: what comes after them says nothing.
    fn from(suggestion: Suggestion) -> Self {
        let confidence = ((suggestion.code_confidence * 1e4).round() / 1e4) as f32;
        Self { code: suggestion.code_category, label: suggestion.code_label, confidence }
    }
}

impl Answer {
    /// The service will not take the record.
    pub(crate) const REFUSED: Self = Self { verdict: Verdict::Refused, choices: Vec::new() };
}

/// A code by its number in [`Answers::labels`], and its confidence.
pub(crate) type Packed = (u16, f32);

#[derive(Clone, Copy, Default)]
struct Entry {
    start: u32,
    length: u8,
    verdict: Verdict,
}

/// All answers of a batch.
#[derive(Default)]
pub(crate) struct Answers {
    by_text: HashMap<Key, u32>,
    entries: Vec<Entry>,
    codes: Vec<u16>,
    confidences: Vec<f32>,
    labels: Vec<(String, String)>,
    by_code: HashMap<String, u16>,
}

impl Key {
    pub fn of(title: &str, tasks: &str) -> Self {
        let digest: [u8; 32] =
            Sha256::new().chain_update(title).chain_update([0]).chain_update(tasks).finalize().into();
        let part =
            |from: usize| u64::from_be_bytes(*digest[from..].first_chunk().expect("a digest has 32 bytes"));
        Self([part(0), part(8)])
    }

    pub fn hexadecimal(self) -> String {
        let mut text = String::with_capacity(32);
        let _ = write!(text, "{:016x}{:016x}", self.0[0], self.0[1]);
        text
    }

    pub fn parse(text: &str) -> Option<Self> {
        let part = |range| u64::from_str_radix(text.get(range)?, 16).ok();
        (text.len() == 32).then_some(())?;
        Some(Self([part(0..16)?, part(16..32)?]))
    }
}

impl Answers {
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    pub fn contains(&self, key: Key) -> bool {
        self.by_text.contains_key(&key)
    }

    pub fn get(&self, key: Key) -> Option<Answer> {
        let entry = self.entries[*self.by_text.get(&key)? as usize];
        let range = entry.start as usize..entry.start as usize + usize::from(entry.length);
        let packed = self.codes[range.clone()].iter().zip(&self.confidences[range]);
        let choices = packed.map(|(number, confidence)| {
            let (code, label) = self.labels[usize::from(*number)].clone();
            Choice { code, label, confidence: *confidence }
        });
        Some(Answer { verdict: entry.verdict, choices: choices.collect() })
    }

    /// The number of a code, and whether it is new.
    pub fn number(&mut self, code: &str, label: &str) -> (u16, bool) {
        if let Some(number) = self.by_code.get(code) {
            return (*number, false);
        }
        let number = self.labels.len() as u16;
        self.labels.push((code.to_owned(), label.to_owned()));
        self.by_code.insert(code.to_owned(), number);
        (number, true)
    }

    /// Whether all these codes have numbers.
    pub fn knows(&self, choices: &[Packed]) -> bool {
        choices.iter().all(|(number, _)| usize::from(*number) < self.labels.len())
    }

    pub fn insert(&mut self, key: Key, verdict: Verdict, choices: &[Packed]) {
        let entry = Entry { start: self.codes.len() as u32, length: choices.len() as u8, verdict };
        self.codes.extend(choices.iter().map(|(code, _)| *code));
        self.confidences.extend(choices.iter().map(|(_, confidence)| *confidence));
        self.by_text.insert(key, self.entries.len() as u32);
        self.entries.push(entry);
    }
}
