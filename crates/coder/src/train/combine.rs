//! In: a model, records it has not learned from, titles it has, and texts that are no occupation. Out: the same model, which
//! knows how much each level's share and margin counts when paths are weighed against each other, and against none of
//! them, and how much a title that it knows as a whole. Next: `calibrate` fits what comes of it.
//!
//! A conditional logistic regression: of the paths found for a record and none of them, the right one should be the
//! likeliest.

use crate::classification::NodeId;
use crate::model::Knowledge;
use crate::predict::{Evidence, SHARES_ALONE, WHOLE_TITLE, log_softmax, weigh};
use occuform_api::JobText;

const STEPS: usize = 1_000;
/// How far a step goes against the mean gradient of a record.
const RATE: f32 = 0.5;
/// How many records it takes to move away from [`SHARES_ALONE`].
const RIDGE: f32 = 4.0;

/// The evidence for each path of a record, and which path is right; past the last, none of them.
type Case = (Vec<Evidence>, usize);

/// Fits all but what a whole title counts: of the records, none is a title of the lexicon.
pub(super) fn fit(
    knowledge: &mut Knowledge,
    records: &[(&JobText, [NodeId; 5])],
    of_no_occupation: &[JobText],
) {
    let not_coded = of_no_occupation.iter().map(|text| {
        let paths = evidence(knowledge, text);
        let none = paths.len();
        case(paths, none)
    });
    let cases: Vec<Case> = cases(knowledge, records).chain(not_coded).collect();
    let rate = RATE / cases.len().max(1) as f32;
    for _ in 0..STEPS {
        let (by_combination, by_none) = gradient(&cases, &knowledge.combination, knowledge.none);
        for (counts, slope) in knowledge.combination[..WHOLE_TITLE].iter_mut().zip(by_combination) {
            *counts -= rate * slope;
        }
        knowledge.none -= rate * by_none;
    }
}

/// Fits what a whole title counts, on some of the lexicon's own.
pub(super) fn fit_whole_title(knowledge: &mut Knowledge, titles: &[(&JobText, [NodeId; 5])]) {
    let cases: Vec<Case> = cases(knowledge, titles).collect();
    let rate = RATE / cases.len().max(1) as f32;
    for _ in 0..STEPS {
        let (by_combination, _) = errors(&cases, &knowledge.combination, knowledge.none);
        knowledge.combination[WHOLE_TITLE] -= rate * by_combination[WHOLE_TITLE];
    }
}

/// Records whose right path is not among those found do not count.
fn cases(knowledge: &Knowledge, records: &[(&JobText, [NodeId; 5])]) -> impl Iterator<Item = Case> {
    records.iter().filter_map(|(text, path)| {
        let paths = evidence(knowledge, text);
        let right = paths.iter().position(|(node, _)| *node == path[4])?;
        Some(case(paths, right))
    })
}

fn evidence(knowledge: &Knowledge, text: &JobText) -> Vec<(NodeId, Evidence)> {
    knowledge.paths(text).into_iter().map(|path| (path.node, path.evidence)).collect()
}

fn case(paths: Vec<(NodeId, Evidence)>, right: usize) -> Case {
    (paths.into_iter().map(|path| path.1).collect(), right)
}

/// Of the loss, with what it takes to move away from [`SHARES_ALONE`].
fn gradient(cases: &[Case], combination: &Evidence, none: f32) -> (Evidence, f32) {
    let (mut by_combination, by_none) = errors(cases, combination, none);
    for ((slope, counts), start) in by_combination.iter_mut().zip(combination).zip(SHARES_ALONE) {
        *slope += RIDGE * (counts - start);
    }
    (by_combination, by_none)
}

/// How much more evidence the paths have in the mean than the right ones, and how much likelier than it should be that
/// there is none.
fn errors(cases: &[Case], combination: &Evidence, none: f32) -> (Evidence, f32) {
    let mut by_combination = Evidence::default();
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::samples::path_to;
    use crate::train::trained_on;

    /// "mechanic" alone is the first one's, but most titles with the word are not.
    const MECHANICS: &str = "3 T\n35 A\n351 A\n3511 L\n351131 Automotive Technician\ntitles:\n  mechanic\n  car fixer\n\
        tasks:\n  servicing cars\n3514 H\n351431 Farm Mechanic\ntitles:\n  tractor mechanic\n  baler mechanic\n\
        tasks:\n  repairing tractors\n351433 Diesel Mechanic\ntitles:\n  truck mechanic\n  bus mechanic\n  \
        heavy mechanic\ntasks:\n  repairing trucks\n";

    #[test]
    fn a_title_that_is_known_as_a_whole_counts_where_it_stands_alone() {
        let mut knowledge = trained_on(MECHANICS).knowledge;
        let [alone, with_tasks] =
            ["", "repairing tractors"].map(|tasks| JobText::new("mechanic", tasks).unwrap());
        let path = path_to(&knowledge.classification, "351131").unwrap();
        let likely = |knowledge: &Knowledge, text| {
            let of_path = knowledge.best_paths(text).into_iter().find(|(found, _)| found.node == path[4]);
            of_path.unwrap().1.exp()
        };
        let before = [&alone, &with_tasks].map(|text| likely(&knowledge, text));

        fit_whole_title(&mut knowledge, &[(&alone, path); 50]);
        let after = [&alone, &with_tasks].map(|text| likely(&knowledge, text));
        assert!(after[0] > before[0] + 0.1, "{before:?} {after:?}");
        assert_eq!(after[1].to_string(), before[1].to_string());
    }

    #[test]
    fn a_title_that_is_known_to_be_no_occupation_speaks_for_none_where_it_stands_alone() {
        let mut knowledge = trained_on(MECHANICS).knowledge;
        let likely = |knowledge: &Knowledge, tasks| {
            let text = JobText::new("Retired mechanic", tasks).unwrap();
            knowledge.best_paths(&text).iter().map(|path| path.1.exp()).sum::<f32>()
        };
        let before = ["", "repairing tractors"].map(|tasks| likely(&knowledge, tasks));
        knowledge.combination[WHOLE_TITLE] = 4.0 - knowledge.none;
        knowledge.no_occupations = vec!["retired mechanic".to_owned()];
        let after = ["", "repairing tractors"].map(|tasks| likely(&knowledge, tasks));
        assert!(after[0] < before[0] / 2.0, "{before:?} {after:?}");
        assert_eq!(after[1].to_string(), before[1].to_string());
    }
}
