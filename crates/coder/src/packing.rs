//! In: a feature table, or the lexicon's words. Out: the same in a form that takes few bytes in a file, and back. What rises is kept as the
//! gaps between neighbours, which are small and take a byte each in postcard's encoding; weights take half a byte.

use crate::feature_table::FeatureTable;
use crate::features::HASH_BITS;
use crate::spelling::Spelling;
use serde::{Deserialize, Serialize};

/// The sizes that a weight may have, in steps. Each is about 1.4 times the one before.
const SIZES: [i8; 8] = [14, 20, 27, 37, 50, 68, 93, 127];
/// Weights of fewer steps are left out.
#[cfg(feature = "train")]
const NEGLIGIBLE: f32 = 12.0;
/// Marks a weight below zero.
const NEGATIVE: u8 = 8;

/// The weight that a file can hold nearest to this many steps; none where it is too small to matter.
#[cfg(feature = "train")]
pub(crate) fn nearest_weight(steps: f32) -> Option<i8> {
    let distance = |size: &i8| (f32::from(*size) / steps.abs()).ln().abs();
    let nearest = SIZES.into_iter().min_by(|a, b| distance(a).total_cmp(&distance(b)))?;
    (steps.abs() >= NEGLIGIBLE).then_some(if steps < 0.0 { -nearest } else { nearest })
}

/// A feature table as it stands in a file.
#[derive(Serialize, Deserialize)]
pub(crate) struct PackedFeatures {
    width: u16,
    records: u32,
    hash_gaps: Vec<u32>,
    frequencies: Vec<u32>,
    /// How many weights each feature has.
    counts: Vec<u16>,
    /// Starting anew with each feature, in LEB128.
    #[serde(with = "serde_bytes")]
    node_gaps: Vec<u8>,
    /// Two a byte, the first in the low half.
    #[serde(with = "serde_bytes")]
    weights: Vec<u8>,
}

impl From<FeatureTable> for PackedFeatures {
    fn from(table: FeatureTable) -> Self {
        let rows: Vec<Vec<(u16, i8)>> =
            (0..table.features().len()).map(|place| table.row(place).weights()).collect();
        let node_gaps = |row: &Vec<(u16, i8)>| gaps(row.iter().map(|(node, _)| *node)).collect::<Vec<_>>();
        let weights: Vec<i8> = rows.iter().flatten().map(|(_, weight)| *weight).collect();
        Self {
            width: table.width() as u16,
            records: table.records(),
            hash_gaps: gaps(table.features().iter().map(|feature| feature.hash)).collect(),
            frequencies: table.features().iter().map(|feature| feature.frequency).collect(),
            counts: rows.iter().map(|row| row.len() as u16).collect(),
            node_gaps: rows.iter().flat_map(node_gaps).flat_map(leb128).collect(),
            weights: halves(&weights),
        }
    }
}

impl TryFrom<PackedFeatures> for FeatureTable {
    type Error = &'static str;

    fn try_from(packed: PackedFeatures) -> Result<Self, Self::Error> {
        let weights: usize = packed.counts.iter().map(|count| usize::from(*count)).sum();
        if [packed.frequencies.len(), packed.counts.len()] != [packed.hash_gaps.len(); 2] {
            return Err("the features' columns differ in length");
        }
        if packed.weights.len() != weights.div_ceil(2) {
            return Err("the weights' columns differ in length");
        }
        let mut hashes = Vec::with_capacity(packed.hash_gaps.len());
        let mut hash = 0_u32;
        for gap in packed.hash_gaps {
            hash = hash
                .checked_add(gap)
                .filter(|hash| hash >> HASH_BITS == 0)
                .ok_or("a hash has too many bits")?;
            hashes.push(hash);
        }
        let features = hashes.into_iter().zip(packed.frequencies);
        let mut table = Self::new(packed.width.into(), packed.records, features);
        let mut gaps = packed.node_gaps.into_iter();
        let mut weights = packed.weights.into_iter().flat_map(from_halves);
        let mut row = Vec::new();
        for (place, count) in packed.counts.into_iter().enumerate() {
            row.clear();
            let mut node = 0_u16;
            for weight in weights.by_ref().take(count.into()) {
                let gap = from_leb128(&mut gaps).ok_or("a gap is cut short or none")?;
                node = node.checked_add(gap).ok_or("the gaps add up to too much")?;
                row.push((node, weight));
            }
            if node >= packed.width.max(1) {
                return Err("a weight belongs to no node");
            }
            table.set_weights(place, &row);
        }
        if gaps.next().is_some() {
            return Err("there are more gaps than weights");
        }
        Ok(table)
    }
}

