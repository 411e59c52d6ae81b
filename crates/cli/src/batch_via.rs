//! In: `--via` and the settings of the Coding Service. Out: whoever codes, and what that takes. Next: `batch` has the
//! rows coded.

use crate::batch_arguments::{Arguments, Via};
use crate::log;
use anyhow::{Context, Result, bail};
use indicatif::HumanCount;
use occuform_api::{MAX_BATCH_LENGTH, MAX_LENGTH, MAX_RECORDS, Topic};
use occuform_batch::{AsyncCoder, Coder, CodingService, EmbeddedCoder, Plan, Progress, Settings, SyncCoder};
use occuform_coder::Classification;
use occuform_proxy::config::{Config, USUAL_FILE, UpstreamConfig};
use occuform_proxy::upstream::moment::SystemClock;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// From so many calls a day on, a client counts as a partner, who may send files.
const PARTNERS_CALLS: u32 = 10_000;
/// Records that the Coding Service codes in a second, as its guide says: one a call, in eight calls under way.
const RECORDS_A_SECOND: u64 = 8;

/// Who codes.
pub(crate) enum Way {
    Embedded(EmbeddedCoder),
    Calls(CodingService),
    Files(CodingService),
}

/// What coding takes, in words.
pub(crate) struct Effort {
    pub(crate) what: String,
    pub(crate) time: Option<Duration>,
}

/// The Coding Service that the settings name, if they do.
pub(crate) fn upstream(arguments: &Arguments) -> Result<Option<UpstreamConfig>> {
    let file = arguments.config.as_deref().unwrap_or(Path::new(USUAL_FILE));
    let variables = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    Ok(Config::read(file, arguments.config.is_some(), variables)?.0.upstream)
}

impl Way {
    /// Opens the way that was asked for, without a call. `noted` are the settings of an unfinished batch.
    pub(crate) fn open(arguments: &Arguments, noted: Option<&Settings>) -> Result<(Self, Topic)> {
        let begun = noted.and_then(|settings| settings.get("via")).map(String::as_str);
        let topic = arguments.model.topic;
        match (arguments.via, begun) {
            (Via::Embedded, _) | (Via::Auto, Some("embedded")) => Self::embedded(arguments),
            (Via::Async, _) | (Via::Auto, Some("async")) => {
                Ok((Self::Files(service(arguments, upstream(arguments)?)?), topic))
            }
            (Via::Sync, _) | (Via::Auto, Some(_)) => {
                Ok((Self::Calls(service(arguments, upstream(arguments)?)?), topic))
            }
            (Via::Auto, None) => match upstream(arguments)? {
                None => Self::embedded(arguments),
                some => Ok((Self::Calls(service(arguments, some)?), topic)),
            },
        }
    }

    fn embedded(arguments: &Arguments) -> Result<(Self, Topic)> {
        let (topic, model) = arguments.model.load()?;
        Ok((Self::Embedded(EmbeddedCoder::new(model, arguments.output.suggestions)), topic))
    }

