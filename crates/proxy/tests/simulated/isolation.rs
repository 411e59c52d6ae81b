//! One record for which the upstream refuses a whole call.

use crate::world::{Options, SECOND, World, answered_by};
use occuform_proxy::coder::Source;
use occuform_proxy::upstream::{CallFailure, NamedText};
use std::time::Duration;

fn poisoned(records: &[NamedText]) -> (Duration, Result<(), CallFailure>) {
    let is_poison = |record: &NamedText| record.text.title() == "tamer 137";
    let refused = records.iter().any(is_poison);
    (SECOND, if refused { Err(CallFailure::Refused) } else { Ok(()) })
}

#[tokio::test(start_paused = true)]
async fn one_poison_record_among_300_costs_ten_calls_and_nobody_else_an_answer() {
    let world = World::ready(Options { deadline: SECOND * 30, ..Options::default() }).await;
    world.upstream.behave(poisoned);
    let outcomes = world.crowd("tamer", 300).await;
    assert_eq!(answered_by(&outcomes, Source::Upstream), 299);
    assert_eq!(outcomes[137].source, Some(Source::Embedded));
    // The first of the crowd may have gone out before the last were there: two calls, had there been no poison.
    let calls = world.upstream.calls();
    assert!(calls.len() <= 2 + 10, "{calls:?}");

    // For a while it is known.
    let before = world.upstream.calls().len();
    assert_eq!(answered_by(&[world.ask("tamer 137").await.unwrap()], Source::Embedded), 1);
    assert_eq!(world.upstream.calls().len(), before);
    world.upstream.assert_pace();
}

#[tokio::test(start_paused = true)]
async fn where_the_time_does_not_allow_all_these_calls_most_are_answered_and_nobody_waits_longer() {
    let world = World::ready(Options::default()).await;
    world.upstream.behave(poisoned);
    let outcomes = world.crowd("tamer", 300).await;
    let upstream = answered_by(&outcomes, Source::Upstream);
    println!("{upstream} of 300 by upstream, {} calls", world.upstream.calls().len());
    assert!(upstream >= 250, "{upstream}");
    assert_eq!(answered_by(&outcomes, Source::Embedded), 300 - upstream);
    assert!(outcomes.iter().all(|outcome| outcome.took <= SECOND * 8));

    // Who was not cleared goes alone the next time, and is then no danger to others.
    let again = world.crowd("tamer", 300).await;
    assert!(answered_by(&again, Source::Upstream) >= upstream, "{}", answered_by(&again, Source::Upstream));
    world.upstream.assert_pace();
}
