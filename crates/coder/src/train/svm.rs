//! In: vectors, some on one side and some on the other. Out: the hyperplane between them. Next: `quantise`.
//!
//! Dual coordinate descent for the L2-regularised linear SVM with squared hinge loss: Hsieh, Chang, Lin, Keerthi and
//! Sundararajan, "A dual coordinate descent method for large-scale linear SVM", ICML 2008, algorithm 3.

use super::quantise::Hyperplane;
use super::vectors::Vectors;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

/// Stop when no sample's gradient is further than this from optimal.
const TOLERANCE: f32 = 0.1;
const MAX_ROUNDS: usize = 60;

/// Separates the members with a true label from the others.
pub(super) fn separate(
    vectors: &Vectors,
    members: &[usize],
    labels: &[bool],
    cost: f32,
    random: &mut ChaCha8Rng,
) -> Hyperplane {
    let mut descent = Descent::new(vectors, members, labels, cost);
    descent.run(random);
    descent.into_hyperplane()
}

struct Descent<'a> {
    vectors: &'a Vectors,
    members: &'a [usize],
    signs: Vec<f32>,
    weights: Vec<f32>,
    bias: f32,
    /// One dual variable a member.
    alphas: Vec<f32>,
    /// One over twice the cost: what the squared hinge adds to the diagonal.
    diagonal: f32,
    /// Each member's squared length, with the bias and the diagonal.
    curvatures: Vec<f32>,
}

impl<'a> Descent<'a> {
    fn new(vectors: &'a Vectors, members: &'a [usize], labels: &[bool], cost: f32) -> Self {
        let diagonal = 0.5 / cost;
        let curvature = |member: &usize| {
            let (_, values) = vectors.row(*member);
            values.iter().map(|value| value * value).sum::<f32>() + 1.0 + diagonal
        };
        Self {
            vectors,
            members,
            signs: labels.iter().map(|label| if *label { 1.0 } else { -1.0 }).collect(),
            weights: vec![0.0; vectors.width],
            bias: 0.0,
            alphas: vec![0.0; members.len()],
            diagonal,
            curvatures: members.iter().map(curvature).collect(),
        }
    }

    /// Visits the members in random order until all are near their optimum. Members that sit at the bound are
    /// set aside, and come back for a last check.
    fn run(&mut self, random: &mut ChaCha8Rng) {
        let mut active: Vec<usize> = (0..self.members.len()).collect();
        let mut shrink_above = f32::INFINITY;
        for _ in 0..MAX_ROUNDS {
            active.shuffle(random);
            let (mut highest, mut lowest) = (f32::NEG_INFINITY, f32::INFINITY);
            active.retain(|index| {
                let gradient = self.gradient(*index);
                if self.alphas[*index] == 0.0 && gradient > shrink_above {
                    return false;
                }
                let projected = if self.alphas[*index] == 0.0 { gradient.min(0.0) } else { gradient };
                highest = highest.max(projected);
                lowest = lowest.min(projected);
                if projected.abs() > 1e-12 {
                    self.step(*index, gradient);
                }
                true
            });
            if highest - lowest <= TOLERANCE {
                if active.len() == self.members.len() {
                    return;
                }
                active = (0..self.members.len()).collect();
                shrink_above = f32::INFINITY;
            } else {
                shrink_above = if highest > 0.0 { highest } else { f32::INFINITY };
            }
        }
    }

    fn gradient(&self, index: usize) -> f32 {
        let (places, values) = self.vectors.row(self.members[index]);
        let products = places.iter().zip(values).map(|(place, value)| self.weights[*place as usize] * value);
        let margin = products.sum::<f32>() + self.bias;
        self.signs[index] * margin - 1.0 + self.alphas[index] * self.diagonal
    }

    fn step(&mut self, index: usize, gradient: f32) {
        let before = self.alphas[index];
        self.alphas[index] = (before - gradient / self.curvatures[index]).max(0.0);
        let change = (self.alphas[index] - before) * self.signs[index];
        let (places, values) = self.vectors.row(self.members[index]);
        for (place, value) in places.iter().zip(values) {
            self.weights[*place as usize] += change * value;
        }
        self.bias += change;
    }

    fn into_hyperplane(self) -> Hyperplane {
        let weights = self.weights.into_iter().enumerate();
        let weights =
            weights.filter(|(_, weight)| *weight != 0.0).map(|(place, weight)| (place as u32, weight));
        Hyperplane { weights: weights.collect(), bias: self.bias }
    }
}
