//! In: the settings file and the environment. Out: a [`Config`], or every error at once. Next: `routes` and
//! [`crate::upstream`] are built from it. Nothing else reads the environment.

mod parse;
mod secret;

pub use secret::{ClientSecret, SecretError};

use crate::cached::CacheLimits;
use crate::limits::ClientLimits;
use crate::upstream::sizing::Merge;
use crate::upstream::wire::is_name;
use occuform_api::{OSCA, Topic};
use occuform_coder::{CodingOptions, Scope};
use occuform_serving::settings::ServerSettings;
use occuform_settings::{Explained, Settings, SettingsError};
use parse::{milliseconds, number, optional_path, path, probability, upstream_url};
use secrecy::SecretString;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// What each key's environment variable begins with.
pub const PREFIX: &str = "OCCUFORM_";
/// The settings file where none is named.
pub const USUAL_FILE: &str = "occuform.toml";
/// What the variables of another command begin with.
const SERVICE_PREFIX: &str = "OCCUFORM_SERVICE_";
/// A day, and a minute for calls that take different times on their way.
const DAY: Duration = Duration::from_mins(24 * 60 + 1);
const HOUR: Duration = Duration::from_hours(1);

/// The proxy's settings.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where the API and the files are served.
    pub listen: SocketAddr,
    /// The classification.
    pub topic: Topic,
    /// The file of the embedded coder's model, if it is not the usual one.
    pub model: Option<PathBuf>,
    /// The folder with the widget's files, and the demo page where there is one. Without it only the API is served.
    pub files: Option<PathBuf>,
    /// How long a request may wait for the Coding Service.
    pub deadline: Duration,
    /// Who answers what the Coding Service does not answer in time.
    pub fallback: FallbackChoice,
    /// How it is served.
    pub server: ServerSettings,
    /// Whose pages may ask.
    pub origins: Origins,
    /// How often a client may ask.
    pub clients: ClientLimits,
    /// How the embedded coder codes, the number of suggestions apart.
    pub coding: CodingOptions,
    /// The Coding Service, if it is to be asked.
    pub upstream: Option<UpstreamConfig>,
}

/// Who answers what the Coding Service does not answer in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FallbackChoice {
    /// Our own model.
    Embedded,
    /// Nobody: the client is told to come back.
    None,
}

/// Whose pages may ask, besides those of the proxy's own origin.
#[derive(Clone, Debug)]
pub struct Origins {
    /// Origins such as `https://forms.example.gov.au`.
    pub allowed: Vec<String>,
    /// Whether requests that name no origin are answered: those of scripts and servers.
    pub without_origin: bool,
}

/// How the Coding Service is asked.
#[derive(Clone, Debug)]
pub struct UpstreamConfig {
    /// Where tokens come from: a whole URL.
    pub token_url: String,
    /// What the API's paths, `/v1/topics` and so on, are put behind.
    pub api_url: String,
    /// The client id.
    pub client_id: String,
    /// The client secret.
    pub client_secret: ClientSecret,
    /// The folder for what must survive the process, where it is not shared.
    pub state: PathBuf,
    /// Where several proxies share it; may hold a password.
    pub redis_url: Option<SecretString>,
    /// Most calls in any day.
    pub calls_per_day: u32,
    /// Most calls in any hour.
    pub calls_per_hour: u32,
    /// Least time between two calls.
    pub pause: Duration,
    /// In which there may be one request for a token.
    pub hour: Duration,
    /// In which there may be so many calls.
    pub day: Duration,
    /// The GUID of the model that is to code, if it is not the latest.
    pub model: Option<String>,
    /// Whether records that wait together go out as one call.
    pub merge: Merge,
    /// How long a request may wait.
    pub deadline: Duration,
    /// How many answers are kept.
    pub cache: CacheLimits,
    /// The web proxy on the way out; may hold a password.
    pub proxy: Option<SecretString>,
    /// Root certificates besides the machine's, in PEM form.
    pub extra_roots: Option<PathBuf>,
}

