//! In: a model of the first round and records it has not seen. Out: for each level, how steeply margins are to be
//! turned into probabilities, so that the probabilities are as good as they can be on such records.

use super::samples::Sample;
use crate::model::Knowledge;
use crate::predict::log_softmax;
use rayon::prelude::*;

/// Bounds of the search, as natural logarithms of the steepness.
const LOWEST: f32 = -2.0;
const HIGHEST: f32 = 4.0;
const HALVINGS: usize = 24;

/// A choice among siblings: their margins, and which is right.
type Choice = (Vec<f32>, usize);

/// Least log loss a level, by golden-section search. A level without choices keeps steepness 1.
pub(super) fn fit(knowledge: &Knowledge, held_out: &[Sample]) -> [f32; 5] {
    let margins: Vec<Vec<f32>> = held_out
        .par_iter()
        .map(|sample| knowledge.margins(&sample.title, &sample.tasks))
        .collect();
    let mut choices: [Vec<Choice>; 5] = Default::default();
    for (sample, margins) in held_out.iter().zip(&margins) {
        let mut parent = None;
        for (level, node) in sample.path.into_iter().enumerate() {
            let children = knowledge.classification.children(parent);
            if children.len() > 1 {
                let siblings = margins[usize::from(children.start)..usize::from(children.end)].to_vec();
                choices[level].push((siblings, usize::from(node - children.start)));
            }
            parent = Some(node);
        }
    }
    choices.map(|choices| {
        if choices.is_empty() {
            1.0
        } else {
            least_loss(&choices)
        }
    })
}

fn least_loss(choices: &[Choice]) -> f32 {
    let golden = (5.0_f32.sqrt() - 1.0) / 2.0;
    let (mut low, mut high) = (LOWEST, HIGHEST);
    for _ in 0..HALVINGS {
        let left = high - golden * (high - low);
        let right = low + golden * (high - low);
        if log_loss(choices, left.exp()) < log_loss(choices, right.exp()) {
            high = right;
        } else {
            low = left;
        }
    }
    f32::midpoint(low, high).exp()
}

fn log_loss(choices: &[Choice], steepness: f32) -> f32 {
    choices
        .iter()
        .map(|(margins, right)| -log_softmax(margins, steepness)[*right])
        .sum()
}
