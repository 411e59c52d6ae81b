//! In: words with how often each was met. Out: the same side by side in memory, to be searched and read through
//! quickly. Next: `spelling` looks words up, `packed_words` makes them small for a file.

use crate::packed_words::PackedWords;
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// Words in rising order, each with how often it was met.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "PackedWords", into = "PackedWords")]
pub(crate) struct WordList {
    /// In ASCII.
    letters: Vec<u8>,
    /// Where each word ends in the letters, and with it where the next begins.
    ends: Vec<u32>,
    counts: Vec<u32>,
}

impl WordList {
    /// Appends an ASCII word, which comes after all that are there.
    pub(crate) fn push(&mut self, word: &[u8], count: u32) {
        self.letters.extend_from_slice(word);
        self.ends.push(self.letters.len() as u32);
        self.counts.push(count);
    }

    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(crate) fn word(&self, place: usize) -> &[u8] {
        let start = place.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.letters[start as usize..self.ends[place] as usize]
    }

    pub(crate) fn count(&self, place: usize) -> u32 {
        self.counts[place]
    }

    pub(crate) fn contains(&self, word: &[u8]) -> bool {
        let place = self.first_from(word);
        place < self.len() && self.word(place) == word
    }

    /// The places of the words that begin with an ASCII letter.
    pub(crate) fn beginning_with(&self, letter: u8) -> Range<usize> {
        self.first_from(&[letter])..self.first_from(&[letter + 1])
    }

    /// The place of the first word that is not before this one.
    fn first_from(&self, word: &[u8]) -> usize {
        let (mut start, mut end) = (0, self.len());
        while start < end {
            let middle = start.midpoint(end);
            if self.word(middle) < word {
                start = middle + 1;
            } else {
                end = middle;
            }
        }
        start
    }
}

impl<'a> FromIterator<(&'a str, u32)> for WordList {
    fn from_iter<Words: IntoIterator<Item = (&'a str, u32)>>(words: Words) -> Self {
        let mut list = Self::default();
        words.into_iter().for_each(|(word, count)| list.push(word.as_bytes(), count));
        list
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_whole_and_by_their_first_letter() {
        let list: WordList = [("bake", 2), ("baker", 3), ("cook", 1), ("zip", 4)].into_iter().collect();
        assert!(["bake", "baker", "cook", "zip"].iter().all(|word| list.contains(word.as_bytes())));
        assert!(!["", "ba", "bakers", "dig", "zipper"].iter().any(|word| list.contains(word.as_bytes())));
        assert_eq!(
            [b'a', b'b', b'c', b'z'].map(|letter| list.beginning_with(letter)),
            [0..0, 0..2, 2..3, 3..4]
        );
        assert_eq!((list.word(1), list.count(1)), (b"baker".as_slice(), 3));
        assert!(!WordList::default().contains(b"cook"));
    }
}
