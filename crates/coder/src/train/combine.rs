//! In: a model, records it has not learned from, and texts that are no occupation. Out: the same model, which knows how
//! much each level's share and margin counts when paths are weighed against each other, and against none of them. Next: `calibrate` fits what comes of it.
//!
//! A conditional logistic regression: of the paths found for a record and none of them, the right one should be the
//! likeliest.

use crate::classification::NodeId;
use crate::model::Knowledge;
use crate::predict::{Evidence, SHARES_ALONE, log_softmax, weigh};
use occuform_api::JobText;

const STEPS: usize = 1_000;
/// How far a step goes against the mean gradient of a record.
const RATE: f32 = 0.5;
/// How many records it takes to move away from [`SHARES_ALONE`].
const RIDGE: f32 = 4.0;

/// The evidence for each path of a record, and which path is right; past the last, none of them.
type Case = (Vec<Evidence>, usize);

/// Records whose right path is not among those found do not count.
pub(super) fn fit(
    knowledge: &mut Knowledge,
    records: &[(&JobText, [NodeId; 5])],
    of_no_occupation: &[JobText],
) {
    let evidence = |text: &JobText| -> Vec<(NodeId, Evidence)> {
        let paths = knowledge.paths(&knowledge.margins(text));
        paths.into_iter().map(|path| (path.node, path.evidence)).collect()
    };
    let case =
        |paths: Vec<(NodeId, Evidence)>, right| (paths.into_iter().map(|path| path.1).collect(), right);
    let coded = records.iter().filter_map(|(text, path)| {
        let paths = evidence(text);
        let right = paths.iter().position(|(node, _)| *node == path[4])?;
        Some(case(paths, right))
    });
    let not_coded = of_no_occupation.iter().map(|text| {
        let paths = evidence(text);
        let none = paths.len();
        case(paths, none)
    });
    let cases: Vec<Case> = coded.chain(not_coded).collect();
    let rate = RATE / cases.len().max(1) as f32;
    for _ in 0..STEPS {
        let (by_combination, by_none) = gradient(&cases, &knowledge.combination, knowledge.none);
        for (counts, slope) in knowledge.combination.iter_mut().zip(by_combination) {
            *counts -= rate * slope;
        }
        knowledge.none -= rate * by_none;
    }
}

/// Of the loss: how much more evidence the paths have in the mean than the right ones, and how much likelier than it
/// should be that there is none.
fn gradient(cases: &[Case], combination: &Evidence, none: f32) -> (Evidence, f32) {
    let mut by_combination = Evidence::default();
    for ((slope, counts), start) in by_combination.iter_mut().zip(combination).zip(SHARES_ALONE) {
        *slope = RIDGE * (counts - start);
    }
    let mut by_none = 0.0;
    for (paths, right) in cases {
        let scores = paths.iter().map(|evidence| weigh(evidence, combination)).chain([none]);
        let likely = log_softmax(&scores.collect::<Vec<_>>(), 1.0);
        let errors = likely.into_iter().enumerate().map(|(number, likely)| {
            let right = if number == *right { 1.0 } else { 0.0 };
            likely.exp() - right
        });
        let errors: Vec<f32> = errors.collect();
        for (evidence, error) in paths.iter().zip(&errors) {
            for (slope, part) in by_combination.iter_mut().zip(evidence) {
                *slope += error * part;
            }
        }
        by_none += errors[paths.len()];
    }
    (by_combination, by_none)
}
