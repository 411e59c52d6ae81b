//! In: nothing. Out: a future that is ready when the process is told to stop. Next: a server's `run`.

use anyhow::{Context, Result};
use tokio::signal::unix::{SignalKind, signal};

/// Ready on SIGTERM and on Ctrl-C.
pub(crate) fn shutdown() -> Result<impl Future<Output = ()> + Send + 'static> {
    let mut terminate = signal(SignalKind::terminate()).context("cannot wait for signals")?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            result = tokio::signal::ctrl_c() => result.unwrap_or_else(|_| std::process::abort()),
        }
    })
}
