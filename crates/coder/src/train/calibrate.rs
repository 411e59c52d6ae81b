//! In: a model and records it has not learned from. Out: the same model, its confidence fitted to how often it is
//! right on such records. First, for each level, how steeply margins become shares; then, in `combine`, how much
//! each level's share and margin counts, which gives each path its probability; at last what is trusted.

use super::combine;
use super::samples::path_to;
use crate::classification::{Classification, NodeId};
use crate::coding::confidence_in_list;
use crate::evaluation::{KnownRecord, gibberish};
use crate::lexicon::Lexicon;
use crate::model::Knowledge;
use crate::predict::{Ranked, log_softmax};
use occuform_api::JobText;

/// Bounds of the search, as natural logarithms of the steepness.
const LOWEST: f32 = -2.0;
const HIGHEST: f32 = 4.0;
const HALVINGS: usize = 24;
/// Not the strings that an evaluation tries.
const GIBBERISH_SEED: u64 = 2;
/// How many of the strings the combination is fitted to.
const GIBBERISH_COMBINED: usize = 100;
/// So that some thousand titles of a large lexicon are left.
const TITLES_COMBINED: usize = 20;
/// How many of the strings may get a list.
const GIBBERISH_LISTED: usize = 30;
/// What share of the codes given without a person should lie in the right unit group.
const RIGHT_UNIT_GROUPS: f64 = 0.9;

/// A choice among siblings: their margins, and which is right.
type Choice = (Vec<f32>, usize);

/// The paths that a record's coding found, best first, and the node that is right.
type Coded = (Vec<Ranked>, NodeId);

/// Fits both, and raises the threshold of a list until gibberish gets none. Without records all stays as it is,
/// and records with a code that is not in the classification do not count.
pub(super) fn calibrate(knowledge: &mut Knowledge, records: &[KnownRecord], lexicon: &Lexicon) {
    let known = records.iter().filter_map(|record| {
        path_to(&knowledge.classification, &record.code).map(|path| (&record.text, path))
    });
    let known: Vec<(&JobText, [NodeId; 5])> = known.collect();
    if known.is_empty() {
        return;
    }
    fit_steepness(knowledge, &known);
    combine::fit(knowledge, &known, &of_no_occupation(&lexicon.no_occupations));
    let titles = some_titles(&knowledge.classification, lexicon);
    combine::fit_whole_title(knowledge, &titles.iter().map(|(text, path)| (text, *path)).collect::<Vec<_>>());
    let coded: Vec<Coded> = known.iter().map(|(text, path)| (knowledge.best_paths(text), path[4])).collect();
    raise_list_threshold(knowledge);
    fit_category_threshold(knowledge, &coded);
}

/// Of the titles that belong to one occupation alone, one in [`TITLES_COMBINED`].
fn some_titles(classification: &Classification, lexicon: &Lexicon) -> Vec<(JobText, [NodeId; 5])> {
    let titles = lexicon.occupations.iter().flat_map(|occupation| {
        let own = occupation.titles.iter().filter(|phrase| !phrase.shared);
        own.map(|phrase| (JobText::new(&phrase.text, ""), path_to(classification, &occupation.code)))
    });
    titles.step_by(TITLES_COMBINED).filter_map(|(text, path)| Some((text.ok()?, path?))).collect()
}

/// Texts that are no occupation, and some random letters.
fn of_no_occupation(no_occupations: &[String]) -> Vec<JobText> {
    let phrases = no_occupations.iter().filter_map(|phrase| JobText::new(phrase, "").ok());
    phrases.chain(gibberish(GIBBERISH_SEED).take(GIBBERISH_COMBINED)).collect()
}

/// So high that of strings of random letters only [`GIBBERISH_LISTED`] in [`crate::evaluation::GIBBERISH`] get a list.
fn raise_list_threshold(knowledge: &mut Knowledge) {
    let lists = gibberish(GIBBERISH_SEED).map(|text| confidence_in_list(&knowledge.rank(&text)));
    let mut sums: Vec<f64> = lists.collect();
    sums.sort_by(f64::total_cmp);
    if let Some(sum) = sums.iter().rev().nth(GIBBERISH_LISTED) {
        knowledge.thresholds.list = knowledge.thresholds.list.max(*sum as f32);
    }
}

/// Least log loss a level, by golden-section search. A level without choices keeps its steepness.
fn fit_steepness(knowledge: &mut Knowledge, records: &[(&JobText, [NodeId; 5])]) {
    let mut choices: [Vec<Choice>; 5] = Default::default();
    for (text, path) in records {
        collect(knowledge, *path, &knowledge.margins(text), &mut choices);
    }
    for (steepness, choices) in knowledge.steepness.iter_mut().zip(choices) {
        if !choices.is_empty() {
            *steepness = least_loss(&choices);
        }
    }
}

/// The choices on the way from the top of the tree to the right occupation.
fn collect(knowledge: &Knowledge, path: [NodeId; 5], margins: &[f32], choices: &mut [Vec<Choice>; 5]) {
    let mut parent = None;
    for (node, choices) in path.into_iter().zip(choices) {
        let children = knowledge.classification.children(parent);
        if children.len() > 1 {
            let siblings = children.iter().map(|child| margins[usize::from(*child)]).collect();
            choices.push((siblings, children.partition_point(|child| *child < node)));
        }
        parent = Some(node);
    }
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
    choices.iter().map(|(margins, right)| -log_softmax(margins, steepness)[*right]).sum()
}

/// So low that of the records accepted just [`RIGHT_UNIT_GROUPS`] lie in the right unit group.
fn fit_category_threshold(knowledge: &mut Knowledge, coded: &[Coded]) {
    let unit_group = |node| &knowledge.classification.node(node).code[..4];
    let outcome = |(paths, right): &Coded| {
        let best = *paths.first()?;
        Some((f64::from(best.1.exp()), unit_group(best.0.node) == unit_group(*right)))
    };
    let mut outcomes: Vec<(f64, bool)> = coded.iter().filter_map(outcome).collect();
    outcomes.sort_by(|a, b| b.0.total_cmp(&a.0));
    let (mut right, mut lowest) = (0, None);
    for (accepted, (confidence, is_right)) in outcomes.iter().enumerate() {
        right += usize::from(*is_right);
        if right as f64 >= RIGHT_UNIT_GROUPS * (accepted + 1) as f64 {
            lowest = Some(*confidence as f32);
        }
    }
    if let Some(lowest) = lowest {
        knowledge.thresholds.category = lowest;
    }
}
