//! In: a record. Out: its known features with their values, and what each speaks for or against. Next: `predict` adds
//! it up, `packing` makes it small for a file.

use crate::features::{HASH_BITS, Words, count_features};
use crate::packing::PackedFeatures;
use crate::weight::{MOST_NODES, NodeWeight, worth};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use std::hint::black_box;

/// So many that a bucket has a few features.
const BUCKET_BITS: u32 = 16;

/// For each feature, the nodes that it speaks for or against. What belongs to a feature lies side by side, so that a
/// record touches little memory.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(into = "PackedFeatures<'static>")]
pub(crate) struct FeatureTable {
    /// How many nodes there are.
    width: usize,
    /// How many records the frequencies are counted over.
    records: u32,
    /// In rising order of their hashes.
    features: Vec<Feature>,
    /// Where the hashes begin that share their first [`BUCKET_BITS`], with the end of all as the last.
    buckets: Vec<u32>,
    /// Of all features, one after the other.
    weights: Vec<NodeWeight>,
}

/// One feature, and where its weights are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Feature {
    pub hash: u32,
    /// In how many records it stands.
    pub frequency: u32,
    /// Where its weights begin.
    start: u32,
    /// How many nodes it speaks for or against.
    nodes: u16,
}

impl<'de> Deserialize<'de> for FeatureTable {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        PackedFeatures::deserialize(deserializer)?.try_into().map_err(D::Error::custom)
    }
}

impl FeatureTable {
    /// Takes hashes in rising order with their frequencies; the features' weights are given later.
    pub(crate) fn new(width: usize, records: u32, hashes: impl Iterator<Item = (u32, u32)>) -> Self {
        let features = hashes.map(|(hash, frequency)| Feature { hash, frequency, start: 0, nodes: 0 });
        let features: Vec<Feature> = features.collect();
        let mut buckets = vec![0; (1 << BUCKET_BITS) + 1];
        for feature in &features {
            buckets[bucket(feature.hash) + 1] += 1;
        }
        for bucket in 1..buckets.len() {
            buckets[bucket] += buckets[bucket - 1];
        }
        Self { width, records, features, buckets, ..Self::default() }
    }

    /// Makes room for so many weights.
    pub(crate) fn expect_weights(&mut self, number: usize) {
        self.weights.reserve_exact(number);
    }

    /// Gives the feature at this place so many weights, to be filled in by nodes in rising order below
    /// [`FeatureTable::width`].
    pub(crate) fn give_weights(&mut self, place: usize, number: u16) -> &mut [NodeWeight] {
        let start = self.weights.len();
        self.weights.resize(start + usize::from(number), NodeWeight::default());
        let feature = &mut self.features[place];
        (feature.start, feature.nodes) = (start as u32, number);
        &mut self.weights[start..]
    }

    /// Gives the feature at this place these weights.
    #[cfg(any(test, feature = "train"))]
    pub(crate) fn set_weights(&mut self, place: usize, weights: &[NodeWeight]) {
        self.give_weights(place, weights.len() as u16).copy_from_slice(weights);
    }

    /// How many nodes there are.
    pub(crate) fn width(&self) -> usize {
        self.width
    }

    /// How many records the frequencies are counted over.
    pub(crate) fn records(&self) -> u32 {
        self.records
    }

    /// All features in rising order of their hashes.
    pub(crate) fn features(&self) -> &[Feature] {
        &self.features
    }

    /// The feature's place in the table.
    pub(crate) fn find(&self, hash: u32) -> Option<usize> {
        let bucket = bucket(hash);
        let start = self.buckets[bucket] as usize;
        let features = &self.features[start..self.buckets[bucket + 1] as usize];
        features.iter().position(|feature| feature.hash == hash).map(|place| start + place)
    }

    /// The inverse document frequency of the feature at this place, or of one never seen.
    fn idf(&self, place: Option<usize>) -> f32 {
        let frequency = place.map_or(0, |place| self.features[place].frequency);
        ((1.0 + self.records as f32) / (1.0 + frequency as f32)).ln() + 1.0
    }

    /// A record's known features with their values, and the length of the whole vector. Features never seen count
    /// towards the length, so that a record full of them comes near no class.
    pub(crate) fn weigh(&self, words: &Words) -> (Vec<(usize, f32)>, f32) {
        let mut squares = 0.0;
        let mut known = Vec::new();
        for (hash, count) in count_features(words) {
            let place = self.find(hash);
            let value = (1.0 + (count as f32).ln()) * self.idf(place);
            squares += value * value;
            known.extend(place.map(|place| (place, value)));
        }
        (known, squares.sqrt())
    }

    /// What the feature at this place speaks for or against, by nodes in rising order.
    pub(crate) fn weights(&self, place: usize) -> &[NodeWeight] {
        let Feature { start, nodes, .. } = self.features[place];
        &self.weights[start as usize..start as usize + usize::from(nodes)]
    }
}

fn bucket(hash: u32) -> usize {
    (hash >> (HASH_BITS - BUCKET_BITS)) as usize
}

/// Has the memory of a feature's weights fetched. Done for several features before the weights of any are used, they
/// are fetched side by side.
pub(crate) fn touch(weights: &[NodeWeight]) {
    black_box(weights.first().copied().zip(weights.last().copied()));
}

/// Adds the weights, times the value, to the sums of the nodes. There is a sum for every node that could be told, so that
/// none has to be checked.
pub(crate) fn add_to(sums: &mut [f32; MOST_NODES], weights: &[NodeWeight], value: f32) {
    let worth = worth(value);
    for weight in weights {
        sums[usize::from(weight.node())] += worth[weight.number()];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_feature_adds_its_own_weights() {
        let mut table = FeatureTable::new(12, 9, [(3, 2), (70, 9), (16_000_000, 4)].into_iter());
        let (few, many) = ([(11, 4)], [(0, 1), (5, 2), (11, 14)]);
        let weights = |weights: &[(u16, usize)]| -> Vec<NodeWeight> {
            weights.iter().map(|(node, number)| NodeWeight::new(*node, *number)).collect()
        };
        table.set_weights(0, &weights(&few));
        table.set_weights(2, &weights(&many));
        assert_eq!(table.weights(0), weights(&few));
        assert_eq!(table.weights(1), []);
        assert_eq!(table.weights(2), weights(&many));
        let mut sums = [1.0; MOST_NODES];
        add_to(&mut sums, table.weights(0), 2.0);
        add_to(&mut sums, table.weights(2), 0.5);
        assert_eq!(
            sums[..12].iter().map(f32::to_string).collect::<Vec<_>>(),
            ["-6", "1", "1", "1", "1", "11", "1", "1", "1", "1", "1", "118.5"]
        );
    }

    #[test]
    fn a_feature_is_found_by_its_hash_alone() {
        let table = FeatureTable::new(1, 9, [3, 70, 71, 16_777_215].map(|hash| (hash, 1)).into_iter());
        assert_eq!(
            [3, 70, 71, 16_777_215, 4, 0].map(|hash| table.find(hash)),
            [Some(0), Some(1), Some(2), Some(3), None, None]
        );
    }
}
