//! In: a job title and tasks. Out: their words, and of these the features, hashed and counted: words, pairs of words
//! and character n-grams. Next: `train` weighs them, `predict` adds the weights up.

use crate::abbreviations::spelled_out;

/// How many bits of a feature's hash are kept. Far more than there are features, so that few share a number and a
/// word never seen in training is nearly always known to be unknown.
pub(crate) const HASH_BITS: u32 = 24;
/// Character n-grams, in characters, within a word and its two edges.
const CHARACTER_NGRAMS: std::ops::RangeInclusive<usize> = 2..=5;

/// Where a feature was seen. The same word is another feature in another place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Namespace {
    /// A word or pair of words of the title.
    Title = 1,
    /// The title as a whole.
    WholeTitle = 2,
    /// A word or pair of words of the tasks.
    Tasks = 3,
    /// A word or pair of words of either.
    Words = 4,
    /// A character n-gram of either.
    Characters = 5,
}

/// The words of a record.
#[derive(Clone, Debug)]
pub(crate) struct Words {
    pub title: Vec<String>,
    pub tasks: Vec<String>,
}

impl Words {
    pub(crate) fn of(title: &str, tasks: &str) -> Self {
        Self { title: words(title), tasks: words(tasks) }
    }

    /// The words of the title in their order.
    pub(crate) fn whole_title(&self) -> String {
        self.title.join(" ")
    }

    /// The title as a whole, where it is all that was said.
    pub(crate) fn title_alone(&self) -> Option<String> {
        self.tasks.is_empty().then(|| self.whole_title())
    }
}

/// Calls `each` with every feature of a record and its hash, as often as it occurs.
pub(crate) fn each_feature(words: &Words, each: &mut impl FnMut(Namespace, &str, u32)) {
    let Words { title, tasks } = words;
    each_word_ngram(title, &mut |ngram| {
        each(Namespace::Title, ngram, hash(Namespace::Title, ngram));
        each(Namespace::Words, ngram, hash(Namespace::Words, ngram));
    });
    if !title.is_empty() {
        let ngram = words.whole_title();
        each(Namespace::WholeTitle, &ngram, hash(Namespace::WholeTitle, &ngram));
    }
    each_word_ngram(tasks, &mut |ngram| {
        each(Namespace::Tasks, ngram, hash(Namespace::Tasks, ngram));
        each(Namespace::Words, ngram, hash(Namespace::Words, ngram));
    });
    for word in title.iter().chain(tasks) {
        each_character_ngram(word, &mut |ngram, hash| each(Namespace::Characters, ngram, hash));
    }
}

/// The features of a record and how often each occurs, in the order of their hashes.
pub(crate) fn count_features(words: &Words) -> Vec<(u32, u32)> {
    let mut hashes = Vec::with_capacity(256);
    each_feature(words, &mut |_, _, hash| hashes.push(hash));
    hashes.sort_unstable();
    hashes.chunk_by(|a, b| a == b).map(|same| (same[0], same.len() as u32)).collect()
}

/// FNV-1a over the namespace and the text, folded to [`HASH_BITS`], of which the last marks pairs of words.
pub(crate) fn hash(namespace: Namespace, ngram: &str) -> u32 {
    let folded = fold(fnv1a(std::iter::once(namespace as u8).chain(ngram.bytes())));
    let is_pair =
        namespace != Namespace::Characters && namespace != Namespace::WholeTitle && ngram.contains(' ');
    if is_pair { folded | 1 } else { folded }
}

/// [`HASH_BITS`] bits, the last of them free.
fn fold(hash: u64) -> u32 {
    let folded = hash ^ (hash >> HASH_BITS) ^ (hash >> (2 * HASH_BITS));
    folded as u32 & ((1 << HASH_BITS) - 2)
}

/// Whether the feature with this hash is a pair of words.
#[cfg(feature = "train")]
pub(crate) fn is_pair_of_words(hash: u32) -> bool {
    hash & 1 == 1
}

/// The Fowler-Noll-Vo hash, variant 1a, 64 bits.
pub(crate) fn fnv1a(bytes: impl Iterator<Item = u8>) -> u64 {
    bytes.fold(0xcbf2_9ce4_8422_2325, fnv1a_further)
}

/// The hash of what was hashed so far and one byte more.
fn fnv1a_further(hash: u64, byte: u8) -> u64 {
    (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
}

/// Words in lower case. `+` and `#` belong to a word (c++, c#), an apostrophe is left out (driver's), anything else
/// parts words.
fn words(text: &str) -> Vec<String> {
    let text = text.to_ascii_lowercase().replace('\'', "");
    text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '+' || c == '#'))
        .filter(|word| !word.is_empty())
        .map(|word| spelled_out(word).to_owned())
        .collect()
}

fn each_word_ngram(words: &[String], each: &mut impl FnMut(&str)) {
    for word in words {
        each(word);
    }
    for pair in words.windows(2) {
        each(&pair.join(" "));
    }
}

/// The word's edges are marked with a space, so that "nurse" begins otherwise than it ends. Each n-gram's hash goes on
/// from that of the one it begins with.
fn each_character_ngram(word: &str, each: &mut impl FnMut(&str, u32)) {
    let padded = format!(" {word} ");
    let empty = fnv1a(std::iter::once(Namespace::Characters as u8));
    for start in 0..padded.len() {
        let mut hash = empty;
        for (length, byte) in (1..=*CHARACTER_NGRAMS.end()).zip(padded[start..].bytes()) {
            hash = fnv1a_further(hash, byte);
            if length >= *CHARACTER_NGRAMS.start() {
                each(&padded[start..start + length], fold(hash));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn features(title: &str, tasks: &str) -> Vec<(Namespace, String)> {
        let mut all = Vec::new();
        each_feature(&Words::of(title, tasks), &mut |namespace, ngram, told| {
            assert_eq!(told, hash(namespace, ngram));
            all.push((namespace, ngram.to_owned()));
        });
        all
    }

    fn counted(title: &str, tasks: &str) -> Vec<(u32, u32)> {
        count_features(&Words::of(title, tasks))
    }

    #[test]
    fn what_is_short_for_a_word_is_that_word() {
        assert_eq!(features("Snr proj. mgr", "w/ ppl"), features("senior project manager", "with people"));
    }

    #[test]
    fn case_and_punctuation_make_no_difference() {
        assert_eq!(counted("Truck-Driver's MATE", ""), counted("truck drivers mate", ""));
        assert_ne!(counted("c# developer", ""), counted("c developer", ""));
    }

    #[test]
    fn a_word_is_another_feature_in_the_title_than_in_the_tasks() {
        let all = features("nurse", "ward");
        assert!(all.contains(&(Namespace::Title, "nurse".into())));
        assert!(all.contains(&(Namespace::Tasks, "ward".into())));
        assert!(!all.contains(&(Namespace::Title, "ward".into())));
        assert!(all.contains(&(Namespace::Words, "ward".into())));
        assert!(all.contains(&(Namespace::Characters, "rd ".into())));
    }

    #[test]
    fn text_without_words_has_no_features() {
        assert!(counted("---", "!?").is_empty());
    }
}
