//! What survives the process, and what is not done where that is not certain.

use crate::world;
use occuform_api::OSCA;
use occuform_proxy::config::UpstreamConfig;
use occuform_proxy::metrics::Metrics;
use occuform_proxy::upstream::moment::SystemClock;
use occuform_proxy::upstream::{self, Call, CallFailure, Connection, Reply};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// The stages from the token on, without what goes on in the background.
fn connection(settings: &UpstreamConfig) -> Connection {
    upstream::connect(OSCA, settings, Arc::new(SystemClock::new().unwrap())).unwrap()
}

async fn latest_model(stages: &Connection, settings: &UpstreamConfig) -> Result<Reply, CallFailure> {
    let turn = stages.turn(Instant::now() + settings.deadline).await?;
    stages.send(turn, &Call::LatestModel).await
}

#[tokio::test]
async fn no_token_is_asked_for_where_that_cannot_be_recorded() {
    let (upstream, state, settings) = world().await;
    let stages = connection(&settings);
    state.close().unwrap();
    let failure = latest_model(&stages, &settings).await.unwrap_err();
    assert!(matches!(failure, CallFailure::NotNow { .. }), "{failure}");
    assert_eq!(upstream.seen("").len(), 0);
}

#[tokio::test]
async fn no_token_is_asked_for_within_an_hour_of_one_that_may_have_been() {
    let (upstream, state, settings) = world().await;
    drop(connection(&settings));
    std::fs::remove_file(state.path().join("token.json")).unwrap();
    let failure = latest_model(&connection(&settings), &settings).await.unwrap_err();
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
    let stages = connection(&settings);
    let failure = latest_model(&stages, &settings).await.unwrap_err();
    assert!(
        matches!(failure, CallFailure::NotNow { wait, .. } if wait <= Duration::from_secs(5)),
        "{failure}"
    );
}

#[tokio::test]
async fn a_folder_that_was_only_opened_is_still_as_good_as_new() {
    let (upstream, _state, settings) = world().await;
    drop(connection(&settings));
    latest_model(&connection(&settings), &settings).await.unwrap();
    assert_eq!(upstream.seen("/oauth2/token").len(), 1);
}

#[tokio::test]
async fn a_state_that_is_damaged_or_another_clients_is_noticed_at_the_start() {
    let (_upstream, state, settings) = world().await;
    let refused = |settings: &UpstreamConfig| {
        let clock = Arc::new(SystemClock::new().unwrap());
        upstream::open(OSCA, settings, clock, &Metrics::default()).err().unwrap().to_string()
    };
    drop(connection(&settings));
    let other = UpstreamConfig { client_id: "other".into(), ..settings.clone() };
    let error = refused(&other);
    assert!(error.contains("another upstream.client_id") && error.contains("upstream.state"), "{error}");
    std::fs::write(state.path().join("token.json"), "{ damaged canary").unwrap();
    let error = refused(&settings);
    assert!(error.contains("is damaged") && !error.contains("canary"), "{error}");
}
