//! In: the settings file and the environment. Out: a [`Config`], or every error at once. Next: `state` is built from
//! it. Nothing else reads the environment.

use crate::faults::Faults;
use crate::throttle::Rate;
use occuform_coder::{CodingOptions, Scope};
use occuform_serving::settings::ServerSettings;
use occuform_settings::{Explained, Settings, SettingsError};
use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::time::Duration;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// What each key's environment variable begins with.
pub const PREFIX: &str = "OCCUFORM_SERVICE_";

/// The settings file where none is named.
pub const USUAL_FILE: &str = "service.toml";

/// The service's settings.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where the API is served.
    pub listen: SocketAddr,
    /// How it is served.
    pub server: ServerSettings,
    /// The folder of model files.
    pub models: PathBuf,
    /// The file of clients.
    pub clients: PathBuf,
    /// The folder that the service keeps its own files in.
    pub data: PathBuf,
    /// Token requests.
    pub token: TokenLimits,
    /// What public clients may do.
    pub public: CallLimits,
    /// What partner clients may do.
    pub partner: CallLimits,
    /// How records are coded, the number of suggestions apart.
    pub coding: CodingOptions,
    /// Asynchronous batches.
    pub batch: BatchSettings,
    /// What `security.txt` says.
    pub security: Security,
    /// What goes wrong on purpose.
    pub faults: Faults,
}

/// How often a client may ask for a token.
#[derive(Clone, Copy, Debug)]
pub struct TokenLimits {
    /// Requests in any hour.
    pub rate: Rate,
    /// How long a client that asked more often is refused.
    pub block: Duration,
}

/// How often a client may call.
#[derive(Clone, Copy, Debug)]
pub struct CallLimits {
    /// Calls in any second.
    pub second: Rate,
    /// Calls in any 24 hours.
    pub day: Rate,
}

/// Asynchronous batches.
#[derive(Clone, Debug)]
pub struct BatchSettings {
    /// What links begin with; as the client called where it is not set.
    pub public_url: Option<String>,
    /// The file of the key for stored files and links; one in the data folder where it is not set.
    pub key_file: Option<PathBuf>,
    /// The key ARN that uploads have to name; made up where it is not set.
    pub kms_key_arn: Option<String>,
    /// Most bytes of an input file.
    pub max_upload_bytes: u64,
    /// Room on the disk that uploads leave.
    pub reserved_bytes: u64,
    /// How many threads code files; one a core where it is not set.
    pub threads: Option<NonZeroUsize>,
    /// Fewest digits of a code: the group's code is given where six digits are not trusted but the group is.
    pub min_digits: usize,
}

/// What `security.txt` says.
#[derive(Clone, Debug)]
pub struct Security {
    /// A URI: whom to tell of a weakness.
    pub contact: String,
    /// Until when this holds; some months from the start where it is not set.
    pub expires: Option<OffsetDateTime>,
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
    ) -> Result<(Self, Explained), SettingsError> {
        let mut settings = Settings::read(PREFIX, file, required, environment)?;
        let s = &mut settings;
        let address = "an address and port such as 127.0.0.1:8081";
        let config = Self {
            listen: s.get("listen", "127.0.0.1:8081", address, |text| text.parse().ok()),
            server: ServerSettings::read(s, "127.0.0.1:9081"),
            models: s.get("models", "models", "a folder", path),
            clients: s.get("clients", "clients.toml", "a file", path),
            data: s.get("data", "data", "a folder", path),
            token: token_limits(s),
            public: call_limits(s, PUBLIC_KEYS, "1000"),
            partner: call_limits(s, PARTNER_KEYS, "10000"),
            coding: coding(s),
            batch: batch(s),
            security: security(s),
            faults: faults(s),
        };
        Ok((config, settings.finish()?))
    }
}

const PUBLIC_KEYS: [&str; 2] = ["limits.public.requests_per_second", "limits.public.requests_per_day"];
const PARTNER_KEYS: [&str; 2] = ["limits.partner.requests_per_second", "limits.partner.requests_per_day"];

fn token_limits(s: &mut Settings) -> TokenLimits {
    TokenLimits {
        rate: Rate::an_hour(s.get("token.requests_per_hour", "1", CALLS, calls)),
        block: s.get("token.block_seconds", "3600", "whole seconds, 1 to 86400", seconds(1, 86_400)),
    }
}

