//! Which model codes, and what is said where there is none.

use crate::{Proxy, until, world};
use occuform_api::{ANZSCO, OSCA, Topic};
use occuform_proxy::config::UpstreamConfig;
use occuform_proxy::metrics::Metrics;
use occuform_proxy::upstream;
use occuform_proxy::upstream::moment::SystemClock;
use std::sync::{Arc, Mutex};
use tracing_subscriber::fmt::MakeWriter;

#[tokio::test]
async fn when_the_upstream_has_a_new_model_nothing_of_the_old_one_is_answered() {
    let (upstream, _state, settings) = world().await;
    let proxy = Proxy::ready(&settings).await;
    assert_eq!(proxy.ask("lion tamer").await.header("occuform-model"), "model-1");
    upstream.set_model("model-2");
    assert_eq!(proxy.ask("bear tamer").await.header("occuform-source"), "embedded");
    until("the new model", async || proxy.coder.model().is_some_and(|model| model.model_id == "model-2"))
        .await;
    let answer = proxy.ask("lion tamer").await;
    assert_eq!((answer.header("occuform-source"), answer.header("occuform-model")), ("upstream", "model-2"));
}

#[tokio::test]
async fn a_pinned_model_codes_whatever_the_latest_is() {
    let (upstream, _state, mut settings) = world().await;
    settings.model = Some("model-0".into());
    let proxy = Proxy::ready(&settings).await;
    assert_eq!(proxy.ask("lion tamer").await.header("occuform-model"), "model-0");
    assert_eq!(upstream.seen("/models/model-0/code").len(), 1);
    assert_eq!(upstream.seen("/models/latest").len(), 0);
}

/// What the log says by the time that the upstream was asked for `path`, and something was said of it.
async fn logged(topic: Topic, model: Option<&str>, what: &str) {
    static LOG: Mutex<Vec<u8>> = Mutex::new(Vec::new());
    let subscriber = tracing_subscriber::fmt().with_ansi(false).with_writer(|| LOG.make_writer()).finish();
    // For this thread, on which all tasks of the test run.
    let _logging = tracing::subscriber::set_default(subscriber);
    let (_upstream, _state, settings) = world().await;
    let settings = UpstreamConfig { model: model.map(Into::into), ..settings };
    let coder =
        upstream::open(topic, &settings, Arc::new(SystemClock::new().unwrap()), &Metrics::default()).unwrap();
    until(what, async || String::from_utf8_lossy(&LOG.lock().unwrap()).contains(what)).await;
    assert!(coder.model().is_none());
}

#[tokio::test]
async fn a_topic_that_is_not_there_is_named_with_those_that_are() {
    logged(ANZSCO, None, "no topic 'anzsco', but osca, other: change the setting topic").await;
}

#[tokio::test]
async fn a_model_that_is_not_there_is_named_with_those_that_are() {
    logged(OSCA, Some("none-such"), "no model 'none-such' for the topic, but model-0, model-1").await;
}
