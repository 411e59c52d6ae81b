//! In: the records of a call that was refused for the sake of at least one of them. Out: a plan by which the rest is
//! answered with few more calls. No clock or network is known here. Next: `merged` makes the calls.
//!
//! Half of the suspects are asked for. If they are answered, an offender is among the other half; if not, among them,
//! and the other half has to wait: each call halves the suspects. What had to wait goes out together in the end.

/// Most calls that are made on behalf of one that was refused.
const MOST_CALLS: u32 = 10;

/// What to do next.
#[derive(Debug)]
pub(super) enum Step<T> {
    /// Ask for these, then tell what came of it.
    Ask(Vec<T>),
    /// There is an offender, for certain, and it is this one. Go on.
    Found(T),
    /// There is no call left for these. One of them is to blame.
    LeaveSuspects(Vec<T>),
    /// There is no call left for these. Nothing speaks against them.
    Leave(Vec<T>),
    /// That is all.
    End,
}

/// The search for offenders.
#[derive(Debug)]
pub(super) struct Isolation<T> {
    /// An offender is among them.
    suspects: Vec<T>,
    /// Those about whom nothing is known, for another is to blame.
    waiting: Vec<T>,
    calls: u32,
}

impl<T> Isolation<T> {
    /// The records of the refused call.
    pub(super) fn new(suspects: Vec<T>) -> Self {
        Self { suspects, waiting: Vec::new(), calls: 0 }
    }

    /// Takes those out that are not to be kept.
    pub(super) fn retain(&mut self, keep: impl Fn(&T) -> bool) -> Vec<T> {
        let mut out: Vec<T> = self.suspects.extract_if(.., |record| !keep(record)).collect();
        if !out.is_empty() {
            // Perhaps it was the offender.
            self.unknown();
        }
        out.extend(self.waiting.extract_if(.., |record| !keep(record)));
        out
    }

    /// Those that have no answer yet.
    pub(super) fn remaining(&self) -> impl Iterator<Item = &T> {
        self.suspects.iter().chain(&self.waiting)
    }

    /// Decides. `calls_left` is how many calls the time allows.
    pub(super) fn next(&mut self, calls_left: u32) -> Step<T> {
        let left = calls_left.min(MOST_CALLS - self.calls);
        if self.suspects.len() == 1
            && let Some(offender) = self.suspects.pop()
        {
            return Step::Found(offender);
        }
        // The last call is for those that have to wait.
        let is_last = left <= u32::from(!self.waiting.is_empty());
        if !self.suspects.is_empty() && is_last {
            return Step::LeaveSuspects(std::mem::take(&mut self.suspects));
        }
        let asked = match self.suspects.len() {
            0 if self.waiting.is_empty() => return Step::End,
            0 if left == 0 => return Step::Leave(std::mem::take(&mut self.waiting)),
            0 => std::mem::take(&mut self.waiting),
            suspects => self.suspects.split_off(suspects / 2),
        };
        self.calls += 1;
        Step::Ask(asked)
    }

    /// What was asked for has no answer, for another reason: nothing is known of the others any more.
    pub(super) fn unknown(&mut self) {
        self.waiting.append(&mut self.suspects);
    }

    /// What was asked for was refused.
    pub(super) fn refused(&mut self, asked: Vec<T>) {
        self.waiting.append(&mut self.suspects);
        self.suspects = asked;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Calls made, records answered, found and left.
    fn isolate(size: u32, bad: &[u32], calls: u32, breaks_at: u32) -> (u32, Vec<u32>, Vec<u32>, Vec<u32>) {
        let mut isolation = Isolation::new((0..size).collect());
        let (mut made, mut answered, mut found, mut left) = (0, vec![], vec![], vec![]);
        loop {
            match isolation.next(calls - made) {
                Step::Ask(asked) => {
                    made += 1;
                    if made == breaks_at {
                        left.extend(asked);
                        isolation.unknown();
                    } else if asked.iter().any(|record| bad.contains(record)) {
                        isolation.refused(asked);
                    } else {
                        answered.extend(asked);
                    }
                }
                Step::Found(offender) => found.push(offender),
                Step::Leave(records) | Step::LeaveSuspects(records) => left.extend(records),
                Step::End => return (made, answered, found, left),
            }
        }
    }

    #[test]
    fn one_offender_among_300_costs_ten_calls_at_most_wherever_it_stands() {
        for bad in 0..300 {
            let (made, answered, found, left) = isolate(300, &[bad], 100, 0);
            assert!(made <= 10, "{made} calls for {bad}");
            assert_eq!((answered.len(), found, left.len()), (299, vec![bad], 0));
        }
    }

    proptest! {
        #[test]
        fn nobody_is_lost_and_nobody_blamed_wrongly(
            size in 2..300_u32, bad in prop::collection::vec(0..300_u32, 1..6), calls in 0..20_u32,
            breaks_at in 0..10_u32,
        ) {
            let bad: Vec<u32> = bad.into_iter().map(|bad| bad % size).collect();
            let (made, answered, found, left) = isolate(size, &bad, calls, breaks_at);
            prop_assert!(made <= calls.min(10));
            prop_assert!(found.iter().all(|record| bad.contains(record)));
            let mut all = [answered, found, left].concat();
            all.sort_unstable();
            prop_assert_eq!(all, (0..size).collect::<Vec<_>>());
        }
    }
}
