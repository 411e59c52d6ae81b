//! In: a model, and records it has not learned from. Out: how much each level's share and margin counts when paths are
//! weighed against each other. Next: `calibrate` fits what comes of it.
//!
//! A conditional logistic regression: of the paths found for a record, the right one should be the likeliest.

use crate::classification::NodeId;
use crate::model::Knowledge;
use crate::predict::{Evidence, SHARES_ALONE, log_softmax, weigh};
use occuform_api::JobText;

const STEPS: usize = 1_000;
/// How far a step goes against the mean gradient of a record.
const RATE: f32 = 0.5;
/// How many records it takes to move away from [`SHARES_ALONE`].
const RIDGE: f32 = 4.0;

/// The evidence for each path of a record, and which path is right.
type Case = (Vec<Evidence>, usize);

/// Records whose right path is not among those found do not count.
pub(super) fn fit(knowledge: &Knowledge, records: &[(&JobText, [NodeId; 5])]) -> Evidence {
    let cases = records.iter().filter_map(|(text, path)| {
        let paths = knowledge.paths(&knowledge.margins(text));
        let right = paths.iter().position(|found| found.node == path[4])?;
        Some((paths.iter().map(|path| path.evidence).collect(), right))
    });
    let cases: Vec<Case> = cases.collect();
    let mut combination = SHARES_ALONE;
    for _ in 0..STEPS {
        let gradient = gradient(&cases, &combination);
        for (counts, slope) in combination.iter_mut().zip(gradient) {
            *counts -= RATE / cases.len().max(1) as f32 * slope;
        }
    }
    combination
}

/// Of the loss: how much more evidence the paths have in the mean than the right ones.
fn gradient(cases: &[Case], combination: &Evidence) -> Evidence {
    let mut gradient = Evidence::default();
    for ((slope, counts), start) in gradient.iter_mut().zip(combination).zip(SHARES_ALONE) {
        *slope = RIDGE * (counts - start);
    }
    for (paths, right) in cases {
        let scores: Vec<f32> = paths.iter().map(|evidence| weigh(evidence, combination)).collect();
        for (number, (evidence, likely)) in paths.iter().zip(log_softmax(&scores, 1.0)).enumerate() {
            let error = likely.exp() - if number == *right { 1.0 } else { 0.0 };
            for (slope, part) in gradient.iter_mut().zip(evidence) {
                *slope += error * part;
            }
        }
    }
    gradient
}
