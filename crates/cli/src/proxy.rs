//! In: the proxy's options. Out: a running proxy and its log. Next: `occuform_proxy::run`.

use crate::model::ModelChoice;
use anyhow::{Context, Result, bail};
use clap::ValueEnum;
use occuform_api::Topic;
use occuform_coder::Model;
use occuform_proxy::coder::EmbeddedCoder;
use occuform_proxy::config::Config;
use std::io::IsTerminal;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;

/// Serves the coding API, the widget's files and the demo page. Needs no credentials: the embedded model answers.
#[derive(clap::Args)]
#[command(after_help = "Example: occuform proxy --listen 127.0.0.1:8080\n\n\
    The log's detail is set with RUST_LOG (default: info). It never holds what respondents type.")]
pub(crate) struct Arguments {
    /// Address and port to listen on; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    #[command(flatten)]
    model: ModelChoice,
    /// The folder with the widget's files and the demo page
    #[arg(long, value_name = "FOLDER", default_value = "dist")]
    files: PathBuf,
    /// How log lines look [default: pretty on a terminal, json otherwise]
    #[arg(long)]
    log: Option<LogFormat>,
}

#[derive(Clone, Copy, ValueEnum)]
enum LogFormat {
    Json,
    Pretty,
}

pub(crate) fn run(arguments: Arguments) -> Result<()> {
    start_log(arguments.log);
    std::panic::set_hook(Box::new(log_panic));
    let (topic, model) = arguments.model.load()?;
    if !arguments.files.join("occupation-coder.js").is_file() {
        bail!("{} does not hold the widget's files: make them with './dev build'", arguments.files.display());
    }
    let runtime = tokio::runtime::Runtime::new().context("cannot start the runtime")?;
    runtime.block_on(serve(arguments, topic, model))
}

async fn serve(arguments: Arguments, topic: Topic, model: Model) -> Result<()> {
    let listener = TcpListener::bind(arguments.listen).await.with_context(|| {
        format!(
            "cannot listen on {}: is something else running there? Choose with --listen",
            arguments.listen
        )
    })?;
    let address = listener.local_addr().context("cannot tell the address")?;
    let mut terminate = signal(SignalKind::terminate()).context("cannot wait for signals")?;
    let shutdown = async move {
        tokio::select! {
            _ = terminate.recv() => {}
            result = tokio::signal::ctrl_c() => result.unwrap_or_else(|_| std::process::abort()),
        }
    };
    tracing::info!(%address, model = %model.id(), topic = topic.uri_name, "serving");
    println!("Occuform is ready: http://{address}/");
    let coder = Arc::new(EmbeddedCoder::new(topic, model));
    let config = Config { files: Some(arguments.files) };
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
