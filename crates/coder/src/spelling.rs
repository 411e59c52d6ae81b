//! In: a record's words. Out: the same words, but those that the lexicon does not have and that are one slip away from
//! one it has are replaced by that. Next: `features`.

use crate::features::Words;
use crate::word_list::WordList;
use serde::{Deserialize, Serialize};

/// Shorter words are too close to too many others.
const SHORTEST: usize = 5;
/// Longer ones are not learned.
#[cfg(feature = "train")]
const LONGEST: usize = 100;

/// The words of the lexicon.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Spelling {
    words: WordList,
}

impl Spelling {
    /// Learns how words are spelled from all that stand in the records.
    #[cfg(feature = "train")]
    pub(crate) fn new(words: impl Iterator<Item = String>) -> Self {
        let mut counts: std::collections::BTreeMap<String, u32> = std::collections::BTreeMap::new();
        for word in words.filter(|word| is_spelled(word) && word.len() <= LONGEST) {
            *counts.entry(word).or_default() += 1;
        }
        Self { words: counts.iter().map(|(word, count)| (word.as_str(), *count)).collect() }
    }

    /// Puts the words in the places of those that they are taken for. A text of which most words are neither known nor
    /// near to a known one is no title with slips, and stays as it is.
    pub(crate) fn correct(&self, words: &mut Words) {
        let all = || words.title.iter().chain(&words.tasks);
        let meant: Vec<Option<String>> = all().map(|word| self.meant_by(word)).collect();
        let strange =
            all().zip(&meant).filter(|(word, meant)| meant.is_none() && self.is_strange(word)).count();
        if 2 * strange > meant.len() {
            return;
        }
        for (word, meant) in words.title.iter_mut().chain(&mut words.tasks).zip(meant) {
            if let Some(meant) = meant {
                *word = meant;
            }
        }
    }

    fn is_strange(&self, word: &str) -> bool {
        is_spelled(word) && !self.words.contains(word.as_bytes())
    }

    /// The word that is meant, if this one was never met: of those that are one slip away and begin with the same
    /// letter, the most frequent.
    fn meant_by(&self, word: &str) -> Option<String> {
        if word.len() < SHORTEST || !is_spelled(word) || self.words.contains(word.as_bytes()) {
            return None;
        }
        let same_letter = self.words.beginning_with(word.as_bytes()[0]);
        let near = same_letter.filter(|place| is_one_slip_away(self.words.word(*place), word.as_bytes()));
        near.max_by(|a, b| self.words.count(*a).cmp(&self.words.count(*b)).then(b.cmp(a)))
            .map(|place| self.words.word(place).iter().copied().map(char::from).collect())
    }
}

/// Numbers, and names such as c++, are right as they are.
fn is_spelled(word: &str) -> bool {
    word.bytes().all(|letter| letter.is_ascii_lowercase())
}

/// Whether one letter more, less or other, or two neighbours changed over, make one word of the other.
fn is_one_slip_away(a: &[u8], b: &[u8]) -> bool {
    if a.len().abs_diff(b.len()) > 1 {
        return false;
    }
    let same = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    let (a, b) = (&a[same..], &b[same..]);
    match (a, b) {
        ([_, a @ ..], [_, b @ ..]) if a == b => true,
        ([_, rest @ ..], other) | (other, [_, rest @ ..]) if rest == other => true,
        ([a1, a2, a @ ..], [b1, b2, b @ ..]) => a1 == b2 && a2 == b1 && a == b,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spelling() -> Spelling {
        let words =
            [("baker", 3), ("barber", 1), ("carter", 2), ("cater", 2), ("electrician", 9), ("nurse", 8)];
        Spelling { words: words.into_iter().collect() }
    }

    fn corrected(title: &str) -> String {
        let mut words = Words::of(title, "");
        spelling().correct(&mut words);
        words.title.join(" ")
    }

    #[test]
    fn one_slip_is_mended() {
        for slip in ["electrcian", "electrician", "electricican", "elecrtician", "electrisian", "electricia"]
        {
            assert_eq!(corrected(slip), "electrician", "{slip}");
        }
    }

    #[test]
    fn known_short_and_strange_words_stay() {
        for stays in ["barber", "nurs", "nrus", "c++ net48", "elektrisian", "lectrician", "xyzzyx"] {
            assert_eq!(corrected(stays), stays);
        }
    }

    #[test]
    fn a_text_of_mostly_strange_words_stays() {
        assert_eq!(corrected("xyzzyx plugh bakre"), "xyzzyx plugh bakre");
        assert_eq!(corrected("xyzzyx bakre"), "xyzzyx baker");
    }

    #[test]
    fn the_more_frequent_word_is_meant_and_of_equals_the_first() {
        assert_eq!(corrected("baber"), "baker");
        assert_eq!(corrected("caterr"), "cater");
        assert_eq!(corrected("cartr"), "carter");
        assert_eq!(corrected("caer"), "caer");
        assert_eq!(corrected("carer nurse"), "carter nurse");
    }
}
