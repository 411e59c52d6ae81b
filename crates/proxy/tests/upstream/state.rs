//! What survives the process, and what is not done where that is not certain.

use crate::world;
use occuform_api::OSCA;
use occuform_proxy::config::UpstreamConfig;
use occuform_proxy::metrics::Metrics;
use occuform_proxy::upstream::authorised::Authorised;
use occuform_proxy::upstream::governor::{Governor, Limits, Usage};
use occuform_proxy::upstream::http::Http;
use occuform_proxy::upstream::keeper::{Keeper, Memory};
use occuform_proxy::upstream::moment::{Clock, SystemClock};
use occuform_proxy::upstream::paced::Paced;
use occuform_proxy::upstream::state::{Found, StateFolder};
use occuform_proxy::upstream::{self, Call, CallFailure, Reply};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// The stages from the token on, without what goes on in the background.
fn authorised(settings: &UpstreamConfig, memory: Memory) -> Authorised<Http> {
    let clock = Arc::new(SystemClock::new().unwrap());
    let folder = StateFolder::open(&settings.state).unwrap();
    let http = Arc::new(Http::new(OSCA, settings).unwrap());
    let limits = Limits { pause: settings.pause, ceiling: settings.calls_per_day, day: settings.day };
    let governor = Governor::new(limits, Usage::default(), clock.now());
    let (usage, _) = folder.file("quota.json").unwrap();
    let paced = Paced::new(Arc::clone(&http), governor, usage, Arc::clone(&clock) as _, Metrics::default());
    let (token, _) = folder.file("token.json").unwrap();
    Authorised::new(paced, http, Keeper::new(settings.hour, memory), token, clock)
}

async fn latest_model(stages: &Authorised<Http>, settings: &UpstreamConfig) -> Result<Reply, CallFailure> {
    let turn = stages.turn(Instant::now() + settings.deadline).await?;
    stages.send(turn, &Call::LatestModel).await
}

#[tokio::test]
async fn no_token_is_asked_for_where_that_cannot_be_recorded() {
    let (upstream, state, settings) = world().await;
    let stages = authorised(&settings, Memory::default());
    state.close().unwrap();
    let failure = latest_model(&stages, &settings).await.unwrap_err();
    assert!(matches!(failure, CallFailure::NotNow { .. }), "{failure}");
    assert_eq!(upstream.seen("").len(), 0);
}

#[tokio::test]
async fn no_token_is_asked_for_within_an_hour_of_one_that_may_have_been() {
    let (upstream, _state, settings) = world().await;
    let lost = Memory::lost(&SystemClock::new().unwrap().now());
    let failure = latest_model(&authorised(&settings, lost), &settings).await.unwrap_err();
    assert!(
        matches!(failure, CallFailure::NotNow { wait, .. } if wait > Duration::from_mins(59)),
        "{failure}"
    );
    assert_eq!(upstream.seen("").len(), 0);
}

#[tokio::test]
async fn a_token_host_that_cannot_be_reached_costs_no_hour() {
    let (_upstream, _state, mut settings) = world().await;
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    settings.token_url = format!("http://{closed}/oauth2/token");
    settings.deadline = Duration::from_secs(1);
    let stages = authorised(&settings, Memory::default());
    let failure = latest_model(&stages, &settings).await.unwrap_err();
    assert!(
        matches!(failure, CallFailure::NotNow { wait, .. } if wait <= Duration::from_secs(5)),
        "{failure}"
    );
}

#[tokio::test]
async fn a_state_that_was_lost_or_damaged_is_noticed() {
    let (_upstream, state, settings) = world().await;
    let found = |folder: &StateFolder| folder.file::<Memory>("token.json").map(|(_, found)| found);
    let folder = StateFolder::open(state.path()).unwrap();
    assert!(matches!(found(&folder), Ok(Found::FirstUse)));
    drop(folder);
    let folder = StateFolder::open(state.path()).unwrap();
    assert!(matches!(found(&folder), Ok(Found::Lost)));
    drop(folder);
    std::fs::write(state.path().join("token.json"), "{ damaged canary").unwrap();
    let clock = Arc::new(SystemClock::new().unwrap());
    let error = upstream::open(OSCA, &settings, clock, &Metrics::default()).err().unwrap();
    assert!(error.to_string().contains("is damaged") && !error.to_string().contains("canary"), "{error}");
}
