//! In: records. Out: their features as weighted vectors of length one. Next: `svm`.

use super::TrainingSettings;
use super::samples::Sample;
use crate::feature_table::FeatureTable;
use crate::features::{count_features, is_pair_of_words};
use std::collections::BTreeMap;

/// The features that stand in enough records, none with weights yet.
pub(super) fn vocabulary(nodes: usize, samples: &[Sample], settings: &TrainingSettings) -> FeatureTable {
    let mut frequencies: BTreeMap<u32, u32> = BTreeMap::new();
    for sample in samples {
        for (hash, _) in count_features(&sample.words()) {
            *frequencies.entry(hash).or_default() += 1;
        }
    }
    frequencies.retain(|hash, frequency| {
        let needed =
            if is_pair_of_words(*hash) { settings.min_records_of_pairs } else { settings.min_records };
        *frequency >= needed
    });
    FeatureTable::new(nodes, samples.len() as u32, frequencies.into_iter())
}

/// Sparse rows, all in one piece of memory.
pub(super) struct Vectors {
    ends: Vec<usize>,
    places: Vec<u32>,
    values: Vec<f32>,
    /// How many features there are.
    pub width: usize,
}

impl Vectors {
    /// Weighs the samples' features as prediction does.
    pub(super) fn new(samples: &[Sample], vocabulary: &FeatureTable) -> Self {
        let mut vectors = Self {
            ends: Vec::new(),
            places: Vec::new(),
            values: Vec::new(),
            width: vocabulary.features().len(),
        };
        for sample in samples {
            let (known, norm) = vocabulary.weigh(&sample.words());
            for (place, value) in known {
                vectors.places.push(place as u32);
                vectors.values.push(value / norm);
            }
            vectors.ends.push(vectors.values.len());
        }
        vectors
    }

    /// A record's features and their values.
    pub(super) fn row(&self, sample: usize) -> (&[u32], &[f32]) {
        let start = if sample == 0 { 0 } else { self.ends[sample - 1] };
        let range = start..self.ends[sample];
        (&self.places[range.clone()], &self.values[range])
    }
}
