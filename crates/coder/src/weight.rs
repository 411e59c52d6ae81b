//! In: how strongly a feature speaks for or against a node, in steps. Out: the nearest of sixteen weights, in two bytes
//! together with the node. Next: `feature_table` keeps them, `packing` makes them small for a file.

use crate::classification::NodeId;
use serde::{Deserialize, Serialize};

/// The sizes that a weight may have, in steps. Each is about 1.4 times the one before.
const SIZES: [i8; 8] = [14, 20, 27, 37, 50, 68, 93, 127];
/// A weight for a node that has fewer steps is left out, and one against it that has fewer than the other: there are
/// many small ones against nodes, and they tell little.
#[cfg(feature = "train")]
const NEGLIGIBLE_FOR: f32 = 10.0;
#[cfg(feature = "train")]
const NEGLIGIBLE_AGAINST: f32 = 18.0;
/// How many weights there are: each size for a node and against it.
pub(crate) const WEIGHTS: usize = 2 * SIZES.len();
/// How many nodes can be told apart.
pub(crate) const MOST_NODES: usize = 1 << (16 - WEIGHTS.ilog2());

/// All weights in steps: a size for a node stands before the same size against it.
const STEPS: [i8; WEIGHTS] = {
    let mut steps = [0; WEIGHTS];
    let mut number = 0;
    while number < WEIGHTS {
        let size = SIZES[number / 2];
        steps[number] = if number % 2 == 0 { size } else { -size };
        number += 1;
    }
    steps
};

/// A node, and the number of the weight that a feature has for it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct NodeWeight(u16);

impl NodeWeight {
    /// Takes a node below [`MOST_NODES`] and a number below [`WEIGHTS`].
    pub(crate) fn new(node: NodeId, number: usize) -> Self {
        debug_assert!(usize::from(node) < MOST_NODES && number < WEIGHTS);
        Self(node * WEIGHTS as u16 + number as u16)
    }

    /// The weight nearest to this many steps; none where it is too small to matter.
    #[cfg(feature = "train")]
    pub(crate) fn nearest(node: NodeId, steps: f32) -> Option<Self> {
        let distance = |number: &usize| (f32::from(SIZES[*number]) / steps.abs()).ln().abs();
        let nearest = (0..SIZES.len()).min_by(|a, b| distance(a).total_cmp(&distance(b)))?;
        let negligible = if steps < 0.0 { NEGLIGIBLE_AGAINST } else { NEGLIGIBLE_FOR };
        (steps.abs() >= negligible).then(|| Self::new(node, 2 * nearest + usize::from(steps < 0.0)))
    }

    pub(crate) fn node(self) -> NodeId {
        self.0 / WEIGHTS as u16
    }

    /// Which of the weights it is.
    pub(crate) fn number(self) -> usize {
        usize::from(self.0) % WEIGHTS
    }

    pub(crate) fn steps(self) -> i8 {
        STEPS[self.number()]
    }
}

/// What each weight adds to a sum if a step is worth this much.
pub(crate) fn worth(step: f32) -> [f32; WEIGHTS] {
    STEPS.map(|steps| step * f32::from(steps))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_and_its_weight_are_told_apart() {
        for (node, number) in [(0, 0), (0, 15), (1_748, 9), (4_095, 15)] {
            let weight = NodeWeight::new(node, number);
            assert_eq!((weight.node(), weight.number()), (node, number));
            assert_eq!(worth(0.5)[number].to_string(), (f32::from(weight.steps()) / 2.0).to_string());
        }
    }

    #[test]
    #[cfg(feature = "train")]
    fn a_weight_becomes_the_nearest_that_can_be_kept() {
        let nearest = |steps| NodeWeight::nearest(7, steps).map(NodeWeight::steps);
        assert_eq!(
            [127.0, -90.0, 16.0, 10.1, -18.1, 9.0, -17.0, 0.0].map(nearest),
            [Some(127), Some(-93), Some(14), Some(14), Some(-20), None, None, None]
        );
    }
}