/// Why there is no configuration.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file or a value.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// The Coding Service's settings are there in part.
    #[error("the Coding Service is asked only if all of its settings are there; missing: {0}")]
    Incomplete(String),
    /// The secret.
    #[error(transparent)]
    Secret(#[from] SecretError),
    /// Nobody would answer.
    #[error("fallback: 'none' is allowed only if the Coding Service is set up; expected embedded")]
    NobodyAnswers,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            topic: OSCA,
            model: None,
            files: None,
            deadline: Duration::from_secs(8),
            fallback: FallbackChoice::Embedded,
            server: ServerSettings::default(),
            origins: Origins { allowed: Vec::new(), without_origin: true },
            clients: ClientLimits::default(),
            coding: CodingOptions::for_a_person(1),
            upstream: None,
        }
    }
}

impl Config {
    /// Reads the file and the environment. A file that is not there counts as empty, unless `required`.
    ///
    /// # Errors
    /// When the file cannot be read; else everything that is wrong with the settings, a line each.
    pub fn read(
        file: &Path,
        required: bool,
        environment: impl IntoIterator<Item = (String, String)>,
    ) -> Result<(Self, Explained), ConfigError> {
        let mut environment: BTreeMap<String, String> = environment.into_iter().collect();
        // Taken out before anything that prints values sees it.
        let given = environment.remove(secret::VARIABLE);
        let given_redis = environment.remove(secret::REDIS_VARIABLE);
        let credentials = environment.get(secret::CREDENTIALS).map(PathBuf::from);
        environment.retain(|name, _| !name.starts_with(SERVICE_PREFIX));
        let mut settings = Settings::read(PREFIX, file, required, environment)?;
        let s = &mut settings;
        let address = "an address and port such as 127.0.0.1:8080";
        let mut config = Self {
            listen: s.get("listen", "127.0.0.1:8080", address, |text| text.parse().ok()),
            topic: s.get("topic", "osca", "osca or anzsco", Topic::find),
            model: s.get("model", "", "a file", optional_path),
            files: Some(s.get("files", "dist", "a folder", path)),
            deadline: s.get("deadline_ms", "8000", "whole milliseconds, 100 to 60000", milliseconds(100)),
            fallback: s.get("fallback", "embedded", "embedded or none", fallback),
            server: ServerSettings::read(s, "off"),
            origins: origins(s),
            clients: clients(s),
            coding: coding(s),
            upstream: None,
        };
        let secret = ClientSecret::find(
            given,
            s.get("upstream.client_secret_file", "", "a file", optional_path),
            credentials.clone(),
        );
        let redis_file = s.get("shared.redis_url_file", "", "a file", optional_path);
        let mut upstream = upstream(s, config.deadline);
        let explained = settings.finish()?;
        upstream.redis_url = secret::redis_url(given_redis, redis_file, credentials)?;
        config.upstream = whole(upstream, secret)?;
        if config.upstream.is_none() && config.fallback == FallbackChoice::None {
            return Err(ConfigError::NobodyAnswers);
        }
        Ok((config, explained))
    }
}

fn fallback(text: &str) -> Option<FallbackChoice> {
    match text {
        "embedded" => Some(FallbackChoice::Embedded),
        "none" => Some(FallbackChoice::None),
        _ => None,
    }
}

fn origins(s: &mut Settings) -> Origins {
    let allowed = "origins such as https://forms.example.gov.au, with spaces between them";
    Origins {
        allowed: s.get("cors.origins", "", allowed, parse::origins),
        without_origin: s.get("cors.without_origin", "allow", "allow or refuse", |text| match text {
            "allow" => Some(true),
            "refuse" => Some(false),
            _ => None,
        }),
    }
}

fn clients(s: &mut Settings) -> ClientLimits {
    let hops = "addresses and networks such as 10.0.0.0/8, with spaces between them";
    ClientLimits {
        per_minute: s.get("clients.requests_per_minute", "600", "0 to 1000000, 0 for no limit", |text| {
            number(0, 1_000_000)(text).map(NonZeroU32::new)
        }),
        burst: s.get("clients.burst", "300", "1 to 1000000", |text| {
            number(1, 1_000_000)(text).and_then(NonZeroU32::new)
        }),
        hops: s.get("clients.trusted_hops", "127.0.0.0/8 ::1", hops, parse::hops),
    }
}

