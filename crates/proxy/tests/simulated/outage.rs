//! An upstream that is down, stalls, or dies in the middle of calls.

use crate::world::{DEADLINE, Options, Outcome, SECOND, World, answered_by, p95};
use occuform_proxy::coder::Source;
use occuform_proxy::upstream::CallFailure;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use tokio::time::sleep;

const BROKEN: CallFailure = CallFailure::Broken("the connection broke");
/// After the deadline, for a task to be heard.
const LEEWAY: Duration = Duration::from_millis(100);

/// Somebody asks twice a second.
async fn traffic(world: &World, name: &str, seconds: u32) -> Vec<Outcome> {
    let mut asked = Vec::new();
    for number in 0..seconds * 2 {
        asked.push(world.ask(&format!("{name} {number}")));
        sleep(SECOND / 2).await;
    }
    let mut outcomes = Vec::new();
    for handle in asked {
        outcomes.push(handle.await.unwrap());
    }
    outcomes
}

#[tokio::test(start_paused = true)]
async fn in_an_outage_calls_fall_to_a_few_probes_and_everyone_is_answered_at_once() {
    for fails_after in [Duration::ZERO, SECOND * 60] {
        let world = World::ready(Options::default()).await;
        world.upstream.behave(move |_| (fails_after, Err(BROKEN)));
        traffic(&world, "early tamer", 30).await;
        let before = world.upstream.calls().len();
        let outcomes = traffic(&world, "tamer", 1_200).await;
        let probes = world.upstream.calls().len() - before;
        println!("{probes} calls in 20 minutes, p95 {:?}", p95(&outcomes));
        assert_eq!(answered_by(&outcomes, Source::Embedded), outcomes.len());
        assert!((8..=16).contains(&probes), "{probes} calls in 20 minutes");
        assert!(p95(&outcomes) < SECOND / 50, "{:?}", p95(&outcomes));
        let calls = world.upstream.calls();
        let pauses: Vec<_> = calls.windows(2).map(|pair| pair[1].at - pair[0].at).collect();
        let whole = |pause: &Duration| pause.subsec_millis() == 0;
        assert!(!pauses.iter().all(whole), "without jitter: {pauses:?}");

        world.upstream.behave(|_| (SECOND, Ok(())));
        traffic(&world, "late tamer", 140).await;
        let outcomes = traffic(&world, "last tamer", 60).await;
        assert_eq!(answered_by(&outcomes, Source::Upstream), outcomes.len());
        world.upstream.assert_pace();
    }
}

#[tokio::test(start_paused = true)]
async fn killed_in_the_middle_of_a_thousand_calls_each_caller_has_one_answer_or_one_error_in_time() {
    let world = World::ready(Options { embedded: false, ..Options::default() }).await;
    let kills = Arc::new(AtomicU32::new(0));
    let count = Arc::clone(&kills);
    // Two of five calls die, anywhere between their beginning and twelve seconds later.
    world.upstream.behave(move |records| {
        let chance = getrandom::u32().unwrap();
        if chance % 5 < 2 {
            count.fetch_add(1, Ordering::Relaxed);
            return (SECOND * (chance % 12_000) / 1_000, Err(BROKEN));
        }
        (SECOND / 10 * records.len() as u32, Ok(()))
    });
    let (mut answers, mut errors) = (0, 0);
    while kills.load(Ordering::Relaxed) < 1_000 {
        for outcome in traffic(&world, "tamer", 60).await {
            assert!(outcome.took <= DEADLINE + LEEWAY, "{outcome:?}");
            match outcome.source {
                Some(source) => {
                    assert_eq!(source, Source::Upstream);
                    answers += 1;
                }
                None => errors += 1,
            }
        }
    }
    println!("{} kills, {answers} answers, {errors} errors", kills.load(Ordering::Relaxed));
    assert!(answers > 0 && errors > 0);
    world.upstream.assert_pace();
}

#[tokio::test(start_paused = true)]
async fn a_call_that_fails_now_and_then_costs_nobody_the_answer() {
    let world = World::ready(Options::default()).await;
    let calls = AtomicU32::new(0);
    world.upstream.behave(move |_| {
        let fails = calls.fetch_add(1, Ordering::Relaxed) % 10 == 9;
        (SECOND / 2, if fails { Err(BROKEN) } else { Ok(()) })
    });
    let outcomes = traffic(&world, "tamer", 120).await;
    let upstream = answered_by(&outcomes, Source::Upstream);
    assert!(upstream * 100 >= outcomes.len() * 99, "{upstream} of {}", outcomes.len());
}
