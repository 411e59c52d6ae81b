//! In: the proxy's settings. Out: step by step, whether the way to the Coding Service is open, and what has to be opened.
//! Next: `occuform_proxy::doctor`, which goes the way.

use crate::log;
use crate::proxy_settings;
use anyhow::{Context, Result, bail};
use occuform_proxy::config::{Config, UpstreamConfig};
use occuform_proxy::doctor::{Finding, Trouble, examine};
use occuform_proxy::metrics::Metrics;
use occuform_proxy::upstream::{self, moment::SystemClock};
use occuform_serving::settings::LogFormat;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// How long a token and the latest model may take together.
const PATIENCE: Duration = Duration::from_secs(30);

/// Checks the way to the Coding Service: settings, name look-up, web proxy, TLS, token host and API host. Says in plain
/// words what a network team must open. Asks for no token and makes no call, unless told to.
#[derive(clap::Args)]
#[command(after_help = "Example: occuform doctor --config /etc/occuform/occuform.toml\n\n\
    Run it as the user and on the machine that the proxy runs as and on.")]
pub(crate) struct Arguments {
    /// The settings file [default: occuform.toml, if it is there]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Then also ask for a token and for the latest model. That is the one token request of this hour; the proxy finds
    /// the token in the state folder and uses it. The proxy must not be running
    #[arg(long)]
    ask_for_a_token: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let (config, _) = proxy_settings::read(arguments.config.as_deref())?;
    show(&Finding { step: "settings".into(), result: Ok("every value is allowed".into()) });
    let Some(upstream) = &config.upstream else {
        println!("\nNo Coding Service is set up: the embedded coder answers, and needs no way out.");
        return Ok(());
    };
    show(&Finding { step: "client secret".into(), result: Ok("there is one".into()) });
    let runtime = tokio::runtime::Runtime::new().context("cannot start the runtime")?;
    let troubles = runtime.block_on(async {
        let mut troubles = 0;
        let mut tell = |finding: Finding| {
            show(&finding);
            troubles += usize::from(finding.result.is_err());
        };
        examine(upstream, &mut tell).await;
        if arguments.ask_for_a_token {
            tell(Finding { step: "token and model".into(), result: token(&config, upstream).await });
        }
        troubles
    });
    println!();
    match troubles {
        0 => println!("The way to the Coding Service is open."),
        1 => bail!("one step does not work: see above what is to be done"),
        troubles => bail!("{troubles} steps do not work: see above what is to be done"),
    }
    Ok(())
}

fn show(finding: &Finding) {
    match &finding.result {
        Ok(found) => println!("ok      {}: {found}", finding.step),
        Err(trouble) => println!("WRONG   {}: {}\n        => {}", finding.step, trouble.seen, trouble.advice),
    }
}

/// By the proxy's own rules: never a second time in an hour, and recorded before it is done.
async fn token(config: &Config, upstream: &UpstreamConfig) -> Result<String, Trouble> {
    let trouble = |seen: String, advice: &str| Trouble { seen, advice: advice.to_owned() };
    log::start(LogFormat::Pretty);
    let advice =
        "Where a proxy uses the state folder, stop it first, or look at its log and metrics instead.";
    let clock = SystemClock::new().map_err(|error| trouble(error.to_string(), advice))?;
    let coder = upstream::open(config.topic, upstream, Arc::new(clock), &Metrics::default())
        .map_err(|error| trouble(error.to_string(), advice))?;
    let known = async {
        loop {
            if let Some(model) = coder.model() {
                return model;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    let model = tokio::time::timeout(PATIENCE, known).await;
    let advice = "The log above tells why. After a refused token request there can be none for an hour.";
    let model = model.map_err(|_| trouble(format!("none in {} s", PATIENCE.as_secs()), advice))?;
    Ok(format!("the latest model of {} is version {}", config.topic.uri_name, model.model_version))
}