fn coding(s: &mut Settings) -> CodingOptions {
    CodingOptions {
        scope: s.get("coding.scope", "all", "all or category", |text| match text {
            "all" => Some(Scope::All),
            "category" => Some(Scope::Category),
            _ => None,
        }),
        threshold: s.get("coding.threshold", "model", "model, or a probability from 0 to 1", |text| {
            if text == "model" { Some(None) } else { probability(text).map(Some) }
        }),
        min_digits: s.get("coding.min_digits", "6", "a number from 1 to 6", number(1, 6)),
        ..CodingOptions::for_a_person(1)
    }
}

/// What was given of the Coding Service's settings; the secret is not known yet.
fn upstream(s: &mut Settings, deadline: Duration) -> UpstreamConfig {
    let url = "an https: URL, or an http: URL of this machine";
    let id = "printable characters without spaces and colons";
    let is_id = |text: &str| text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b':');
    UpstreamConfig {
        token_url: s.get("upstream.token_url", "", url, upstream_url),
        api_url: s.get("upstream.api_url", "", url, upstream_url),
        client_id: s.get("upstream.client_id", "", id, |text| is_id(text).then(|| text.to_owned())),
        client_secret: ClientSecret::default(),
        state: s.get("upstream.state", "state", "a folder", path),
        redis_url: None,
        calls_per_day: s.get("upstream.calls_per_day", "1000", "1 to 100000000", number(1, 100_000_000)),
        calls_per_hour: s.get("upstream.calls_per_hour", "all", "all, or 1 to 100000000", |text| {
            if text == "all" { Some(u32::MAX) } else { number(1, 100_000_000)(text) }
        }),
        pause: s.get("upstream.pause_ms", "1100", "whole milliseconds, 1000 to 60000", milliseconds(1_000)),
        hour: HOUR,
        day: DAY,
        model: s.get("upstream.model", "", "a model's GUID", |text| match text {
            "" => Some(None),
            guid => is_name(guid).then(|| Some(guid.to_owned())),
        }),
        merge: s.get("upstream.merge", "auto", "auto or off", |text| match text {
            "auto" => Some(Merge::Auto),
            "off" => Some(Merge::Off),
            _ => None,
        }),
        deadline,
        cache: CacheLimits {
            answers: s.get("cache.answers", "10000", "0 to 10000000", number(0, 10_000_000)),
            keep: HOUR * s.get("cache.hours", "24", "whole hours, 1 to 720", number::<u32>(1, 720)),
        },
        proxy: s.get_secret(
            "upstream.proxy",
            "a URL such as http://proxy.example.gov.au:3128",
            parse::without_password,
            parse::proxy,
        ),
        extra_roots: s.get("upstream.root_certificates", "", "a PEM file", optional_path),
    }
}

/// The Coding Service's settings if they are all there, none if there are none.
fn whole(
    upstream: UpstreamConfig,
    secret: Option<ClientSecret>,
) -> Result<Option<UpstreamConfig>, ConfigError> {
    let needed = [
        ("upstream.token_url", upstream.token_url.is_empty()),
        ("upstream.api_url", upstream.api_url.is_empty()),
        ("upstream.client_id", upstream.client_id.is_empty()),
        ("upstream.client_secret_file", secret.is_none()),
    ];
    let missing: Vec<&str> = needed.iter().filter(|(_, missing)| *missing).map(|(key, _)| *key).collect();
    match secret {
        Some(client_secret) if missing.is_empty() => {
            client_secret.read()?;
            Ok(Some(UpstreamConfig { client_secret, ..upstream }))
        }
        _ if missing.len() == needed.len() => Ok(None),
        _ => Err(ConfigError::Incomplete(missing.join(", "))),
    }
}
