//! In: records. Out: their features as weighted vectors of length one. Next: `svm`.

use super::samples::Sample;
use crate::features::count_features;
use crate::model::FeatureTable;
use std::collections::BTreeMap;

/// The features that stand in at least `min_records` records, none with weights yet.
pub(super) fn vocabulary(samples: &[Sample], min_records: u32) -> FeatureTable {
    let mut frequencies: BTreeMap<u32, u32> = BTreeMap::new();
    for sample in samples {
        for (hash, _) in count_features(&sample.title, &sample.tasks) {
            *frequencies.entry(hash).or_default() += 1;
        }
    }
    frequencies.retain(|_, frequency| *frequency >= min_records);
    FeatureTable {
        records: samples.len() as u32,
        hashes: frequencies.keys().copied().collect(),
        frequencies: frequencies.into_values().collect(),
        ..FeatureTable::default()
    }
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
        let mut vectors =
            Self { ends: Vec::new(), places: Vec::new(), values: Vec::new(), width: vocabulary.hashes.len() };
        for sample in samples {
            let (known, norm) = vocabulary.weigh(&sample.title, &sample.tasks);
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
