//! Permits for calls that nobody needs any more, as when the last respondent who waited has gone away.

use crate::world::{Options, SECOND, Simulated, SimulatedClock};
use occuform_api::JobText;
use occuform_proxy::metrics::Metrics;
use occuform_proxy::upstream::authorised::Authorised;
use occuform_proxy::upstream::governor::{Governor, Limits};
use occuform_proxy::upstream::guarded::{Guarded, Permit};
use occuform_proxy::upstream::keeper::Keeper;
use occuform_proxy::upstream::ledger::Ledger;
use occuform_proxy::upstream::moment::Clock;
use occuform_proxy::upstream::paced::Paced;
use occuform_proxy::upstream::state::Stores;
use occuform_proxy::upstream::{Call, CallFailure, NamedText, Reply};
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;
use tokio::time::{Instant, sleep};

const PATIENCE: Duration = Duration::from_secs(8);

/// The stages that a call's permit comes from, with a token and after the first pause.
async fn stages(upstream: &Arc<Simulated>, options: Options) -> (Guarded<Simulated>, TempDir) {
    let state = tempfile::tempdir().unwrap();
    let config = options.config(state.path());
    let Stores { memory, usage, .. } = Stores::open(&config).unwrap();
    let clock: Arc<dyn Clock> = Arc::new(SimulatedClock(Instant::now()));
    let (pause, ceiling, hourly, day) =
        (config.pause, config.calls_per_day, config.calls_per_hour, config.day);
    let governor = Governor::new(Limits { pause, ceiling, hourly, day }, "a".into(), clock.now());
    let governor = Ledger::new(usage, Arc::clone(&clock), governor);
    let keeper = Ledger::new(memory, clock, Keeper::new(config.hour));
    let paced = Paced::new(Arc::clone(upstream), governor, Metrics::default());
    let stages = Guarded::new(Authorised::new(paced, Arc::clone(upstream), keeper, None));
    let permit = permit(&stages).await.unwrap();
    stages.leave(permit).await;
    (stages, state)
}

async fn permit(stages: &Guarded<Simulated>) -> Result<Permit, CallFailure> {
    stages.permit(Instant::now() + PATIENCE).await
}

async fn call(stages: &Guarded<Simulated>) -> Result<Reply, CallFailure> {
    let text = JobText::new("lion tamer", "").unwrap();
    let records = vec![NamedText { id: "a".into(), text }];
    let call = Call::Code { model: "model".into(), records, suggestions: 3 };
    let permit = permit(stages).await?;
    stages.send(permit, &call, Instant::now() + PATIENCE).await
}

#[tokio::test(start_paused = true)]
async fn a_permit_given_back_costs_no_call_of_the_day_and_no_pause() {
    let upstream = Simulated::new(|_| 3);
    let options = Options { calls_per_day: 2, ..Options::default() };
    let (stages, _state) = stages(&upstream, options).await;
    let before = Instant::now();
    for _ in 0..5 {
        let permit = permit(&stages).await.unwrap();
        stages.leave(permit).await;
    }
    assert_eq!(before.elapsed(), Duration::ZERO);
    call(&stages).await.unwrap();
    let permit_after_a_call = permit(&stages).await.unwrap();
    stages.leave(permit_after_a_call).await;
    call(&stages).await.unwrap();
    assert!(matches!(call(&stages).await, Err(CallFailure::NotNow { .. })), "two calls are all there are");
    assert_eq!(upstream.calls().len(), 2);
    upstream.assert_pace();
}

#[tokio::test(start_paused = true)]
async fn a_probe_given_back_is_the_next_ones() {
    let upstream = Simulated::new(|_| 3);
    let (stages, _state) = stages(&upstream, Options::default()).await;
    upstream.behave(|_| (Duration::ZERO, Err(CallFailure::Broken("the connection broke"))));
    for _ in 0..3 {
        call(&stages).await.unwrap_err();
    }
    assert!(permit(&stages).await.is_err(), "the breaker is open");
    sleep(SECOND * 6).await;
    for _ in 0..3 {
        let permit = permit(&stages).await.unwrap();
        assert!(permit.is_probe);
        stages.leave(permit).await;
    }
    upstream.behave(|_| (Duration::ZERO, Ok(())));
    call(&stages).await.unwrap();
    assert!(!permit(&stages).await.unwrap().is_probe);
}
