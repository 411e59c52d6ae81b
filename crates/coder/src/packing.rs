//! In: a feature table. Out: the same in a form that takes few bytes in a file and little time to read, and back. What
//! rises is kept as the gaps between neighbours, and frequent gaps take a byte together with their weight.
//! Next: `model_file`.

use crate::feature_table::FeatureTable;
use crate::features::HASH_BITS;
use crate::weight::{MOST_NODES, NodeWeight, WEIGHTS};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// A byte below it stands for a frequent gap and its weight. One from it on tells the weight alone; the gap follows.
const FREQUENT: usize = 256 - WEIGHTS;
/// The same for a gap that follows: a byte below it is the gap, one from it on begins a gap of two bytes.
const SHORT: u16 = 240;
/// Gaps are smaller where there are many weights: each class of how many has frequent ones of its own.
const CLASSES: usize = MOST_NODES.ilog2() as usize + 1;

/// A feature table as it stands in a file.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct PackedFeatures<'a> {
    width: u16,
    records: u32,
    hash_gaps: Vec<u32>,
    frequencies: Vec<u32>,
    /// How many weights each feature has.
    counts: Vec<u16>,
    /// For each class, the frequent gaps with their weights; a gap stands in the place of the node.
    frequent: Vec<Vec<NodeWeight>>,
    /// The weights of one feature after the other, by nodes in rising order.
    #[serde(borrow, with = "serde_bytes")]
    weights: Cow<'a, [u8]>,
}

/// The class of a feature with so many weights.
fn class(count: usize) -> usize {
    (count + 1).ilog2() as usize
}

impl From<FeatureTable> for PackedFeatures<'static> {
    fn from(table: FeatureTable) -> Self {
        let features = table.features();
        let rows: Vec<Vec<NodeWeight>> = (0..features.len()).map(|place| gaps_of(&table, place)).collect();
        let frequent: Vec<Vec<NodeWeight>> = (0..CLASSES)
            .map(|number| {
                most_saving(rows.iter().filter(|row| class(row.len()) == number).flatten().copied())
            })
            .collect();
        let bytes: Vec<BTreeMap<NodeWeight, u8>> =
            frequent.iter().map(|pairs| pairs.iter().copied().zip(0..=u8::MAX).collect()).collect();
        let mut weights = Vec::new();
        for row in &rows {
            let bytes = &bytes[class(row.len())];
            for pair in row {
                match bytes.get(pair) {
                    Some(byte) => weights.push(*byte),
                    None => weights.extend(spelled_out(*pair)),
                }
            }
        }
        let hashes = features.iter().map(|feature| feature.hash);
        Self {
            width: table.width() as u16,
            records: table.records(),
            hash_gaps: hashes.scan(0, |before, hash| Some(hash - std::mem::replace(before, hash))).collect(),
            frequencies: features.iter().map(|feature| feature.frequency).collect(),
            counts: rows.iter().map(|row| row.len() as u16).collect(),
            frequent,
            weights: weights.into(),
        }
    }
}

/// A feature's weights, each with the gap to the node before in the place of the node.
fn gaps_of(table: &FeatureTable, place: usize) -> Vec<NodeWeight> {
    let mut before = 0;
    let gap = |weight: NodeWeight| {
        let gap = weight.node() - std::mem::replace(&mut before, weight.node());
        NodeWeight::new(gap, weight.number())
    };
    table.row(place).weights().into_iter().map(gap).collect()
}

/// Those that save most bytes when they take one.
fn most_saving(pairs: impl Iterator<Item = NodeWeight>) -> Vec<NodeWeight> {
    let mut savings: BTreeMap<NodeWeight, usize> = BTreeMap::new();
    for pair in pairs {
        *savings.entry(pair).or_default() += spelled_out(pair).count() - 1;
    }
    let mut savings: Vec<_> = savings.into_iter().collect();
    savings.sort_by_key(|(pair, saving)| (Reverse(*saving), *pair));
    savings.into_iter().take(FREQUENT).map(|(pair, _)| pair).collect()
}

/// A byte for the weight and one or two for the gap.
fn spelled_out(pair: NodeWeight) -> impl Iterator<Item = u8> {
    let weight = (FREQUENT + pair.number()) as u8;
    let (first, second) = match pair.node().checked_sub(SHORT) {
        None => (pair.node() as u8, None),
        Some(more) => ((SHORT + (more >> 8)) as u8, Some(more as u8)),
    };
    [weight, first].into_iter().chain(second)
}

