//! In: a feature table. Out: the same in a form that takes few bytes in a file, and back. What rises is kept as the
//! gaps between neighbours, which are small and take a byte each in postcard's encoding.

use crate::model::FeatureTable;
use serde::{Deserialize, Serialize};

/// A feature table as it stands in a file.
#[derive(Serialize, Deserialize)]
pub(crate) struct PackedFeatures {
    records: u32,
    hash_gaps: Vec<u32>,
    frequencies: Vec<u32>,
    /// How many weights each feature has.
    counts: Vec<u16>,
    /// Starting anew with each feature.
    node_gaps: Vec<u16>,
    weights: Vec<i8>,
}

impl From<FeatureTable> for PackedFeatures {
    fn from(table: FeatureTable) -> Self {
        let counts = (0..table.ends.len()).map(|place| table.range(place).len() as u16).collect();
        let node_gaps =
            (0..table.ends.len()).flat_map(|place| gaps(&table.nodes[table.range(place)])).collect();
        Self {
            records: table.records,
            hash_gaps: gaps(&table.hashes),
            frequencies: table.frequencies,
            counts,
            node_gaps,
            weights: table.weights,
        }
    }
}

impl TryFrom<PackedFeatures> for FeatureTable {
    type Error = &'static str;

    fn try_from(packed: PackedFeatures) -> Result<Self, Self::Error> {
        let features = packed.hash_gaps.len();
        let weights = packed.weights.len();
        let total: usize = packed.counts.iter().map(|count| usize::from(*count)).sum();
        if packed.frequencies.len() != features || packed.counts.len() != features {
            return Err("the features' columns differ in length");
        }
        if packed.node_gaps.len() != weights || total != weights {
            return Err("the weights' columns differ in length");
        }
        let mut ends = Vec::with_capacity(features);
        let mut nodes = packed.node_gaps;
        let mut end = 0;
        for count in packed.counts {
            let start = end;
            end += usize::from(count);
            sum_up(&mut nodes[start..end], u16::checked_add)?;
            ends.push(end as u32);
        }
        let mut hashes = packed.hash_gaps;
        sum_up(&mut hashes, u32::checked_add)?;
        let (records, frequencies) = (packed.records, packed.frequencies);
        Ok(Self { records, hashes, frequencies, ends, nodes, weights: packed.weights })
    }
}

fn gaps<T: Copy + Default + std::ops::Sub<Output = T>>(rising: &[T]) -> Vec<T> {
    let before = std::iter::once(T::default()).chain(rising.iter().copied());
    rising.iter().zip(before).map(|(value, before)| *value - before).collect()
}

/// The reverse of [`gaps`], in place.
fn sum_up<T: Copy + Default>(gaps: &mut [T], add: impl Fn(T, T) -> Option<T>) -> Result<(), &'static str> {
    let mut sum = T::default();
    for value in gaps {
        sum = add(sum, *value).ok_or("the gaps add up to too much")?;
        *value = sum;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> FeatureTable {
        FeatureTable {
            records: 9,
            hashes: vec![3, 70, 16_000_000],
            frequencies: vec![2, 9, 4],
            ends: vec![2, 2, 5],
            nodes: vec![0, 1748, 5, 6, 700],
            weights: vec![-127, 3, 1, 127, -1],
        }
    }

    #[test]
    fn a_table_survives_packing() {
        assert_eq!(FeatureTable::try_from(PackedFeatures::from(table())), Ok(table()));
    }

    #[test]
    fn columns_that_do_not_fit_are_refused() {
        for damage in [
            (|packed| packed.frequencies.push(1)) as fn(&mut PackedFeatures),
            |packed| packed.counts[0] += 1,
            |packed| packed.node_gaps.push(1),
            |packed| packed.node_gaps[1] = u16::MAX,
            |packed| packed.hash_gaps[2] = u32::MAX,
        ] {
            let mut packed = PackedFeatures::from(table());
            packed.node_gaps[0] = 1;
            damage(&mut packed);
            assert!(FeatureTable::try_from(packed).is_err());
        }
    }
}
