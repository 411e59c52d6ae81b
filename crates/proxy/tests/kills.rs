//! Three proxies as real processes with a real Redis, and an hour of two seconds: processes are killed and started
//! again, Redis is restarted, emptied and stopped, and the upstream counts. `OCCUFORM_KILLS` says how many kills; a few
//! where it is not set.

mod support;

use occuform_proxy::cached::CacheLimits;
use occuform_proxy::config::{ClientSecret, UpstreamConfig};
use occuform_proxy::upstream::sizing::Merge;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};
use support::redis::{DURABLE, RedisServer};
use support::{SECRET, Seen, Upstream, until};

const HOUR: Duration = Duration::from_secs(2);
const DAY: Duration = Duration::from_secs(12);
const CALLS_A_DAY: usize = 6;
/// Half a second more than the upstream asks for: what it sees, it sees in a process that has other things to do.
const PAUSE_MS: u64 = 1_500;

struct Proxy {
    process: Child,
    url: String,
}

impl Proxy {
    fn start(upstream: &Upstream, redis: &RedisServer) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_shortened-proxy"))
            .args([HOUR.as_millis().to_string(), DAY.as_millis().to_string()])
            .env("OCCUFORM_UPSTREAM_TOKEN_URL", format!("{}/oauth2/token", upstream.url))
            .env("OCCUFORM_UPSTREAM_API_URL", &upstream.url)
            .env("OCCUFORM_UPSTREAM_CLIENT_ID", "form")
            .env("OCCUFORM_UPSTREAM_CLIENT_SECRET", SECRET)
            .env("OCCUFORM_UPSTREAM_CALLS_PER_DAY", CALLS_A_DAY.to_string())
            .env("OCCUFORM_UPSTREAM_PAUSE_MS", PAUSE_MS.to_string())
            .env("OCCUFORM_SHARED_REDIS_URL", redis.url())
            .env("OCCUFORM_FALLBACK", "none")
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut url = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut url).unwrap();
        Self { process, url: url.trim().to_owned() }
    }

    /// As the kernel does it: no chance to say goodbye.
    fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn settings(upstream: &Upstream, redis: &RedisServer) -> UpstreamConfig {
    UpstreamConfig {
        token_url: format!("{}/oauth2/token", upstream.url),
        api_url: upstream.url.clone(),
        client_id: "form".into(),
        client_secret: ClientSecret::Given(SECRET.into()),
        state: PathBuf::from("nowhere"),
        redis_url: Some(redis.url().into()),
        calls_per_day: CALLS_A_DAY as u32,
        calls_per_hour: u32::MAX,
        pause: Duration::from_millis(PAUSE_MS),
        hour: HOUR,
        day: DAY,
        model: None,
        merge: Merge::Off,
        deadline: Duration::from_secs(8),
        cache: CacheLimits { answers: 0, keep: HOUR },
        proxy: None,
        extra_roots: None,
    }
}

/// Asks each proxy for something new, again and again. Counts what the upstream answered.
async fn respondents(proxies: [String; 3], number: Arc<AtomicU32>, answered: Arc<AtomicU32>) {
    let client =
        reqwest::Client::builder().tls_certs_only([]).timeout(Duration::from_secs(9)).build().unwrap();
    loop {
        for url in &proxies {
            let title = format!("tamer {}", number.fetch_add(1, Ordering::Relaxed));
            let body = format!("{{\"record\": {{\"occp_text\": \"{title}\"}}, \"numberOfSuggestions\": 1}}");
            let request = client.post(format!("{url}/v1/topics/osca/code")).body(body);
            let answered = Arc::clone(&answered);
            let request = request.header("content-type", "application/json");
            tokio::spawn(async move {
                if request.send().await.is_ok_and(|response| response.status() == 200) {
                    answered.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

fn assert_rules_were_kept(seen: &[Seen]) -> (usize, usize) {
    let times = |is_token: bool| -> Vec<Instant> {
        let mut times: Vec<_> = seen
            .iter()
            .filter(|seen| (seen.path == "/oauth2/token") == is_token)
            .map(|seen| seen.at)
            .collect();
        times.sort();
        times
    };
    let (attempts, calls) = (times(true), times(false));
    for pair in attempts.windows(2) {
        assert!(pair[1] - pair[0] >= HOUR, "two token requests within {:?}", pair[1] - pair[0]);
    }
    for pair in calls.windows(2) {
        assert!(pair[1] - pair[0] >= Duration::from_secs(1), "two calls within {:?}", pair[1] - pair[0]);
    }
    for many in calls.windows(CALLS_A_DAY + 1) {
        let span = many[CALLS_A_DAY] - many[0];
        assert!(span + Duration::from_millis(500) >= DAY, "more than {CALLS_A_DAY} calls within {span:?}");
    }
    (attempts.len(), calls.len())
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_killed_restarted_emptied_or_stopped_the_upstream_is_asked_by_its_rules() {
    // An error means that it is done already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let kills = std::env::var("OCCUFORM_KILLS").map_or(6, |kills| kills.parse().unwrap());
    let upstream = Upstream::start().await;
    let mut redis = RedisServer::start(DURABLE);
    occuform_proxy::upstream::first_start(&settings(&upstream, &redis)).await.unwrap();
    let mut proxies: Vec<_> = (0..3).map(|_| Proxy::start(&upstream, &redis)).collect();
    let (number, answered) = (Arc::new(AtomicU32::new(0)), Arc::new(AtomicU32::new(0)));
    let urls = |proxies: &[Proxy]| [0, 1, 2].map(|index: usize| proxies[index].url.clone());
    for kill in 0..kills {
        let asking = tokio::spawn(respondents(urls(&proxies), Arc::clone(&number), Arc::clone(&answered)));
        let before = upstream.seen("").len();
        until("the upstream is asked", async || upstream.seen("").len() > before).await;
        // Kills fall into every part of a call and of the pause after it.
        tokio::time::sleep(Duration::from_millis(kill as u64 * 37 % 400)).await;
        match kill % 10 {
            2 => redis.restart(),
            4 => redis.pause(Duration::from_millis(1_500)).await,
            7 => redis.empty(),
            _ => {}
        }
        asking.abort();
        proxies[kill % 3].kill();
        proxies[kill % 3] = Proxy::start(&upstream, &redis);
    }
    let before = answered.load(Ordering::Relaxed);
    let asking = tokio::spawn(respondents(urls(&proxies), number, Arc::clone(&answered)));
    until("the upstream answers", async || answered.load(Ordering::Relaxed) > before).await;
    asking.abort();
    let (attempts, calls) = assert_rules_were_kept(&upstream.seen(""));
    println!(
        "{kills} kills, {attempts} token requests, {calls} calls, {} answers of the upstream",
        answered.load(Ordering::Relaxed)
    );
}