impl TryFrom<PackedFeatures<'_>> for FeatureTable {
    type Error = &'static str;

    fn try_from(packed: PackedFeatures<'_>) -> Result<Self, Self::Error> {
        if [packed.frequencies.len(), packed.counts.len()] != [packed.hash_gaps.len(); 2] {
            return Err("the features' columns differ in length");
        }
        if packed.frequent.len() != CLASSES || usize::from(packed.width) > MOST_NODES {
            return Err("there are more classes or nodes than are known");
        }
        let mut hash = 0_u32;
        let hashes = packed.hash_gaps.into_iter().map(|gap| {
            hash = hash.checked_add(gap).filter(|hash| hash >> HASH_BITS == 0)?;
            Some(hash)
        });
        let hashes: Vec<u32> = hashes.collect::<Option<_>>().ok_or("a hash has too many bits")?;
        let mut table =
            Self::new(packed.width.into(), packed.records, hashes.into_iter().zip(packed.frequencies));
        table.expect_weights(packed.weights.len());
        let mut row = Vec::with_capacity(MOST_NODES);
        let mut bytes = &*packed.weights;
        for (place, count) in packed.counts.into_iter().enumerate() {
            if count > packed.width {
                return Err("a feature has more weights than there are nodes");
            }
            row.resize(count.into(), NodeWeight::default());
            bytes = unpack(bytes, &packed.frequent[class(count.into())], packed.width, &mut row)?;
            table.set_weights(place, &row);
        }
        if bytes.is_empty() { Ok(table) } else { Err("there are more bytes than weights") }
    }
}

/// Fills a row from the bytes, and returns those that are left.
fn unpack<'a>(
    mut bytes: &'a [u8],
    frequent: &[NodeWeight],
    width: u16,
    row: &mut [NodeWeight],
) -> Result<&'a [u8], &'static str> {
    const CUT_SHORT: &str = "the weights are cut short";
    let mut before = NodeWeight::default();
    for weight in row {
        let (byte, rest) = bytes.split_first().ok_or(CUT_SHORT)?;
        bytes = rest;
        let pair = if let Some(pair) = frequent.get(usize::from(*byte)) {
            *pair
        } else {
            let number = usize::from(*byte).checked_sub(FREQUENT).ok_or("a byte means nothing")?;
            let (gap, rest) = gap_from(bytes).ok_or(CUT_SHORT)?;
            bytes = rest;
            NodeWeight::new(gap, number)
        };
        before = before.further(pair, width).ok_or("a weight belongs to no node")?;
        *weight = before;
    }
    Ok(bytes)
}

/// A gap that is spelled out, and the bytes after it.
fn gap_from(bytes: &[u8]) -> Option<(u16, &[u8])> {
    let (first, rest) = bytes.split_first()?;
    match u16::from(*first).checked_sub(SHORT) {
        None => Some((u16::from(*first), rest)),
        Some(more) => {
            rest.split_first().map(|(second, rest)| (SHORT + (more << 8) + u16::from(*second), rest))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn weights(weights: &[(u16, usize)]) -> Vec<NodeWeight> {
        weights.iter().map(|(node, number)| NodeWeight::new(*node, *number)).collect()
    }

    /// One row has more pairs of gap and weight than may be frequent.
    fn table() -> FeatureTable {
        let features = [(3, 2), (70, 9), (71, 1), (16_000_000, 4)];
        let mut table = FeatureTable::new(1749, 9, features.into_iter());
        table.set_weights(0, &weights(&[(0, 15), (1748, 0)]));
        table.set_weights(1, &[]);
        table.set_weights(2, &weights(&[(239, 0), (479, 2)]));
        let many = (1..50).flat_map(|gap| (0..16).map(move |number| (gap, number)));
        let mut node = 0;
        let many = many.step_by(3).map(|(gap, number)| {
            node += gap;
            (node % 1000, number)
        });
        let rising: BTreeMap<u16, usize> = many.collect();
        table.set_weights(3, &weights(&rising.into_iter().collect::<Vec<_>>()));
        table
    }

    #[test]
    fn a_table_survives_packing() {
        assert_eq!(FeatureTable::try_from(PackedFeatures::from(table())), Ok(table()));
    }

    #[test]
    fn a_gap_that_is_spelled_out_is_read_again_however_large() {
        for gap in [0, 1, 239, 240, 241, 495, 496, 1_748, 4_095] {
            let bytes: Vec<u8> = spelled_out(NodeWeight::new(gap, 7)).collect();
            assert_eq!(gap_from(&bytes[1..]), Some((gap, [].as_slice())), "{gap}");
        }
    }

    #[test]
    fn a_frequent_gap_takes_a_byte_with_its_weight() {
        let mut table = FeatureTable::new(1749, 9, [(3, 2)].into_iter());
        table.set_weights(0, &weights(&(0..200).map(|node| (8 * node, 5)).collect::<Vec<_>>()));
        assert_eq!(PackedFeatures::from(table).weights.len(), 200);
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let whole = PackedFeatures::from(table());
        for (number, damage) in [
            (|packed| packed.frequencies.push(1)) as fn(&mut PackedFeatures<'_>),
            |packed| packed.counts[0] += 1,
            |packed| packed.counts[3] = u16::MAX,
            |packed| packed.hash_gaps[2] = u32::MAX,
            |packed| packed.hash_gaps[2] = 1 << 24,
            |packed| packed.frequent[1].clear(),
            |packed| packed.frequent.truncate(3),
            |packed| packed.weights.to_mut().truncate(2),
            |packed| packed.weights.to_mut().push(1),
            |packed| packed.weights.to_mut().push(255),
            |packed| packed.width = 1748,
            |packed| packed.width = u16::MAX,
        ]
        .into_iter()
        .enumerate()
        {
            let mut packed = whole.clone();
            damage(&mut packed);
            assert!(FeatureTable::try_from(packed).is_err(), "{number}");
        }
    }
}
