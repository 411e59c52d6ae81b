//! In: a [`JobText`]. Out: the codes that fit it, best first, each with its probability.
//! Next: `coding` decides which of them are trusted.

use crate::classification::{LEVELS, NodeId};
use crate::feature_table::{add_to, touch};
use crate::features::{Namespace, Words, hash};
use crate::model::{Knowledge, Model};
use crate::weight::{MOST_NODES, NodeWeight};
use occuform_api::{JobText, MAX_SUGGESTIONS, Suggestion};

/// How many paths are followed from level to level.
const BEAM_WIDTH: usize = 32;

/// How likely an occupation is at least, as a share of what the likeliest is, when both are in a unit group. Where the
/// words leave no doubt, what few letters they share with others says less than that: after "Barista" comes
/// "Bar Attendant", not "Barrister".
const IN_UNIT_GROUP: f32 = 1e-4;
/// The same in a minor group.
const IN_MINOR_GROUP: f32 = 2e-5;

/// What speaks for a path: the logarithm of each step's share, then each step's margin, then 1 where the title is all
/// there is and speaks as a whole for the end of the path.
pub(crate) type Evidence = [f32; 11];
pub(crate) const WHOLE_TITLE: usize = 2 * LEVELS.len();

/// Takes the shares as they are and lets all else be.
#[cfg(feature = "train")]
pub(crate) const SHARES_ALONE: Evidence = [1.0, 1.0, 1.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0];

/// A path down the tree to one of its leaves.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Path {
    pub node: NodeId,
    pub evidence: Evidence,
}

/// One step of a path down the tree.
#[derive(Clone, Copy)]
struct Step {
    node: NodeId,
    level: u8,
    /// Whether the title as a whole speaks for it.
    by_whole_title: bool,
    /// Where the step before it stands, if there is one.
    before: u32,
    /// Logarithm of its share of what its parent has.
    share: f32,
    /// Logarithm of the product of the shares so far: which paths are followed.
    log_share: f32,
}

/// A path, and the logarithm of its probability.
pub(crate) type Ranked = (Path, f32);

impl Model {
    /// The [`MAX_SUGGESTIONS`] best codes, trusted or not.
    pub fn rank(&self, text: &JobText) -> Vec<Suggestion> {
        self.knowledge.rank(text)
    }
}

impl Knowledge {
    pub(crate) fn rank(&self, text: &JobText) -> Vec<Suggestion> {
        let found = self.best_paths(text).into_iter().map(|(path, likely)| (path.node, likely.exp()));
        let ranked = self.with_neighbours(found.collect());
        ranked
            .into_iter()
            .take(usize::from(MAX_SUGGESTIONS))
            .map(|occupation| self.suggestion(occupation))
            .collect()
    }

    /// The same, and the occupations around the likeliest: see [`IN_UNIT_GROUP`].
    fn with_neighbours(&self, mut ranked: Vec<(NodeId, f32)>) -> Vec<(NodeId, f32)> {
        let Some((best, likeliest)) = ranked.first().copied() else { return ranked };
        let code = self.classification.node(best).code.as_str();
        let [unit_group, minor_group] = [&code[..LEVELS[3]], &code[..LEVELS[2]]];
        for neighbour in self.classification.occupations_in(minor_group) {
            let in_unit_group = self.classification.node(neighbour).code.starts_with(unit_group);
            let least = likeliest * if in_unit_group { IN_UNIT_GROUP } else { IN_MINOR_GROUP };
            match ranked.iter_mut().find(|(found, _)| *found == neighbour) {
                Some((_, likely)) => *likely = likely.max(least),
                None => ranked.push((neighbour, least)),
            }
        }
        ranked.sort_by(|(a, likely_a), (b, likely_b)| likely_b.total_cmp(likely_a).then(a.cmp(b)));
        ranked
    }

    fn suggestion(&self, (node, likely): (NodeId, f32)) -> Suggestion {
        let node = self.classification.node(node);
        Suggestion {
            code_category: node.code.clone(),
            code_label: node.title.clone(),
            code_confidence: f64::from(likely),
        }
    }

    /// The paths found, the likeliest first: the evidence of each is weighed against that of the others,
    /// and against there being no occupation.
    pub(crate) fn best_paths(&self, text: &JobText) -> Vec<Ranked> {
        let words = self.words(text);
        let paths = self.paths_of(&words);
        let scores = paths.iter().map(|path| weigh(&path.evidence, &self.combination));
        let scores: Vec<f32> = scores.chain([self.none_of(&words)]).collect();
        let mut ranked: Vec<Ranked> = paths.into_iter().zip(log_softmax(&scores, 1.0)).collect();
        ranked.sort_by(|(a, likely_a), (b, likely_b)| likely_b.total_cmp(likely_a).then(a.node.cmp(&b.node)));
        ranked
    }

    /// The paths that fit a record, in no order.
    #[cfg(feature = "train")]
    pub(crate) fn paths(&self, text: &JobText) -> Vec<Path> {
        self.paths_of(&self.words(text))
    }

    fn paths_of(&self, words: &Words) -> Vec<Path> {
        self.beam_search(&self.margins_of(words), &self.nodes_of_title(words))
    }

    /// How much speaks for no path at all.
    fn none_of(&self, words: &Words) -> f32 {
        let title = words.title_alone();
        let by_whole_title = title.is_some_and(|title| self.no_occupations.binary_search(&title).is_ok());
        if by_whole_title { self.none + self.combination[WHOLE_TITLE] } else { self.none }
    }

