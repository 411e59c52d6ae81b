//! Records that wait together go out together, as many as the time allows.

use crate::world::{DEADLINE, Options, Outcome, SECOND, World, answered_by, p95};
use occuform_proxy::coder::Source;
use occuform_proxy::upstream::sizing::Merge;

fn longest(outcomes: &[Outcome]) -> std::time::Duration {
    outcomes.iter().map(|outcome| outcome.took).max().unwrap()
}

#[tokio::test(start_paused = true)]
async fn three_hundred_at_once_have_their_own_answers_within_two_and_a_half_seconds() {
    let world = World::ready(Options::default()).await;
    let outcomes = world.crowd("tamer", 300).await;
    assert_eq!(answered_by(&outcomes, Source::Upstream), 300);
    assert!(p95(&outcomes) <= SECOND * 5 / 2, "p95 {:?}", p95(&outcomes));
    world.upstream.assert_pace();
}

#[tokio::test(start_paused = true)]
async fn nobody_waits_past_the_deadline_where_each_record_takes_its_time() {
    for a_record in [SECOND / 20, SECOND] {
        let world = World::ready(Options::default()).await;
        world.upstream.behave(move |records| (a_record * records.len() as u32, Ok(())));
        // The first crowd meets a proxy that knows nothing of the upstream's speed; the second one that does.
        for (name, least) in [("tamer", 0), ("keeper", 0), ("trainer", 5)] {
            let outcomes = world.crowd(name, 300).await;
            let upstream = answered_by(&outcomes, Source::Upstream);
            println!("{a_record:?} a record: {upstream} by upstream, p95 {:?}", p95(&outcomes));
            assert_eq!(upstream + answered_by(&outcomes, Source::Embedded), 300);
            assert!(upstream >= least && longest(&outcomes) <= DEADLINE, "{upstream}");
            tokio::time::sleep(SECOND * 400).await;
        }
        world.upstream.assert_pace();
    }
}

#[tokio::test(start_paused = true)]
async fn without_merging_each_record_is_a_call_and_who_would_wait_too_long_is_told_early() {
    let world = World::ready(Options { merge: Merge::Off, ..Options::default() }).await;
    let outcomes = world.crowd("tamer", 100).await;
    assert!(world.upstream.calls().iter().all(|call| call.records == 1));
    let upstream = answered_by(&outcomes, Source::Upstream);
    assert!((5..=8).contains(&upstream), "{upstream}");
    let early = outcomes.iter().filter(|outcome| outcome.took < SECOND / 10).count();
    assert!(early >= 90, "{early}");
    world.upstream.assert_pace();
}

#[tokio::test(start_paused = true)]
async fn merging_stops_when_records_together_get_fewer_alternatives_than_alone() {
    let alternatives = |records| if records == 1 { 3 } else { 1 };
    let world = World::ready(Options { alternatives, ..Options::default() }).await;
    for number in 0..5 {
        world.ask(&format!("lone tamer {number}")).await.unwrap();
    }
    world.crowd("tamer", 50).await;
    let before = world.upstream.calls().len();
    assert!(world.upstream.calls().iter().any(|call| call.records > 1));
    world.crowd("keeper", 50).await;
    assert!(world.upstream.calls()[before..].iter().all(|call| call.records == 1));
}

#[tokio::test(start_paused = true)]
async fn who_goes_away_takes_nobody_along() {
    let world = World::ready(Options::default()).await;
    let first = world.ask("lion tamer");
    tokio::time::sleep(SECOND / 10).await;
    let others: Vec<_> = ["bear tamer", "tiger tamer", "zebra tamer"].map(|title| world.ask(title)).into();
    tokio::time::sleep(SECOND / 10).await;
    first.abort();
    others[1].abort();
    for (number, other) in others.into_iter().enumerate() {
        let outcome = other.await;
        assert!(number == 1 || outcome.unwrap().source == Some(Source::Upstream));
    }
}
