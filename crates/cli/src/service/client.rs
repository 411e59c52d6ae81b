//! In: a client's name and tier, or its id. Out: the clients file with it or without it. Next: a running service takes
//! the change up.

use super::settings;
use crate::output;
use anyhow::{Result, bail};
use clap::{Subcommand, ValueEnum};
use occuform_service::clients::{Clients, Tier};
use secrecy::ExposeSecret;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
    /// The service's settings file, which names the clients file [default: service.toml, where it is there]
    #[arg(long, value_name = "FILE", global = true)]
    config: Option<PathBuf>,
}

#[derive(Subcommand)]
enum Command {
    /// Register a client; its secret is shown once and kept nowhere
    Add {
        /// Who it is, for you to recognise
        name: String,
        /// What it may do: partners also code files
        #[arg(long, default_value = "public")]
        tier: TierName,
    },
    /// Show the clients
    List,
    /// Take a client's access away; its tokens are refused within seconds
    Revoke {
        /// The client's id
        id: String,
    },
}

#[derive(Clone, Copy, ValueEnum)]
enum TierName {
    Public,
    Partner,
}

pub(crate) fn run(arguments: Arguments) -> Result<()> {
    let (config, _) = settings(arguments.config.as_deref())?;
    let mut clients = Clients::read(&config.clients)?;
    match arguments.command {
        Command::Add { name, tier } => add(&mut clients, &config.clients, &name, tier),
        Command::List => Ok(output::print(&table(&clients))?),
        Command::Revoke { id } => {
            let client = clients.revoke(&config.clients, &id)?;
            clients.write(&config.clients)?;
            println!("revoked: {} ({})", client.name, client.id);
            Ok(())
        }
    }
}

fn add(clients: &mut Clients, file: &Path, name: &str, tier: TierName) -> Result<()> {
    if name.trim().is_empty() || name.chars().any(char::is_control) {
        bail!("a client's name has at least one letter and no control characters");
    }
    let tier = match tier {
        TierName::Public => Tier::Public,
        TierName::Partner => Tier::Partner,
    };
    let (id, secret) = clients.add(name.trim(), tier);
    clients.write(file)?;
    println!("client id      {id}");
    println!("client secret  {}", secret.expose_secret());
    eprintln!("The secret is not shown again. {} holds a hash of it.", file.display());
    Ok(())
}

fn table(clients: &Clients) -> String {
    if clients.all().is_empty() {
        return "No clients. Register one with 'occuform service client add NAME'.\n".to_owned();
    }
    let mut lines =
        format!("{:32}  {:7}  {:14}  {:12}  name\n", "id", "tier", "calls a second", "calls a day");
    for client in clients.all() {
        let limit = |own: Option<u32>| own.map_or("as the tier".to_owned(), |calls| calls.to_string());
        let _ = writeln!(
            lines,
            "{:32}  {:7}  {:14}  {:12}  {}",
            client.id,
            client.tier.to_string(),
            limit(client.requests_per_second),
            limit(client.requests_per_day),
            client.name
        );
    }
    lines
}
