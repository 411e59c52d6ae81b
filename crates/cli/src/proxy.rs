//! In: the proxy's options. Out: a running proxy and its log. Next: `occuform_proxy::run`.

use crate::log::{self, LogFormat};
use crate::model::ModelChoice;
use crate::signals;
use anyhow::{Context, Result, bail};
use occuform_api::Topic;
use occuform_coder::Model;
use occuform_proxy::coder::EmbeddedCoder;
use occuform_proxy::config::Config;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use tokio::net::TcpListener;

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

pub(crate) fn run(arguments: Arguments) -> Result<()> {
    log::start(arguments.log);
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
    let shutdown = signals::shutdown()?;
    tracing::info!(%address, model = %model.id(), topic = topic.uri_name, "serving");
    println!("Occuform is ready: http://{address}/");
    let coder = Arc::new(EmbeddedCoder::new(topic, model));
    let config = Config { files: Some(arguments.files) };
    occuform_proxy::run(listener, config, coder, shutdown).await.context("the proxy stopped")
}