/// Weights that are not of the [`SIZES`] never come here: `quantise` makes none.
fn halves(weights: &[i8]) -> Vec<u8> {
    let half = |weight: &i8| {
        let size = SIZES.partition_point(|size| *size < weight.saturating_abs()) as u8;
        if *weight < 0 { size | NEGATIVE } else { size }
    };
    weights.chunks(2).map(|pair| half(&pair[0]) | pair.get(1).map_or(0, half) << 4).collect()
}

/// The two weights of a byte.
fn from_halves(pair: u8) -> [i8; 2] {
    [pair & 0xf, pair >> 4].map(|half| {
        let size = SIZES[usize::from(half & !NEGATIVE)];
        if half & NEGATIVE == 0 { size } else { -size }
    })
}

/// Seven bits a byte, the low ones first; all bytes but the last have the eighth bit set.
fn leb128(value: u16) -> impl Iterator<Item = u8> {
    let more = |rest: &u16| (*rest >= 0x80).then_some(rest >> 7);
    std::iter::successors(Some(value), more).map(|rest| (rest as u8) | if rest >= 0x80 { 0x80 } else { 0 })
}

/// The reverse of [`leb128`].
fn from_leb128(bytes: &mut impl Iterator<Item = u8>) -> Option<u16> {
    let mut value = 0_u32;
    for shift in [0, 7, 14] {
        let byte = bytes.next()?;
        value |= u32::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return u16::try_from(value).ok();
        }
    }
    None
}

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

fn gaps<T: Copy + Default + std::ops::Sub<Output = T>>(
    rising: impl Iterator<Item = T>,
) -> impl Iterator<Item = T> {
    rising.scan(T::default(), |before, value| Some(value - std::mem::replace(before, value)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> FeatureTable {
        let features = [(3, 2), (70, 9), (71, 1), (16_000_000, 4)];
        let mut table = FeatureTable::new(1749, 9, features.into_iter());
        table.set_weights(0, &[(0, -127), (1748, 14)]);
        table.set_weights(1, &[]);
        table.set_weights(2, &[(127, 14), (255, 20)]);
        table.set_weights(3, &[(5, 20), (6, 127), (700, -14)]);
        table
    }

    #[test]
    fn a_table_survives_packing() {
        assert_eq!(FeatureTable::try_from(PackedFeatures::from(table())), Ok(table()));
    }

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

    #[test]
    #[cfg(feature = "train")]
    fn a_weight_becomes_the_nearest_that_a_file_can_hold() {
        let nearest = [127.0, -90.0, 16.0, -12.1, 11.0, 0.0].map(nearest_weight);
        assert_eq!(nearest, [Some(127), Some(-93), Some(14), Some(-14), None, None]);
    }

    #[test]
    fn columns_that_do_not_fit_are_refused() {
        for damage in [
            (|packed| packed.frequencies.push(1)) as fn(&mut PackedFeatures),
            |packed| packed.counts[0] += 1,
            |packed| packed.node_gaps.push(1),
            |packed| packed.node_gaps.truncate(3),
            |packed| packed.node_gaps[2] = u8::MAX,
            |packed| packed.hash_gaps[2] = u32::MAX,
            |packed| packed.hash_gaps[2] = 1 << 24,
            |packed| packed.weights.truncate(2),
            |packed| packed.width = 1748,
        ] {
            let mut packed = PackedFeatures::from(table());
            packed.node_gaps[0] = 1;
            damage(&mut packed);
            assert!(FeatureTable::try_from(packed).is_err());
        }
    }
}
