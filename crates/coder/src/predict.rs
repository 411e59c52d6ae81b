//! In: a [`JobText`]. Out: the codes that fit it, best first, each with its probability.
//! Next: `coding` decides which of them are trusted.

use crate::classification::{NodeId, level_of};
use crate::model::{Knowledge, Model};
use occuform_api::{JobText, MAX_SUGGESTIONS, Suggestion};
use std::ops::Range;

/// How many paths are followed from level to level.
const BEAM_WIDTH: usize = 32;

/// The end of a path down the tree and the logarithm of its probability.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Path {
    pub node: NodeId,
    pub log_probability: f32,
}

impl Model {
    /// The [`MAX_SUGGESTIONS`] best codes, trusted or not.
    pub fn rank(&self, text: &JobText) -> Vec<Suggestion> {
        self.knowledge.rank(text)
    }
}

impl Knowledge {
    pub(crate) fn rank(&self, text: &JobText) -> Vec<Suggestion> {
        let best = self.best_paths(text).into_iter().take(usize::from(MAX_SUGGESTIONS));
        best.map(|path| self.suggestion(path)).collect()
    }

    fn suggestion(&self, path: Path) -> Suggestion {
        let node = self.classification.node(path.node);
        Suggestion {
            code_category: node.code.clone(),
            code_label: node.title.clone(),
            code_confidence: self.confidence_in(path),
        }
    }

    /// How likely the path's code is the right one.
    pub(crate) fn confidence_in(&self, path: Path) -> f64 {
        f64::from(self.confidence.apply_to_logit(logit(path.log_probability.exp())))
    }

    /// Beam search from the top of the tree to its leaves.
    pub(crate) fn best_paths(&self, text: &JobText) -> Vec<Path> {
        let margins = self.margins(text);
        let mut beam = vec![None];
        let mut finished = Vec::new();
        while !beam.is_empty() {
            let mut longer = Vec::new();
            for path in beam {
                let children = self.classification.children(path.map(|path: Path| path.node));
                match path {
                    Some(path) if children.is_empty() => finished.push(path),
                    _ => longer.extend(self.step(
                        &margins,
                        path.map_or(0.0, |path| path.log_probability),
                        children,
                    )),
                }
            }
            longer.sort_by(|a, b| b.log_probability.total_cmp(&a.log_probability).then(a.node.cmp(&b.node)));
            longer.truncate(BEAM_WIDTH);
            beam = longer.into_iter().map(Some).collect();
        }
        finished
    }

    /// One step down: the probability is shared out among the children by their margins.
    fn step(
        &self,
        margins: &[f32],
        log_probability: f32,
        children: Range<NodeId>,
    ) -> impl Iterator<Item = Path> {
        let level = children.clone().next().and_then(|id| level_of(&self.classification.node(id).code));
        let steepness = level.map_or(1.0, |level| self.steepness[level]);
        let shares = log_softmax(&margins[usize::from(children.start)..usize::from(children.end)], steepness);
        children.zip(shares).map(move |(node, share)| Path { node, log_probability: log_probability + share })
    }

    /// How far each node's classifier puts the record on its own side.
    pub(crate) fn margins(&self, text: &JobText) -> Vec<f32> {
        let (known, norm) = self.features.weigh(text.title(), text.tasks());
        let mut sums = vec![0.0_f32; self.steps.len()];
        for (place, value) in known {
            for (node, weight) in self.features.weights_at(place) {
                sums[usize::from(node)] += value * f32::from(weight);
            }
        }
        let scale = if norm > 0.0 { 1.0 / norm } else { 0.0 };
        sums.iter()
            .zip(&self.steps)
            .zip(&self.biases)
            .map(|((sum, step), bias)| sum * scale * step + bias)
            .collect()
    }
}

/// The logarithm of the odds, kept finite.
pub(crate) fn logit(probability: f32) -> f32 {
    let probability = probability.clamp(1e-6, 1.0 - 1e-6);
    (probability / (1.0 - probability)).ln()
}

/// The logarithms of each margin's share.
pub(crate) fn log_softmax(margins: &[f32], steepness: f32) -> Vec<f32> {
    let highest = margins.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let sum: f32 = margins.iter().map(|margin| (steepness * (margin - highest)).exp()).sum();
    margins.iter().map(|margin| steepness * (margin - highest) - sum.ln()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_sum_to_one_and_keep_the_order_of_the_margins() {
        let shares: Vec<f32> = log_softmax(&[-1.0, 0.5, 0.25], 3.0).into_iter().map(f32::exp).collect();
        assert!((shares.iter().sum::<f32>() - 1.0).abs() < 1e-6);
        assert!(shares[1] > shares[2] && shares[2] > shares[0]);
    }

    #[test]
    fn an_only_child_takes_all() {
        assert_eq!(log_softmax(&[-0.7], 3.0), [0.0]);
    }
}
