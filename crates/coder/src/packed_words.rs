//! In: the lexicon's words. Out: the same in a form that takes few bytes in a file, and back. Next: `model_file`.

use crate::spelling::Spelling;
use serde::{Deserialize, Serialize};

/// Words in rising order, each as what it has in common with the one before and what it has not.
#[derive(Serialize, Deserialize)]
pub(crate) struct PackedWords {
    #[serde(with = "serde_bytes")]
    kept: Vec<u8>,
    rests: Vec<String>,
    counts: Vec<u32>,
}

impl From<Spelling> for PackedWords {
    fn from(spelling: Spelling) -> Self {
        let mut packed = Self { kept: Vec::new(), rests: Vec::new(), counts: Vec::new() };
        let mut before = "";
        for (word, count) in &spelling.words {
            let kept = before.bytes().zip(word.bytes()).take_while(|(a, b)| a == b).count();
            let kept = kept.min(u8::MAX.into());
            packed.kept.push(kept as u8);
            packed.rests.push(word[kept..].to_owned());
            packed.counts.push(*count);
            before = word;
        }
        packed
    }
}

impl TryFrom<PackedWords> for Spelling {
    type Error = &'static str;

    fn try_from(packed: PackedWords) -> Result<Self, Self::Error> {
        if [packed.rests.len(), packed.counts.len()] != [packed.kept.len(); 2] {
            return Err("the words' columns differ in length");
        }
        let mut words: Vec<(String, u32)> = Vec::with_capacity(packed.rests.len());
        for ((kept, rest), count) in packed.kept.into_iter().zip(packed.rests).zip(packed.counts) {
            let before = words.last().map_or("", |(word, _)| word);
            let kept =
                before.get(..kept.into()).ok_or("a word keeps more of the one before than there is")?;
            let word = [kept, &rest].concat();
            if word.is_empty() || !word.bytes().all(|letter| letter.is_ascii_lowercase()) {
                return Err("a word is none");
            }
            words.push((word, count));
        }
        if !words.is_sorted() {
            return Err("the words are not in order");
        }
        Ok(Self { words })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_survive_packing_and_those_that_do_not_fit_are_refused() {
        let words = ["bake", "baker", "cook", "cooking"].map(|word| (word.to_owned(), 2));
        let spelling = Spelling { words: words.to_vec() };
        assert_eq!(Spelling::try_from(PackedWords::from(spelling.clone())), Ok(spelling.clone()));
        for damage in [
            (|packed| packed.counts.push(1)) as fn(&mut PackedWords),
            |packed| packed.kept[1] = 5,
            |packed| packed.rests[0].clear(),
            |packed| packed.rests[1] = "\u{e9}".to_owned(),
            |packed| packed.rests[2] = "act".to_owned(),
        ] {
            let mut packed = PackedWords::from(spelling.clone());
            damage(&mut packed);
            assert!(Spelling::try_from(packed).is_err());
        }
    }
}
