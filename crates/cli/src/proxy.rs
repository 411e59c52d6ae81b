//! In: the proxy's options. Out: a running proxy and its log. Next: `occuform_proxy::run`.

use crate::model::{ModelChoice, topic};
use crate::proxy_settings::ProxySettings;
use anyhow::{Context, Result, bail};
use clap::ValueEnum;
use occuform_api::Topic;
use occuform_proxy::coder::EmbeddedCoder;
use occuform_proxy::config::{Config, FallbackChoice};
use std::io::IsTerminal;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;

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
    /// How log lines look [default: pretty on a terminal, json otherwise]
    #[arg(long)]
    log: Option<LogFormat>,
}

#[derive(Clone, Copy, ValueEnum)]
enum LogFormat {
    Json,
    Pretty,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let settings = ProxySettings::read(arguments)?;
    if arguments.check_config {
        settings.explain();
        return Ok(());
    }
    start_log(arguments.log);
    std::panic::set_hook(Box::new(log_panic));
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

/// The topic is the one that the model was trained for.
fn embedded(config: &mut Config) -> Result<EmbeddedCoder> {
    let (topic, model) = ModelChoice::new(config.topic, config.model.clone()).load()?;
    config.topic = topic;
    Ok(EmbeddedCoder::new(topic, model, config.coding))
}

async fn serve(config: Config, embedded: Option<EmbeddedCoder>) -> Result<()> {
    let listener = TcpListener::bind(config.listen).await.with_context(|| {
        format!("cannot listen on {}: is something else running there? Choose with --listen", config.listen)
    })?;
    let address = listener.local_addr().context("cannot tell the address")?;
    let mut terminate = signal(SignalKind::terminate()).context("cannot wait for signals")?;
    let shutdown = async move {
        tokio::select! {
            _ = terminate.recv() => {}
            result = tokio::signal::ctrl_c() => result.unwrap_or_else(|_| std::process::abort()),
        }
    };
    let coder = occuform_proxy::assemble(&config, embedded)?;
    let upstream = config.upstream.as_ref().map_or("none", |upstream| &upstream.api_url);
    tracing::info!(%address, topic = config.topic.uri_name, upstream, "serving");
    println!("Occuform is ready: http://{address}/");
    occuform_proxy::run(listener, config, coder, shutdown).await.context("the proxy stopped")
}

/// Where it happened, and not the message: a respondent's words could be in it.
fn log_panic(panic: &std::panic::PanicHookInfo) {
    let location = panic.location().map(ToString::to_string).unwrap_or_default();
    tracing::error!(location, "a panic");
}

/// Logs go to standard error.
fn start_log(format: Option<LogFormat>) {
    let terminal = std::io::stderr().is_terminal();
    let format = format.unwrap_or(if terminal { LogFormat::Pretty } else { LogFormat::Json });
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    match format {
        LogFormat::Json => log.json().init(),
        LogFormat::Pretty => log.with_ansi(terminal).init(),
    }
}
