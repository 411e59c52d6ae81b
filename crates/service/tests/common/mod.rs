//! A service with small models, a clock that is set by hand, and clients of both tiers.
#![allow(dead_code, reason = "not every test file needs all of it")]

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::BodyExt;
use occuform_api::{ANZSCO, OSCA, Topic};
use occuform_coder::{Lexicon, Model, TrainingSettings, train};
use occuform_service::clients::{Client, Clients, Tier};
use occuform_service::clock::Clock;
use occuform_service::config::Config;
use occuform_service::models::Models;
use occuform_service::tokens::Tokens;
use occuform_service::{Service, app};
use secrecy::SecretString;
use serde_json::Value;
use std::path::Path;
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;
use tower::ServiceExt;

pub const SECRET: &str = "a secret that only tests know";

const LEXICON: &str = "\
3 Trades
38 Electro
381 Electrical
3811 Electricians
381131 Electrician
titles:
  sparky
  electrician
tasks:
  wiring new houses
381132 Lift Mechanic
titles:
  lift mechanic
  elevator technician
tasks:
  repairing lifts
4 Hospitality
47 Hospitality
471 Hospitality
4711 Baristas
471131 Barista
titles:
  coffee maker
  barista
tasks:
  making coffee
";

/// A clock that stands still until it is moved.
#[derive(Default)]
pub struct ManualClock(Mutex<Duration>);

impl ManualClock {
    pub fn advance(&self, by: Duration) {
        *self.0.lock().unwrap() += by;
    }
}

impl Clock for ManualClock {
    fn monotonic(&self) -> Duration {
        *self.0.lock().unwrap()
    }

    fn unix(&self) -> Duration {
        Duration::from_hours(500_000) + self.monotonic()
    }
}

/// Hashing takes long on purpose: once for all tests.
static HASH: LazyLock<String> =
    LazyLock::new(|| occuform_service::clients::hash(&SecretString::from(SECRET)));

/// OSCA versions 1 and 2, ANZSCO version 1, as the bytes of their files.
pub static MODELS: LazyLock<[Vec<u8>; 3]> = LazyLock::new(|| {
    let trained = |topic: Topic, seed: u64| {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join(OSCA.uri_name)).unwrap();
        std::fs::write(folder.path().join(OSCA.uri_name).join("small.txt"), LEXICON).unwrap();
        let lexicon = Lexicon::read(folder.path(), OSCA).unwrap();
        let category_threshold = 0.5 + seed as f32 / 100.0;
        let settings = TrainingSettings { category_threshold, seed, ..TrainingSettings::default() };
        train(&lexicon, &[], &topic, settings, "2026-11-01", &|_| {}).to_bytes()
    };
    [trained(OSCA, 1), trained(OSCA, 2), trained(ANZSCO, 3)]
});

pub fn model(number: usize) -> Model {
    Model::from_bytes(&MODELS[number]).unwrap()
}

pub fn client(id: &str, tier: Tier) -> Client {
    Client {
        id: id.to_owned(),
        name: id.to_owned(),
        tier,
        secret_hash: HASH.clone(),
        requests_per_second: None,
        requests_per_day: None,
    }
}

/// The settings, with these instead of their defaults.
pub fn config(settings: &[(&str, &str)]) -> Config {
    let environment = settings.iter().map(|(key, value)| {
        (format!("OCCUFORM_SERVICE_{}", key.replace('.', "_").to_uppercase()), (*value).to_owned())
    });
    Config::read(Path::new("there is no such file.toml"), false, environment).unwrap().0
}

/// A service and its clock.
pub struct Bench {
    pub service: Arc<Service>,
    app: Router,
    pub clock: Arc<ManualClock>,
}

pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Bench {
    /// The same with asynchronous batches.
    pub async fn with_batches(self) -> Self {
        drop(self.app);
        let service = Arc::into_inner(self.service).unwrap();
        Self::over(service.with_batches().await.unwrap(), self.clock)
    }

    fn over(service: Service, clock: Arc<ManualClock>) -> Self {
        let service = Arc::new(service);
        Self { app: app(&service), service, clock }
    }

    /// The same, going on with what was counted in its data folder.
    pub fn with_counts(self) -> Self {
        drop(self.app);
        let service = Arc::into_inner(self.service).unwrap();
        Self::over(service.with_counts().unwrap(), self.clock)
    }

    /// No limits other than these settings make.
    pub fn new(settings: &[(&str, &str)]) -> Self {
        Self::at(Arc::default(), settings)
    }

    /// The same with a clock that runs already.
    pub fn at(clock: Arc<ManualClock>, settings: &[(&str, &str)]) -> Self {
        Self::of_models(clock, settings, &[(OSCA, 1, 0), (OSCA, 2, 1), (ANZSCO, 1, 2)])
    }

    /// The same with these models alone: topic, version, place in [`MODELS`].
    pub fn of_models(
        clock: Arc<ManualClock>,
        settings: &[(&str, &str)],
        served: &[(Topic, u32, usize)],
    ) -> Self {
        let mut all = vec![
            ("limits.public.requests_per_second", "0"),
            ("limits.public.requests_per_day", "0"),
            ("limits.partner.requests_per_second", "0"),
            ("limits.partner.requests_per_day", "0"),
            ("token.requests_per_hour", "0"),
            ("coding.threshold", "0.2"),
        ];
        all.extend(settings);
        let mut models = Models::default();
        for (topic, number, place) in served {
            models.add(*topic, *number, model(*place)).unwrap();
        }
        let mut clients = Clients::default();
        clients.push(client("public", Tier::Public));
        clients.push(client("partner", Tier::Partner));
        let tokens = Tokens::new(&[9; 32]);
        let service = Service::new(config(&all), models, clients, tokens, Arc::clone(&clock) as _);
        Self::over(service, clock)
    }

    pub async fn ask(&self, request: Request<Body>) -> Answer {
        let response = self.app.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes().to_vec();
        Answer { status: parts.status, headers: parts.headers, body }
    }

    /// A token request of a client.
    pub async fn request_token(&self, id: &str, secret: &str) -> Answer {
        self.ask(token_request(&basic(id, secret), "grant_type=client_credentials")).await
    }

    /// A token of this client.
    pub async fn token(&self, id: &str) -> String {
        let answer = self.request_token(id, SECRET).await;
        assert_eq!(answer.status, StatusCode::OK);
        answer.json()["access_token"].as_str().unwrap().to_owned()
    }

    pub async fn get(&self, path: &str, token: &str) -> Answer {
        self.ask(call(Method::GET, path, token, Body::empty())).await
    }

    pub async fn post(&self, path: &str, token: &str, body: impl ToString) -> Answer {
        self.ask(call(Method::POST, path, token, Body::from(body.to_string()))).await
    }
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    pub fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// Status and message of a refusal.
    pub fn refusal(&self) -> (u16, String) {
        let body = self.json();
        assert_eq!(body.as_object().unwrap().len(), 1, "{body}");
        (self.status.as_u16(), body["message"].as_str().unwrap().to_owned())
    }
}

pub fn call(method: Method, path: &str, token: &str, body: Body) -> Request<Body> {
    let request = Request::builder().method(method).uri(path).header("authorization", token);
    request.header("content-type", "application/json").body(body).unwrap()
}

pub fn basic(id: &str, secret: &str) -> String {
    use base64::Engine;
    format!("Basic {}", base64::prelude::BASE64_STANDARD.encode(format!("{id}:{secret}")))
}

pub fn token_request(authorization: &str, body: &str) -> Request<Body> {
    Request::builder()
        .method(Method::POST)
        .uri("/oauth2/token")
        .header("authorization", authorization)
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Body::from(body.to_owned()))
        .unwrap()
}

/// What the operator's machines read.
pub fn metrics(service: &Service) -> String {
    let mut text = String::new();
    prometheus_client::encoding::text::encode(&mut text, &service.counters()).unwrap();
    text
}
