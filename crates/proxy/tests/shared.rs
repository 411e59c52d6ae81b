//! Several proxies that share their state through a real Redis, in fair and foul weather.

mod support;

use occuform_api::{JobText, OSCA, Suggestion};
use occuform_proxy::cached::CacheLimits;
use occuform_proxy::coder::{Coded, Coder, CodingFailure, Source};
use occuform_proxy::config::{ClientSecret, UpstreamConfig};
use occuform_proxy::metrics::Metrics;
use occuform_proxy::upstream;
use occuform_proxy::upstream::moment::SystemClock;
use occuform_proxy::upstream::sizing::Merge;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use support::redis::{DURABLE, FLEETING, RedisServer};
use support::{SECRET, TOKEN, Upstream, until};
use tokio::time::Instant;

const PAUSE: Duration = Duration::from_millis(60);

fn settings(upstream: &Upstream, redis: &RedisServer) -> UpstreamConfig {
    UpstreamConfig {
        token_url: format!("{}/oauth2/token", upstream.url),
        api_url: upstream.url.clone(),
        client_id: "form".into(),
        client_secret: ClientSecret::Given(SECRET.into()),
        state: PathBuf::from("nowhere"),
        redis_url: Some(redis.url().into()),
        calls_per_day: 1_000,
        calls_per_hour: u32::MAX,
        pause: PAUSE,
        hour: Duration::from_hours(1),
        day: Duration::from_hours(24),
        model: None,
        merge: Merge::Off,
        deadline: Duration::from_secs(8),
        cache: CacheLimits { answers: 100, keep: Duration::from_hours(1) },
        proxy: None,
        extra_roots: None,
    }
}

fn proxy(settings: &UpstreamConfig) -> Arc<dyn Coder> {
    upstream::open(OSCA, settings, Arc::new(SystemClock::new().unwrap()), &Metrics::default()).unwrap()
}

/// A proxy that knows the upstream's model.
async fn ready(settings: &UpstreamConfig) -> Arc<dyn Coder> {
    let proxy = proxy(settings);
    until("the model is known", async || proxy.model().is_some()).await;
    proxy
}

async fn ask(proxy: &Arc<dyn Coder>, title: &str) -> Result<Coded, CodingFailure> {
    proxy.code(JobText::new(title, "").unwrap(), 3, Instant::now() + Duration::from_secs(8)).await
}

async fn world(options: &'static [&'static str]) -> (Arc<Upstream>, RedisServer, UpstreamConfig) {
    let upstream = Upstream::start().await;
    let redis = RedisServer::start(options);
    let settings = settings(&upstream, &redis);
    upstream::first_start(&settings).await.unwrap();
    (upstream, redis, settings)
}

fn is_unavailable(result: &Result<Coded, CodingFailure>) -> bool {
    matches!(result, Err(CodingFailure::Unavailable(_)))
}

#[tokio::test(flavor = "multi_thread")]
async fn three_proxies_use_one_token_one_pace_and_each_others_answers() {
    let (upstream, redis, settings) = world(DURABLE).await;
    let proxies = [ready(&settings).await, ready(&settings).await, ready(&settings).await];
    let asked = (0..12).map(|number| {
        let proxy = Arc::clone(&proxies[number % 3]);
        tokio::spawn(async move { ask(&proxy, &format!("zebrakeeper {number}")).await.unwrap().source })
    });
    for source in asked.collect::<Vec<_>>() {
        assert_eq!(source.await.unwrap(), Source::Upstream);
    }
    assert_eq!(upstream.seen("/oauth2/token").len(), 1);
    let mut calls: Vec<_> = upstream.seen("").into_iter().filter(|seen| seen.path.contains("/v1/")).collect();
    calls.sort_by_key(|call| call.at);
    assert_eq!(calls.len(), 3 + 12);
    for pair in calls.windows(2) {
        let pause = pair[1].at - pair[0].at;
        // A call takes its time from its first byte to being seen.
        assert!(pause > PAUSE / 2, "two calls within {pause:?}");
    }

    let again = ask(&ready(&settings).await, " ZEBRAKEEPER  7").await.unwrap();
    assert_eq!((again.source, &*again.model), (Source::Cache, "model-1"));
    let suggestions: Vec<Suggestion> = serde_json::from_str(again.suggestions.get()).unwrap();
    assert_eq!(suggestions[0].code_label, "z 7");

    let dump = redis.dump();
    assert!(dump.contains("occuform:") && dump.contains("attempt") && dump.contains("calls"), "{dump}");
    for canary in [TOKEN, SECRET, "zebrakeeper", "z 7", "361111"] {
        assert!(!dump.to_lowercase().contains(canary), "{canary} in {dump}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_emptied_redis_is_no_first_start() {
    let (upstream, redis, settings) = world(DURABLE).await;
    let old = ready(&settings).await;
    redis.empty();
    assert!(is_unavailable(&ask(&old, "lion tamer").await));
    assert!(is_unavailable(&ask(&proxy(&settings), "lion tamer").await));
    assert_eq!((upstream.seen("/oauth2/token").len(), upstream.seen("/code").len()), (1, 0));
    let refused = upstream::first_start(&settings).await.unwrap_err().to_string();
    assert!(refused.contains("no first start") && refused.contains("token"), "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_redis_nothing_is_asked_and_when_it_is_back_all_goes_on() {
    let (upstream, mut redis, settings) = world(DURABLE).await;
    let proxy = ready(&settings).await;
    assert_eq!(ask(&proxy, "lion tamer").await.unwrap().source, Source::Upstream);
    redis.kill();
    for title in ["bear tamer", "tiger tamer"] {
        assert!(is_unavailable(&ask(&proxy, title).await));
    }
    assert_eq!(upstream.seen("/code").len(), 1);
    redis.restart();
    let mut number = 0;
    until("the upstream answers again", async || {
        number += 1;
        !is_unavailable(&ask(&proxy, &format!("tamer {number}")).await)
    })
    .await;
    assert_eq!((upstream.seen("/oauth2/token").len(), upstream.seen("/code").len()), (1, 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redis_that_came_back_without_its_memory_or_with_an_older_one_is_not_believed() {
    let (upstream, mut redis, settings) = world(FLEETING).await;
    let proxy = ready(&settings).await;
    redis.restart();
    let mut failures = 0;
    while failures < 20 {
        assert!(is_unavailable(&ask(&proxy, &format!("tamer {failures}")).await));
        failures += 1;
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!((upstream.seen("/oauth2/token").len(), upstream.seen("/code").len()), (1, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn another_client_and_another_secret_are_told_apart() {
    let (upstream, _redis, settings) = world(DURABLE).await;
    ready(&settings).await;
    // Another client's allowance is its own: nothing is known of it.
    let other = UpstreamConfig { client_id: "other".into(), ..settings.clone() };
    assert!(is_unavailable(&ask(&proxy(&other), "lion tamer").await));
    upstream::first_start(&UpstreamConfig { client_id: "third".into(), ..settings.clone() }).await.unwrap();
    // The token cannot be read, and there is no other within the hour.
    let client_secret = ClientSecret::Given("another secret".into());
    let changed = UpstreamConfig { client_secret, ..settings };
    assert!(is_unavailable(&ask(&proxy(&changed), "lion tamer").await));
    assert_eq!((upstream.seen("/oauth2/token").len(), upstream.seen("/code").len()), (1, 0));
}
