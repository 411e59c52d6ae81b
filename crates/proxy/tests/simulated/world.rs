//! A Coding Service in this process, whose calls take simulated time, and the stages before it as they are.

use async_trait::async_trait;
use occuform_api::{CodeAnswer, CodeStatus, JobText, Model, OSCA, Record, Suggestion, Topic};
use occuform_proxy::cached::CacheLimits;
use occuform_proxy::coder::{Coded, Coder, CodingFailure, Source};
use occuform_proxy::config::{ClientSecret, UpstreamConfig};
use occuform_proxy::fallback::Fallback;
use occuform_proxy::metrics::Metrics;
use occuform_proxy::upstream::http::Asked;
use occuform_proxy::upstream::keeper::Token;
use occuform_proxy::upstream::moment::{Clock, Moment};
use occuform_proxy::upstream::sent::Sent;
use occuform_proxy::upstream::sizing::Merge;
use occuform_proxy::upstream::state::Stores;
use occuform_proxy::upstream::{self, Call, CallFailure, NamedText, Reply, Upstream};
use std::collections::HashSet;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tempfile::TempDir;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep};

pub const SECOND: Duration = Duration::from_secs(1);
pub const DEADLINE: Duration = Duration::from_secs(8);
/// After which the connection gives a call up.
const CALL_LIMIT: Duration = Duration::from_secs(30);

/// What a call of so many records comes to, and after how long.
pub type Behaviour = dyn Fn(&[NamedText]) -> (Duration, Result<(), CallFailure>) + Send + Sync;

/// A coding call that arrived.
#[derive(Clone, Copy, Debug)]
pub struct Seen {
    pub at: Instant,
    pub records: usize,
}

pub struct Simulated {
    behaviour: Mutex<Arc<Behaviour>>,
    /// How many suggestions there are for a record, of a call with so many.
    alternatives: fn(usize) -> usize,
    pub seen: Mutex<Vec<Seen>>,
    /// When any call arrived.
    arrivals: Mutex<Vec<Instant>>,
}

impl Simulated {
    pub fn new(alternatives: fn(usize) -> usize) -> Arc<Self> {
        Arc::new(Self {
            behaviour: Mutex::new(Arc::new(|_: &[NamedText]| (SECOND, Ok(())))),
            alternatives,
            seen: Mutex::default(),
            arrivals: Mutex::default(),
        })
    }

    pub fn behave(
        &self,
        behaviour: impl Fn(&[NamedText]) -> (Duration, Result<(), CallFailure>) + Send + Sync + 'static,
    ) {
        *self.behaviour.lock().unwrap() = Arc::new(behaviour);
    }

    pub fn calls(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    /// Never two calls in a second.
    pub fn assert_pace(&self) {
        let arrivals = self.arrivals.lock().unwrap();
        for pair in arrivals.windows(2) {
            assert!(pair[1] - pair[0] >= SECOND, "two calls {:?} apart", pair[1] - pair[0]);
        }
    }
}

#[async_trait]
impl Upstream for Simulated {
    async fn call(&self, call: &Call, _: &Token, sent: Sent) -> Result<Reply, CallFailure> {
        self.arrivals.lock().unwrap().push(Instant::now());
        sent.tell();
        let Call::Code { records, suggestions, .. } = call else {
            sleep(SECOND / 10).await;
            return Ok(Reply::Models(vec![model()]));
        };
        assert!((1..=300).contains(&records.len()));
        let names: HashSet<_> = records.iter().map(|record| &record.id).collect();
        assert_eq!(names.len(), records.len());
        self.seen.lock().unwrap().push(Seen { at: Instant::now(), records: records.len() });
        let behaviour = Arc::clone(&self.behaviour.lock().unwrap());
        let (takes, outcome) = behaviour(records);
        if takes > CALL_LIMIT {
            sleep(CALL_LIMIT).await;
            return Err(CallFailure::Broken("no answer in time"));
        }
        sleep(takes).await;
        outcome?;
        let alternatives = (self.alternatives)(records.len()).min(usize::from(*suggestions));
        let answers = records.iter().map(|named| answer(&named.text, alternatives));
        Ok(Reply::Answers(answers.collect()))
    }

    async fn ask_for_token(&self) -> Asked {
        sleep(SECOND / 10).await;
        Asked::Obtained { value: "token".into(), valid_for: Duration::from_hours(1) }
    }
}

/// The label repeats the title, so that a test can tell whose answer it is.
fn answer(text: &JobText, alternatives: usize) -> CodeAnswer {
    let suggestion = Suggestion {
        code_category: "361111".into(),
        code_label: text.title().to_owned(),
        code_confidence: 0.5,
    };
    CodeAnswer {
        code_status: CodeStatus::Successful,
        input: Record::default(),
        result: vec![suggestion; alternatives],
    }
}

fn model() -> Model {
    Model {
        model_id: "model-1".into(),
        model_version: 1,
        model_release_date: "2026-01-01".into(),
        model_type: "hsvm2".into(),
        input_format: vec![],
        topic_standard: OSCA.full_name.into(),
        topic_version: OSCA.version.into(),
    }
}

pub struct SimulatedClock(pub Instant);

impl Clock for SimulatedClock {
    fn now(&self) -> Moment {
        let uptime = self.0.elapsed();
        Moment { boot: "boot".into(), uptime, unix: Duration::from_hours(500_000) + uptime, past_at: None }
    }
}

/// Answers at once.
pub struct Embedded;

#[async_trait]
impl Coder for Embedded {
    fn topic(&self) -> Topic {
        OSCA
    }

