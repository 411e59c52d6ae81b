//! In: a hyperplane for each node. Out: what the model knows: few sizes of weights, the smallest left out.
//! Next: `model_file`.

use crate::classification::{Classification, NodeId};
use crate::feature_table::FeatureTable;
use crate::model::{Knowledge, Thresholds};
use crate::predict::SHARES_ALONE;
use crate::spelling::Spelling;
use crate::weight::{MOST_NODES, NodeWeight};

/// So that it hardly counts, where nothing tells how much it should.
const UNLIKELY: f32 = -30.0;

/// About what is found for a large lexicon.
const USUAL_STEEPNESS: [f32; 5] = [4.0; 5];

/// What parts a node from its siblings; empty for an only child.
#[derive(Clone, Debug, Default)]
pub(super) struct Hyperplane {
    /// A feature's place in the vocabulary and its weight.
    pub weights: Vec<(u32, f32)>,
    pub bias: f32,
}

/// Packs the hyperplanes into one table, feature by feature. Of `whole_titles`, each title's feature speaks for its node
/// after that, however little: what the lexicon has is not left out.
pub(super) fn pack(
    classification: &Classification,
    spelling: Spelling,
    vocabulary: FeatureTable,
    hyperplanes: &[Hyperplane],
    whole_titles: impl Iterator<Item = (u32, NodeId)>,
    thresholds: Thresholds,
) -> Knowledge {
    assert!(hyperplanes.len() <= MOST_NODES, "a classification has {MOST_NODES} nodes at most");
    let steps: Vec<f32> = hyperplanes.iter().map(step).collect();
    let mut by_feature: Vec<Vec<NodeWeight>> = vec![Vec::new(); vocabulary.features().len()];
    for (node, (hyperplane, step)) in hyperplanes.iter().zip(&steps).enumerate() {
        for (place, weight) in &hyperplane.weights {
            by_feature[*place as usize].extend(NodeWeight::nearest(node as u16, weight / step));
        }
    }
    for (hash, node) in whole_titles {
        if let Some(place) = vocabulary.find(hash) {
            speak_for(node, &mut by_feature[place]);
        }
    }
    // A feature that no node makes use of stays in the table: that it is known tells its weight in a record.
    let mut features = vocabulary;
    for (place, weights) in by_feature.iter().enumerate() {
        features.set_weights(place, weights);
    }
    Knowledge {
        classification: classification.clone(),
        steepness: USUAL_STEEPNESS,
        combination: SHARES_ALONE,
        none: UNLIKELY,
        thresholds,
        spelling,
        no_occupations: Vec::new(),
        features,
        steps,
        biases: hyperplanes.iter().map(|hyperplane| hyperplane.bias).collect(),
    }
}

/// Gives the node the smallest weight where the feature does not speak for it.
fn speak_for(node: NodeId, weights: &mut Vec<NodeWeight>) {
    match weights.binary_search_by_key(&node, |weight| weight.node()) {
        Ok(place) if weights[place].steps() < 0 => weights[place] = NodeWeight::new(node, 0),
        Ok(_) => {}
        Err(place) => weights.insert(place, NodeWeight::new(node, 0)),
    }
}

/// So that the largest weight is 127 steps.
fn step(hyperplane: &Hyperplane) -> f32 {
    let largest = hyperplane.weights.iter().map(|(_, weight)| weight.abs()).fold(0.0, f32::max);
    if largest > 0.0 { largest / f32::from(i8::MAX) } else { 1.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_speaks_for_its_node_whatever_was_learned() {
        let learned: Vec<NodeWeight> =
            [(3, 9), (5, 8)].map(|(node, number)| NodeWeight::new(node, number)).to_vec();
        for (node, number) in [(3, 0), (4, 0), (5, 8), (9, 0)] {
            let mut weights = learned.clone();
            speak_for(node, &mut weights);
            assert!(weights.contains(&NodeWeight::new(node, number)), "{node}: {weights:?}");
            assert!(weights.is_sorted_by_key(|weight| weight.node()), "{weights:?}");
            assert_eq!(weights.len(), if learned.iter().any(|weight| weight.node() == node) { 2 } else { 3 });
        }
    }
}
