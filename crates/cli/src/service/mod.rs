//! In: the service's options and settings. Out: a running service. Next: `occuform_service::run`; `client` for the
//! commands that manage clients.

mod client;

use crate::listeners::{bind, tell_admin};
use crate::log;
use crate::signals;
use anyhow::{Context, Result};
use clap::Subcommand;
use occuform_service::Service;
use occuform_service::clients::Clients;
use occuform_service::clock::SystemClock;
use occuform_service::config::{Config, PREFIX, USUAL_FILE};
use occuform_service::models::Models;
use occuform_settings::Explained;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Speaks the whole API of the Coding Service, with our own coder behind it.
#[derive(clap::Args)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "Example:\n  occuform train\n  occuform service client add \"My form\" --tier partner\n  \
        occuform service\n\nEvery setting of the file can also be given as an environment variable: \
        limits.public.requests_per_day is OCCUFORM_SERVICE_LIMITS_PUBLIC_REQUESTS_PER_DAY. \
        'occuform service --check-config' shows them all.\n\n\
        The log's detail is set with RUST_LOG (default: info). It never holds what is to be coded."
)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    /// The settings file [default: service.toml, where it is there]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Explain the settings in effect and check what they name, then stop
    #[arg(long)]
    check_config: bool,
}

#[derive(Subcommand)]
enum Command {
    /// Register clients, show them, take their access away
    Client(client::Arguments),
}

pub(crate) fn run(arguments: Arguments) -> Result<()> {
    if let Some(Command::Client(arguments)) = arguments.command {
        return client::run(arguments);
    }
    let (config, explained) = settings(arguments.config.as_deref())?;
    if arguments.check_config {
        return check(&config, &explained);
    }
    log::start(config.server.log);
    for variable in &explained.unknown_variables {
        tracing::warn!(variable, "this environment variable is no setting");
    }
    let (listen, admin) = (config.listen, config.server.admin);
    let service = open(config)?;
    let runtime = tokio::runtime::Runtime::new().context("cannot start the runtime")?;
    runtime.block_on(async {
        let service = service.with_batches().await.context("cannot start asynchronous batches")?;
        serve(Arc::new(service), listen, admin).await
    })
}

/// The settings in effect, and where each comes from.
fn settings(file: Option<&Path>) -> Result<(Config, Explained)> {
    let path = file.unwrap_or(Path::new(USUAL_FILE));
    Config::read(path, file.is_some(), std::env::vars()).context("the settings cannot be used")
}

fn open(config: Config) -> Result<Service> {
    Service::open(config, Arc::new(SystemClock::default())).context("cannot start the service")
}

async fn serve(service: Arc<Service>, listen: SocketAddr, admin: Option<SocketAddr>) -> Result<()> {
    let listener = bind(listen, "the setting listen").await?;
    let admin = match admin {
        Some(address) => Some(bind(address, "the setting admin.listen").await?),
        None => None,
    };
    let address = listener.local_addr().context("cannot tell the address")?;
    for version in service.models().all() {
        let topic = version.topic.uri_name;
        tracing::info!(topic, version = version.number, model = %version.coder.id(), "a model");
    }
    if service.clients().all().is_empty() {
        tracing::warn!("nobody can ask for a token: register a client with 'occuform service client add'");
    }
    // Before it says that it is ready: who reads that may stop it at once.
    let shutdown = signals::shutdown()?;
    println!("The Coding Service is ready: http://{address}/");
    tell_admin(admin.as_ref())?;
    tracing::info!(%address, "serving");
    occuform_service::run(listener, admin, service, shutdown).await.context("the service stopped")
}

fn check(config: &Config, explained: &Explained) -> Result<()> {
    let widest = explained.settings.iter().map(|setting| setting.key.len()).max().unwrap_or(0);
    for setting in &explained.settings {
        println!("{:widest$}  {:24}  {}", setting.key, setting.value, setting.source);
    }
    for variable in &explained.unknown_variables {
        println!("{variable} is no setting: nothing is named like it after {PREFIX}");
    }
    // Read and not opened: a check makes no files.
    let models = Models::read(&config.models)?;
    let clients = Clients::read(&config.clients)?;
    println!();
    for version in models.all() {
        println!("{} version {}: model {}", version.topic.uri_name, version.number, version.coder.id());
    }
    println!("{} clients", clients.all().len());
    Ok(())
}