    fn model(&self) -> Option<Arc<Model>> {
        None
    }

    async fn code(&self, text: JobText, _: u8, _: Instant) -> Result<Coded, CodingFailure> {
        Coded::new(&answer(&text, 1), Source::Embedded, "embedded")
    }
}

/// What came of a record, and when.
#[derive(Debug)]
pub struct Outcome {
    pub source: Option<Source>,
    pub took: Duration,
}

pub struct World {
    pub upstream: Arc<Simulated>,
    coder: Arc<dyn Coder>,
    _state: TempDir,
}

/// What differs from the usual.
pub struct Options {
    pub merge: Merge,
    pub deadline: Duration,
    pub embedded: bool,
    pub alternatives: fn(usize) -> usize,
    pub calls_per_day: u32,
    pub calls_per_hour: u32,
    pub cached_answers: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            merge: Merge::Auto,
            deadline: DEADLINE,
            embedded: true,
            alternatives: |_| 3,
            calls_per_day: 1_000_000,
            calls_per_hour: u32::MAX,
            cached_answers: 0,
        }
    }
}

impl Options {
    pub fn config(&self, state: &Path) -> UpstreamConfig {
        UpstreamConfig {
            token_url: String::new(),
            api_url: String::new(),
            client_id: "form".into(),
            client_secret: ClientSecret::Given("secret".into()),
            state: state.to_owned(),
            redis_url: None,
            calls_per_day: self.calls_per_day,
            calls_per_hour: self.calls_per_hour,
            pause: Duration::from_millis(1_100),
            hour: Duration::from_hours(1),
            day: Duration::from_hours(24),
            model: None,
            merge: self.merge,
            deadline: self.deadline,
            cache: CacheLimits { answers: self.cached_answers, keep: Duration::from_hours(24) },
            proxy: None,
            extra_roots: None,
        }
    }
}

impl World {
    /// When the model is known and nobody has called for a while.
    pub async fn ready(options: Options) -> Self {
        let state = tempfile::tempdir().unwrap();
        let config = options.config(state.path());
        let upstream = Simulated::new(options.alternatives);
        let clock = Arc::new(SimulatedClock(Instant::now()));
        let stores = Stores::open(&config).unwrap();
        let first =
            upstream::assemble(OSCA, &config, clock, Arc::clone(&upstream), stores, &Metrics::default())
                .unwrap();
        let second = options.embedded.then(|| Arc::new(Embedded) as Arc<dyn Coder>);
        let coder = Arc::new(Fallback::new(first, second, options.deadline));
        while coder.model().is_none() {
            sleep(SECOND).await;
        }
        sleep(SECOND * 10).await;
        Self { upstream, coder, _state: state }
    }

    /// Asks, and checks that an answer is the caller's own.
    pub fn ask(&self, title: &str) -> JoinHandle<Outcome> {
        let (coder, title) = (Arc::clone(&self.coder), title.to_owned());
        tokio::spawn(async move {
            let began = Instant::now();
            let text = JobText::new(&title, "").unwrap();
            let result = coder.code(text, 3, began + Duration::from_mins(1)).await;
            let took = began.elapsed();
            if let Ok(Coded { suggestions, .. }) = &result {
                let suggestions: Vec<Suggestion> = serde_json::from_str(suggestions.get()).unwrap();
                assert!(suggestions.iter().all(|suggestion| suggestion.code_label == title));
            }
            Outcome { source: result.ok().map(|coded| coded.source), took }
        })
    }

    /// So many at once, each with words of its own.
    pub async fn crowd(&self, name: &str, size: usize) -> Vec<Outcome> {
        let asked: Vec<_> = (0..size).map(|number| self.ask(&format!("{name} {number}"))).collect();
        let mut outcomes = Vec::new();
        for handle in asked {
            outcomes.push(handle.await.unwrap());
        }
        outcomes
    }
}

pub fn answered_by(outcomes: &[Outcome], source: Source) -> usize {
    outcomes.iter().filter(|outcome| outcome.source == Some(source)).count()
}

/// The time within which 19 of 20 had their answer.
pub fn p95(outcomes: &[Outcome]) -> Duration {
    let mut times: Vec<_> = outcomes.iter().map(|outcome| outcome.took).collect();
    times.sort();
    times[(times.len() * 95).div_ceil(100) - 1]
}
