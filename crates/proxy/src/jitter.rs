//! In: a pause. Out: the same, a little longer by chance, so that those who began to wait together do not end
//! together. Next: whoever sleeps for it.

use std::time::Duration;

/// Adds up to a tenth. Never shorter: some pauses are the upstream's rules.
pub(crate) fn jittered(pause: Duration) -> Duration {
    // Without random numbers the pause is what it is.
    let chance = getrandom::u32().map_or(0.0, |number| f64::from(number) / f64::from(u32::MAX));
    pause + pause.mul_f64(chance / 10.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pause_is_never_shorter_at_most_a_tenth_longer_and_not_always_the_same() {
        let pause = Duration::from_secs(10);
        let pauses: Vec<_> = (0..100).map(|_| jittered(pause)).collect();
        assert!(pauses.iter().all(|jittered| (pause..=pause * 11 / 10).contains(jittered)));
        assert!(pauses.iter().any(|jittered| *jittered != pauses[0]));
    }
}