    /// The nodes that the title speaks for as a whole, which are those that the lexicon has it for. With tasks beside it,
    /// it is not all that was said.
    fn nodes_of_title(&self, words: &Words) -> Vec<NodeId> {
        let title = words.title_alone();
        let place = title.and_then(|title| self.features.find(hash(Namespace::WholeTitle, &title)));
        let weights = place.map_or(&[][..], |place| self.features.weights(place));
        weights.iter().copied().filter(|weight| weight.steps() > 0).map(NodeWeight::node).collect()
    }

    /// Beam search from the top of the tree to its leaves.
    fn beam_search(&self, margins: &[f32], of_title: &[NodeId]) -> Vec<Path> {
        let mut steps = Vec::new();
        self.go_on(None, margins, of_title, &mut steps);
        let mut finished = Vec::new();
        let mut reached = 0;
        while reached < steps.len() {
            let of_level = &mut steps[reached..];
            if of_level.len() > BEAM_WIDTH {
                let likelier =
                    |a: &Step, b: &Step| b.log_share.total_cmp(&a.log_share).then(a.node.cmp(&b.node));
                of_level.select_nth_unstable_by(BEAM_WIDTH, likelier);
                steps.truncate(reached + BEAM_WIDTH);
            }
            let level_ends = steps.len();
            for place in reached..level_ends {
                if self.classification.children(Some(steps[place].node)).is_empty() {
                    finished.push(place);
                } else {
                    self.go_on(Some(place), margins, of_title, &mut steps);
                }
            }
            reached = level_ends;
        }
        finished.into_iter().map(|place| path_to(place, &steps, margins)).collect()
    }

    /// One step down: what there is to share is shared out among the children by their margins.
    fn go_on(&self, place: Option<usize>, margins: &[f32], of_title: &[NodeId], steps: &mut Vec<Step>) {
        let before = place.map(|place| steps[place]);
        let children = self.classification.children(before.map(|step| step.node));
        let margin_of = |child: &NodeId| margins[usize::from(*child)];
        let level = before.map_or(0, |step| step.level + 1);
        let steepness = self.steepness[usize::from(level)];
        let log_total = log_sum_exp(children.iter().map(margin_of), steepness);
        let is_only = children.len() == 1;
        steps.extend(children.iter().map(|child| {
            let share = steepness * margin_of(child) - log_total;
            // An only child has no weights: what speaks for its parent speaks for it.
            let by_whole_title = if is_only {
                before.is_some_and(|step| step.by_whole_title)
            } else {
                of_title.contains(child)
            };
            let log_share = before.map_or(0.0, |step| step.log_share) + share;
            Step {
                node: *child,
                level,
                by_whole_title,
                before: place.unwrap_or_default() as u32,
                share,
                log_share,
            }
        }));
    }

    /// The words of a record as they are meant.
    pub(crate) fn words(&self, text: &JobText) -> Words {
        let mut words = Words::of(text.title(), text.tasks());
        self.spelling.correct(&mut words);
        words
    }

    /// How far each node's classifier puts the record on its own side.
    #[cfg(feature = "train")]
    pub(crate) fn margins(&self, text: &JobText) -> Vec<f32> {
        self.margins_of(&self.words(text))
    }

    fn margins_of(&self, words: &Words) -> Vec<f32> {
        let (known, norm) = self.features.weigh(words);
        for (place, _) in &known {
            touch(self.features.weights(*place));
        }
        let mut sums = [0.0_f32; MOST_NODES];
        for (place, value) in known {
            add_to(&mut sums, self.features.weights(place), value);
        }
        let scale = if norm > 0.0 { 1.0 / norm } else { 0.0 };
        sums.iter()
            .zip(&self.steps)
            .zip(&self.biases)
            .map(|((sum, step), bias)| sum * scale * step + bias)
            .collect()
    }
}

/// The path that ends with the step at this place.
fn path_to(place: usize, steps: &[Step], margins: &[f32]) -> Path {
    let last = steps[place];
    let mut evidence = Evidence::default();
    evidence[WHOLE_TITLE] = f32::from(u8::from(last.by_whole_title));
    let mut step = last;
    loop {
        let level = usize::from(step.level);
        evidence[level] = step.share;
        evidence[LEVELS.len() + level] = margins[usize::from(step.node)];
        if level == 0 {
            return Path { node: last.node, evidence };
        }
        step = steps[step.before as usize];
    }
}

/// The sum of the parts of the evidence, each as much as it counts.
pub(crate) fn weigh(evidence: &Evidence, combination: &Evidence) -> f32 {
    evidence.iter().zip(combination).map(|(part, counts)| part * counts).sum()
}

/// The logarithms of each margin's share.
pub(crate) fn log_softmax(margins: &[f32], steepness: f32) -> Vec<f32> {
    let log_total = log_sum_exp(margins.iter().copied(), steepness);
    margins.iter().map(|margin| steepness * margin - log_total).collect()
}

/// The logarithm of what the margins come to together, each as the power that it is.
fn log_sum_exp(margins: impl Iterator<Item = f32> + Clone, steepness: f32) -> f32 {
    let highest = margins.clone().fold(f32::NEG_INFINITY, f32::max);
    let sum: f32 = margins.map(|margin| (steepness * (margin - highest)).exp()).sum();
    steepness * highest + sum.ln()
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