fn call_limits(s: &mut Settings, [second, day]: [&'static str; 2], a_day: &str) -> CallLimits {
    CallLimits {
        second: Rate::a_second(s.get(second, "1", CALLS, calls)),
        day: Rate::a_day(s.get(day, a_day, CALLS, calls)),
    }
}

fn coding(s: &mut Settings) -> CodingOptions {
    CodingOptions {
        scope: s.get("coding.scope", "category", "category or all", |text| match text {
            "category" => Some(Scope::Category),
            "all" => Some(Scope::All),
            _ => None,
        }),
        threshold: s.get("coding.threshold", "model", "model, or a probability from 0 to 1", |text| {
            if text == "model" { Some(None) } else { share(text).map(Some) }
        }),
        min_digits: s.get("coding.min_digits", "6", DIGITS, digits),
        ..CodingOptions::without_a_person(1)
    }
}

fn batch(s: &mut Settings) -> BatchSettings {
    let bytes = |text: &str| number(text, 0, u64::MAX);
    BatchSettings {
        public_url: s.get("batch.public_url", "", "an http: or https: URL", |text| {
            unset_or(text, || is_base_url(text).then(|| text.to_owned()))
        }),
        key_file: s.get("batch.key_file", "", "a file", |text| unset_or(text, || path(text))),
        kms_key_arn: s.get("batch.kms_key_arn", "", "printable characters without spaces", |text| {
            unset_or(text, || text.bytes().all(|byte| byte.is_ascii_graphic()).then(|| text.to_owned()))
        }),
        max_upload_bytes: s.get("batch.max_upload_bytes", "5368709120", "a number of bytes", bytes),
        reserved_bytes: s.get("batch.reserved_bytes", "536870912", "a number of bytes", bytes),
        threads: s.get("batch.threads", "0", "a whole number, 0 for one a core", |text| {
            text.parse().ok().filter(|threads| *threads <= 1_024).map(NonZeroUsize::new)
        }),
        min_digits: s.get("batch.min_digits", "1", DIGITS, digits),
    }
}

fn is_base_url(text: &str) -> bool {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    rest.is_some_and(|rest| {
        !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_graphic()) && !rest.contains(['?', '#'])
    })
}

/// An empty text stands for a setting that is not set.
#[expect(clippy::option_option, reason = "not set, and not allowed")]
fn unset_or<T>(text: &str, parse: impl FnOnce() -> Option<T>) -> Option<Option<T>> {
    if text.is_empty() { Some(None) } else { parse().map(Some) }
}

fn security(s: &mut Settings) -> Security {
    let is_uri = |text: &str| {
        let uri = text.contains(':') && text.bytes().all(|byte| byte.is_ascii_graphic());
        (uri && !text.contains(['<', '>', '"', '&'])).then(|| text.to_owned())
    };
    Security {
        contact: s.get("security.contact", "mailto:root@localhost", "a mailto: or https: address", is_uri),
        expires: s.get("security.expires", "", "a moment such as 2027-06-30T00:00:00Z", |text| {
            if text.is_empty() { Some(None) } else { OffsetDateTime::parse(text, &Rfc3339).ok().map(Some) }
        }),
    }
}

fn faults(s: &mut Settings) -> Faults {
    let milliseconds = |text: &str| number(text, 0, 3_600_000).map(Duration::from_millis);
    let duration = "whole milliseconds, 0 to 3600000";
    let probability = "a probability from 0 to 1";
    Faults {
        call_latency: s.get("faults.call_latency_ms", "0", duration, milliseconds),
        record_latency: s.get("faults.record_latency_ms", "0", duration, milliseconds),
        internal_error: s.get("faults.internal_error", "0", probability, share),
        denied: s.get("faults.denied", "0", probability, share),
        too_many_requests: s.get("faults.too_many_requests", "0", probability, share),
        limit_exceeded: s.get("faults.limit_exceeded", "0", probability, share),
        disconnect: s.get("faults.disconnect", "0", probability, share),
        seed: s.get("faults.seed", "1", "a whole number", |text| text.parse().ok()),
    }
}

const DIGITS: &str = "a number from 1 to 6";

fn digits(text: &str) -> Option<usize> {
    text.parse().ok().filter(|digits| (1..=6).contains(digits))
}

const CALLS: &str = "a whole number up to 1000000000, 0 for no limit";

fn calls(text: &str) -> Option<u32> {
    text.parse().ok().filter(|calls| *calls <= 1_000_000_000)
}

fn number(text: &str, from: u64, to: u64) -> Option<u64> {
    text.parse().ok().filter(|number| (from..=to).contains(number))
}

fn seconds(from: u64, to: u64) -> impl Fn(&str) -> Option<Duration> {
    move |text| number(text, from, to).map(Duration::from_secs)
}

fn share(text: &str) -> Option<f64> {
    text.parse().ok().filter(|share| (0.0..=1.0).contains(share))
}

fn path(text: &str) -> Option<PathBuf> {
    (!text.is_empty()).then(|| PathBuf::from(text))
}
