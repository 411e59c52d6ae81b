//! In: addresses. Out: listeners, or an error that tells how to choose another address. Next: `proxy` and `service`,
//! which serve on them.

use anyhow::{Context, Result};
use std::net::SocketAddr;
use tokio::net::TcpListener;

/// `choice` is how another address is chosen.
pub(crate) async fn bind(address: SocketAddr, choice: &str) -> Result<TcpListener> {
    TcpListener::bind(address).await.with_context(|| {
        format!("cannot listen on {address}: is something else running there? Choose with {choice}")
    })
}

/// Tells where the operator's listener is.
pub(crate) fn tell_admin(admin: Option<&TcpListener>) -> Result<()> {
    if let Some(admin) = admin {
        let address = admin.local_addr().context("cannot tell the address")?;
        println!("Health and metrics: http://{address}/metrics");
    }
    Ok(())
}
