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

/// How many bytes stand for a frequent gap with its weight, in a class. After them come those for a weight at the node
/// that was reached, then those that only go on.
const FREQUENT: usize = 256 - WEIGHTS - SKIPS.len();
/// How far the bytes go on that only do that: with two of them and a gap under eight any gap is made.
const SKIPS: [u16; 45] = {
    let mut skips = [0; 45];
    let mut number = 0;
    while number < skips.len() {
        skips[number] = match number as u16 {
            number @ ..7 => number + 1,
            number @ 7..38 => 8 * (number - 6),
            number => 256 * (number - 37),
        };
        number += 1;
    }
    skips
};
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
        let mut spellings: Vec<_> = frequent.iter().map(|pairs| Spellings::new(pairs)).collect();
        let mut weights = Vec::new();
        for row in &rows {
            let spellings = &mut spellings[class(row.len())];
            for pair in row {
                weights.extend(spellings.of(*pair));
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
    table.weights(place).iter().copied().map(gap).collect()
}

/// Those that save most bytes when they take one.
fn most_saving(pairs: impl Iterator<Item = NodeWeight>) -> Vec<NodeWeight> {
    let mut spelled_out = Spellings::new(&[]);
    let mut savings: BTreeMap<NodeWeight, usize> = BTreeMap::new();
    for pair in pairs {
        *savings.entry(pair).or_default() += spelled_out.of(pair).len() - 1;
    }
    let mut savings: Vec<_> = savings.into_iter().filter(|(_, saving)| *saving > 0).collect();
    savings.sort_by_key(|(pair, saving)| (Reverse(*saving), *pair));
    savings.into_iter().take(FREQUENT).map(|(pair, _)| pair).collect()
}

/// The bytes of each gap with its weight.
struct Spellings {
    /// For each weight the gaps that take a byte together with it, and the byte.
    ends: [BTreeMap<u16, u8>; WEIGHTS],
    /// Those asked for so far.
    known: BTreeMap<NodeWeight, Vec<u8>>,
}

impl Spellings {
    fn new(frequent: &[NodeWeight]) -> Self {
        let mut ends: [BTreeMap<u16, u8>; WEIGHTS] = Default::default();
        for (byte, step) in (0..=u8::MAX).zip(steps(frequent)) {
            if step.weighs {
                ends[usize::from(step.number)].insert(step.gap, byte);
            }
        }
        Self { ends, known: BTreeMap::new() }
    }

    /// The fewest bytes for it.
    fn of(&mut self, pair: NodeWeight) -> &[u8] {
        let ends = &self.ends[pair.number()];
        self.known.entry(pair).or_insert_with(|| {
            let spelled = ends.iter().filter_map(|(gap, byte)| {
                let mut bytes = skips(pair.node().checked_sub(*gap)?);
                bytes.push(*byte);
                Some(bytes)
            });
            spelled.min_by_key(Vec::len).expect("a weight without a gap has a byte")
        })
    }
}

/// The bytes that go on so far, the longest first.
fn skips(mut gap: u16) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (number, skip) in SKIPS.iter().enumerate().rev() {
        while *skip <= gap {
            gap -= skip;
            bytes.push((FREQUENT + WEIGHTS + number) as u8);
        }
    }
    bytes
}

/// What a byte stands for: to go on by some nodes and, mostly, to note a weight there.
#[derive(Clone, Copy)]
struct Step {
    gap: u16,
    number: u8,
    weighs: bool,
}

/// What each byte of a class stands for. A byte without a meaning leads further than to any node.
fn steps(frequent: &[NodeWeight]) -> [Step; 256] {
    let mut steps = [Step { gap: MOST_NODES as u16, number: 0, weighs: true }; 256];
    let weight =
        |weight: &NodeWeight| Step { gap: weight.node(), number: weight.number() as u8, weighs: true };
    for (step, pair) in steps.iter_mut().zip(frequent.iter().take(FREQUENT)) {
        *step = weight(pair);
    }
    for number in 0..WEIGHTS {
        steps[FREQUENT + number] = weight(&NodeWeight::new(0, number));
    }
    for (number, gap) in SKIPS.into_iter().enumerate() {
        steps[FREQUENT + WEIGHTS + number] = Step { gap, number: 0, weighs: false };
    }
    steps
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
        let steps: Vec<[Step; 256]> = packed.frequent.iter().map(|frequent| steps(frequent)).collect();
        let mut bytes = &*packed.weights;
        for (place, count) in packed.counts.into_iter().enumerate() {
            if count > packed.width {
                return Err("a feature has more weights than there are nodes");
            }
            let weights = table.give_weights(place, count);
            bytes = unpack(bytes, &steps[class(count.into())], packed.width, weights)?;
        }
        if bytes.is_empty() { Ok(table) } else { Err("there are more bytes than weights") }
    }
}

/// Fills a feature's weights in from the bytes, and returns those that are left. What a byte means is looked up, never
/// asked: a guess that fails would cost the processor more than the rest.
fn unpack<'a>(
    bytes: &'a [u8],
    steps: &[Step; 256],
    width: u16,
    weights: &mut [NodeWeight],
) -> Result<&'a [u8], &'static str> {
    let (mut read, mut filled, mut node) = (0, 0, 0_u64);
    while filled < weights.len() {
        let byte = bytes.get(read).ok_or("the weights are cut short")?;
        let step = steps[usize::from(*byte)];
        node += u64::from(step.gap);
        weights[filled] = NodeWeight::new((node % MOST_NODES as u64) as u16, step.number.into());
        filled += usize::from(step.weighs);
        read += 1;
    }
    if weights.is_empty() || node < width.into() {
        Ok(&bytes[read..])
    } else {
        Err("a weight belongs to no node")
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
            let mut spellings = Spellings::new(&[NodeWeight::new(3, 7)]);
            let bytes = spellings.of(NodeWeight::new(gap, 7));
            let mut row = [NodeWeight::default()];
            let rest = unpack(bytes, &steps(&[NodeWeight::new(3, 7)]), MOST_NODES as u16, &mut row);
            assert_eq!((rest, row), (Ok([].as_slice()), [NodeWeight::new(gap, 7)]), "{gap}");
            assert!(bytes.len() <= 4 || gap > 1_748, "{gap}: {bytes:?}");
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
