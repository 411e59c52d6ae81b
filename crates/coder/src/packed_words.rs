//! In: a list of words. Out: the same in a form that takes few bytes in a file, and back. Next: `model_file`.

use crate::word_list::WordList;
use serde::{Deserialize, Serialize};

/// Words in rising order, each as what it has in common with the one before and what it has not.
#[derive(Serialize, Deserialize)]
pub(crate) struct PackedWords {
    /// How many letters each word has in common with the one before.
    #[serde(with = "serde_bytes")]
    kept: Vec<u8>,
    /// How many letters of `rests` each word has then.
    #[serde(with = "serde_bytes")]
    rest_lengths: Vec<u8>,
    #[serde(with = "serde_bytes")]
    rests: Vec<u8>,
    counts: Vec<u32>,
}

impl From<WordList> for PackedWords {
    fn from(list: WordList) -> Self {
        let mut packed =
            Self { kept: Vec::new(), rest_lengths: Vec::new(), rests: Vec::new(), counts: Vec::new() };
        let mut before = &[][..];
        for place in 0..list.len() {
            let word = list.word(place);
            let kept = before.iter().zip(word).take_while(|(a, b)| a == b).count();
            packed.kept.push(kept as u8);
            packed.rest_lengths.push((word.len() - kept) as u8);
            packed.rests.extend_from_slice(&word[kept..]);
            packed.counts.push(list.count(place));
            before = word;
        }
        packed
    }
}

impl TryFrom<PackedWords> for WordList {
    type Error = &'static str;

    fn try_from(packed: PackedWords) -> Result<Self, Self::Error> {
        if [packed.rest_lengths.len(), packed.counts.len()] != [packed.kept.len(); 2] {
            return Err("the words' columns differ in length");
        }
        if !packed.rests.iter().all(u8::is_ascii_lowercase) {
            return Err("a word is none");
        }
        let mut list = Self::default();
        let (mut before, mut word) = (Vec::new(), Vec::new());
        let mut rests = &*packed.rests;
        for ((kept, rest), count) in packed.kept.into_iter().zip(packed.rest_lengths).zip(packed.counts) {
            let kept =
                before.get(..kept.into()).ok_or("a word keeps more of the one before than there is")?;
            let (rest, others) = rests.split_at_checked(rest.into()).ok_or("the words are cut short")?;
            rests = others;
            word.clear();
            word.extend_from_slice(kept);
            word.extend_from_slice(rest);
            if word <= before {
                return Err("the words are not in order");
            }
            list.push(&word, count);
            std::mem::swap(&mut before, &mut word);
        }
        if rests.is_empty() { Ok(list) } else { Err("there are more letters than words") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_survive_packing_and_those_that_do_not_fit_are_refused() {
        let list: WordList = ["bake", "baker", "cook", "cooking"].map(|word| (word, 2)).into_iter().collect();
        assert_eq!(WordList::try_from(PackedWords::from(list.clone())), Ok(list.clone()));
        for damage in [
            (|packed| packed.counts.push(1)) as fn(&mut PackedWords),
            |packed| packed.kept[1] = 5,
            |packed| packed.rest_lengths[1] = 0,
            |packed| packed.rest_lengths[3] = 4,
            |packed| packed.rests.push(b's'),
            |packed| packed.rests[0] = 0xe9,
            |packed| packed.rests[5] = b'a',
        ] {
            let mut packed = PackedWords::from(list.clone());
            damage(&mut packed);
            assert!(WordList::try_from(packed).is_err());
        }
    }
}