    /// Of `--via auto`: files instead of calls where these are too many, and the reason for what was chosen.
    pub(crate) fn choose(self, plan: &Plan, begun: bool) -> Result<(Self, String)> {
        let service = match self {
            way if begun => {
                let why = format!("{}: an unfinished batch goes on", way.name());
                return Ok((way, why));
            }
            Self::Calls(service) => service,
            way => return Ok((way, "embedded: no Coding Service is set up in occuform.toml".to_owned())),
        };
        let (calls, left) = (calls(plan), u64::from(service.calls_left()?));
        let wanted = format!("{} of the day's calls are needed and {}", HumanCount(calls), HumanCount(left));
        Ok(if calls < left {
            (Self::Calls(service), format!("sync: {wanted} are left"))
        } else if service.calls_per_day() >= PARTNERS_CALLS {
            (Self::Files(service), format!("async: {wanted} are left, and partners may send a file"))
        } else {
            (
                Self::Calls(service),
                format!("sync, for several days: {wanted} are left, and only partners may send a file"),
            )
        })
    }

    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Embedded(_) => "embedded",
            Self::Calls(_) => "sync",
            Self::Files(_) => "async",
        }
    }

    /// Most characters of a text.
    pub(crate) fn max_length(&self) -> usize {
        if let Self::Files(_) = self { MAX_BATCH_LENGTH } else { MAX_LENGTH }
    }

    /// The model, where it is known without a call: the one asked for, else that of the unfinished batch.
    pub(crate) fn known_model(
        &self,
        arguments: &Arguments,
        noted: Option<&Settings>,
    ) -> Result<Option<String>> {
        if let Self::Embedded(coder) = self {
            return Ok(Some(coder.model()));
        }
        let Some(chosen) = &arguments.model.model else {
            return Ok(noted.and_then(|settings| settings.get("model")).cloned());
        };
        let guid =
            chosen.to_str().filter(|guid| guid.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-'));
        let guid = guid.context("--model: with --via sync or async a model is named by its GUID")?;
        Ok(Some(guid.to_owned()))
    }

    /// Asks for the latest model.
    pub(crate) fn latest_model(&self, progress: &mut dyn Progress) -> Result<String> {
        match self {
            Self::Embedded(coder) => Ok(coder.model()),
            Self::Calls(service) | Self::Files(service) => Ok(service.latest_model(progress)?),
        }
    }

    pub(crate) fn coder<'a>(&'a self, model: String, arguments: &Arguments) -> Result<Box<dyn Coder + 'a>> {
        Ok(match self {
            Self::Embedded(coder) => Box::new(coder),
            Self::Calls(service) => Box::new(SyncCoder::new(service, model, arguments.output.suggestions)),
            Self::Files(service) => {
                let poll = Duration::from_secs(arguments.poll);
                Box::new(AsyncCoder::new(service, model, poll)?)
            }
        })
    }

    /// The classification, where this machine has a model of it.
    pub(crate) fn classification(&self, topic: Topic) -> Option<Classification> {
        match self {
            Self::Embedded(coder) => Some(coder.classification().clone()),
            _ => crate::model::ModelChoice::usual(topic)
                .load()
                .ok()
                .map(|(_, model)| model.classification().clone()),
        }
    }

    /// Calls that are left of the day's.
    pub(crate) fn calls_left(&self) -> Result<Option<u32>> {
        match self {
            Self::Embedded(_) => Ok(None),
            Self::Calls(service) | Self::Files(service) => Ok(Some(service.calls_left()?)),
        }
    }

    /// What is to be done will take.
    pub(crate) fn effort(&self, plan: &Plan) -> Result<Effort> {
        let texts = plan.texts - plan.coded;
        Ok(match self {
            Self::Embedded(coder) => Effort {
                what: "embedded, nothing leaves this machine".to_owned(),
                time: time_of(coder, plan, texts),
            },
            Self::Calls(service) => {
                let (calls, a_day, left) = (calls(plan), service.calls_per_day(), service.calls_left()?);
                let share = 100.0 * calls as f64 / f64::from(a_day);
                let pace = service.pause() * calls as u32;
                let day = Duration::from_hours(24);
                let days = calls.saturating_sub(u64::from(left)).div_ceil(u64::from(a_day)) as u32;
                Effort {
                    what: format!(
                        "sync\n  calls: {}, {share:.1} % of the {} a day; {} are left today",
                        HumanCount(calls),
                        HumanCount(u64::from(a_day)),
                        HumanCount(u64::from(left))
                    ),
                    time: Some(day * days + pace.max(Duration::from_secs(texts / RECORDS_A_SECOND))),
                }
            }
            Self::Files(_) => Effort {
                what: "async\n  calls: a few, to create an operation and to ask how far it is".to_owned(),
                time: None,
            },
        })
    }
}

/// The latest model is asked for by one more.
fn calls(plan: &Plan) -> u64 {
    (plan.texts - plan.coded).div_ceil(MAX_RECORDS as u64) + 1
}

/// Measured with some of the texts; nothing where there are none.
fn time_of(coder: &EmbeddedCoder, plan: &Plan, texts: u64) -> Option<Duration> {
    let sample = plan.sample.len();
    let started = Instant::now();
    coder.answers(&plan.sample).ok().filter(|_| sample > 0)?;
    Some(started.elapsed().mul_f64(texts as f64 / sample as f64))
}

fn service(arguments: &Arguments, upstream: Option<UpstreamConfig>) -> Result<CodingService> {
    let Some(upstream) = upstream else {
        bail!(
            "no Coding Service is set up: name it in [upstream] of occuform.toml as for the proxy, or let --via \
             embedded code on this machine"
        );
    };
    log::start_for_a_command();
    let clock = Arc::new(SystemClock::new().context("the machine gives no random numbers")?);
    CodingService::open(arguments.model.topic, &upstream, clock).context("cannot ask the Coding Service")
}
