//! In: the clients file. Out: its clients in effect, whenever it has changed.

use crate::clients::Clients;
use crate::state::Service;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

/// How often the file is looked at.
const PAUSE: Duration = Duration::from_secs(2);

/// Looks at the file again and again. One that cannot be used changes nothing.
pub(crate) async fn follow_clients(service: Arc<Service>) -> io::Result<()> {
    let path = service.config.clients.clone();
    // The first look reads what is there, since the file may have changed after the service was opened.
    let mut seen = None;
    loop {
        tokio::time::sleep(PAUSE).await;
        let now = version(&path);
        if now == seen {
            continue;
        }
        seen = now;
        match Clients::read(&path) {
            Ok(clients) => {
                tracing::info!(clients = clients.all().len(), "the clients file has changed");
                service.set_clients(clients);
            }
            Err(error) => tracing::error!(%error, "the clients file has changed and cannot be used"),
        }
    }
}

/// Tells one content of the file from another.
fn version(path: &Path) -> Option<(SystemTime, u64)> {
    let facts = path.metadata().ok()?;
    Some((facts.modified().ok()?, facts.len()))
}
