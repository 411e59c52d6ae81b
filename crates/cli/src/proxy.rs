//! In: the proxy's options. Out: a running proxy and its log. Next: `occuform_proxy::run`.

use crate::listeners::{bind, tell_admin};
use crate::log;
use crate::model::{ModelChoice, topic};
use crate::proxy_settings::ProxySettings;
use crate::signals;
use anyhow::{Context, Result, bail};
use occuform_api::Topic;
use occuform_proxy::coder::EmbeddedCoder;
use occuform_proxy::config::{Config, FallbackChoice};
use occuform_proxy::metrics::Metrics;
use occuform_serving::settings::LogFormat;
use occuform_serving::{Server, Workers};
use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

/// Serves the coding API, the widget's files and the demo page. Needs no credentials: the embedded model answers,
/// unless the settings name a Coding Service.
#[derive(clap::Args)]
#[command(after_help = "Example: occuform proxy --listen 127.0.0.1:8080\n\n\
    Settings: the file occuform.toml where there is one, and for each of its keys an environment variable, such as\n\
    OCCUFORM_UPSTREAM_API_URL for api_url in [upstream]. docs/occuform.toml has them all; --check-config tells what\n\
    is in effect. Options win over variables, variables over the file.\n\n\
    The log's detail is set with RUST_LOG (default: info). It never holds what respondents type.")]
pub(crate) struct Arguments {
    /// The settings file [default: occuform.toml, if it is there]
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Explain the settings in effect, secrets hidden, and stop
    #[arg(long)]
    check_config: bool,
    /// Begin the state that several proxies share, and stop: once, when none of this client was ever started
    #[arg(long, conflicts_with = "check_config")]
    first_start: bool,
    /// Address and port to listen on; port 0 takes a free one [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub(crate) listen: Option<SocketAddr>,
    /// The classification: osca or anzsco [default: osca]
    #[arg(long, value_parser = topic)]
    pub(crate) topic: Option<Topic>,
    /// The embedded coder's model file [default: models/TOPIC.model]
    #[arg(long, value_name = "FILE")]
    pub(crate) model: Option<PathBuf>,
    /// The folder with the widget's files and the demo page [default: dist]
    #[arg(long, value_name = "FOLDER")]
    pub(crate) files: Option<PathBuf>,
    /// How log lines look: json, or pretty for people [default: pretty on a terminal, json otherwise]
    #[arg(long, value_name = "FORMAT", value_parser = log::format)]
    pub(crate) log: Option<LogFormat>,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let settings = ProxySettings::read(arguments)?;
    if arguments.check_config {
        settings.explain();
        return Ok(());
    }
    log::start(settings.config.server.log);
    if arguments.first_start {
        return first_start(&settings.config);
    }
    let mut config = settings.config;
    let embedded = match config.fallback {
        FallbackChoice::Embedded => Some(embedded(&mut config)?),
        FallbackChoice::None => None,
    };
    let files = config.files.as_deref().unwrap_or(Path::new("."));
    if !files.join("occupation-coder.js").is_file() {
        bail!("{} does not hold the widget's files: make them with './dev build'", files.display());
    }
    let runtime = tokio::runtime::Runtime::new().context("cannot start the runtime")?;
    runtime.block_on(serve(config, embedded))
}

fn first_start(config: &Config) -> Result<()> {
    let upstream = config.upstream.as_ref().context("--first-start: no Coding Service is set up")?;
    let runtime = tokio::runtime::Runtime::new().context("cannot start the runtime")?;
    runtime.block_on(occuform_proxy::upstream::first_start(upstream))?;
    println!("The shared state has begun: start the proxies.");
    Ok(())
}

/// The topic is the one that the model was trained for.
fn embedded(config: &mut Config) -> Result<EmbeddedCoder> {
    let (topic, model) = ModelChoice::new(config.topic, config.model.clone()).load()?;
    config.topic = topic;
    Ok(EmbeddedCoder::new(topic, model, config.coding))
}

async fn serve(config: Config, embedded: Option<EmbeddedCoder>) -> Result<()> {
    let listener = bind(config.listen, "--listen").await?;
    let admin = match config.server.admin {
        Some(address) => Some(bind(address, "the setting admin.listen").await?),
        None => None,
    };
    let address = listener.local_addr().context("cannot tell the address")?;
    let shutdown = signals::shutdown()?;
    let metrics = Metrics::default();
    let coder = occuform_proxy::assemble(&config, embedded, &metrics)?;
    let upstream = config.upstream.as_ref().map_or("none", |upstream| &upstream.api_url);
    tracing::info!(%address, topic = config.topic.uri_name, upstream, "serving");
    println!("Occuform is ready: http://{address}/");
    tell_admin(admin.as_ref())?;
    // The other half is left to what goes on behind them and beside the proxy.
    let threads = std::thread::available_parallelism().map_or(1, NonZeroUsize::get).div_ceil(2);
    let workers = Workers::start(threads).context("cannot start the threads that serve")?;
    let server = Server { listener, admin, limits: config.server.limits, workers };
    occuform_proxy::run(server, &config, coder, &metrics, shutdown).await.context("the proxy stopped")
}
