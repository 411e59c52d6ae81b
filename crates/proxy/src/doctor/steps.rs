//! In: a host. Out: its addresses, a connection, a tunnel through a web proxy; or what is in the way. Next: `exchange`.

use super::Trouble;
use super::way::{Host, WebProxy};
use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;

/// How long each step may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// Far more than the first line of an answer needs.
const MAX_LINE: usize = 1_024;

/// The addresses, and what is said of them.
pub(super) async fn look_up(host: &Host) -> Result<(String, Vec<SocketAddr>), Trouble> {
    let bare = host.name.trim_matches(['[', ']']);
    let advice = || {
        format!(
            "Let this machine's name servers resolve {}, or name the web proxy on the way out with upstream.proxy. \
             If the name is wrong, mend the settings.",
            host.name
        )
    };
    match timeout(PATIENCE, lookup_host((bare, host.port))).await {
        Ok(Ok(found)) => {
            let addresses: Vec<SocketAddr> = found.collect();
            let shown: Vec<String> = addresses.iter().map(|address| address.ip().to_string()).collect();
            Ok((shown.join(", "), addresses))
        }
        Ok(Err(_)) => Err(Trouble::new("this machine does not find the name", advice())),
        Err(_) => Err(Trouble::new("the name servers do not answer", advice())),
    }
}

pub(super) async fn connect(host: &Host, addresses: &[SocketAddr]) -> Result<TcpStream, Trouble> {
    let seen = match timeout(PATIENCE, TcpStream::connect(addresses)).await {
        Ok(Ok(stream)) => return Ok(stream),
        Ok(Err(error)) if error.kind() == ErrorKind::ConnectionRefused => {
            "refused: nothing listens there, or a firewall rejects it".to_owned()
        }
        Ok(Err(error)) => format!("not possible: {error}"),
        Err(_) => format!("no answer in {} s: a firewall probably drops it", PATIENCE.as_secs()),
    };
    Err(Trouble::new(
        seen,
        format!("Open outgoing TCP connections from this machine to {}, port {}.", host.name, host.port),
    ))
}

pub(super) async fn tunnel(stream: TcpStream, proxy: &WebProxy, target: &Host) -> Result<String, Trouble> {
    let allow = format!("Let the web proxy {} make tunnels (CONNECT) to {target}.", proxy.host);
    let line = match timeout(PATIENCE, ask_for_tunnel(stream, proxy, target)).await {
        Ok(Ok(line)) => line,
        Ok(Err(error)) => return Err(Trouble::new(format!("the web proxy broke off: {error}"), allow)),
        Err(_) => return Err(Trouble::new("the web proxy does not answer", allow)),
    };
    match line.split(' ').nth(1).and_then(|status| status.parse::<u16>().ok()) {
        Some(200..=299) => Ok("made".into()),
        Some(407) => Err(Trouble::new(
            "407: the web proxy wants a name and a password, or others than these",
            "Put them into upstream.proxy, as in http://name:password@proxy.example:3128, or exempt this machine.",
        )),
        Some(status) => Err(Trouble::new(format!("{status}: the web proxy does not allow it"), allow)),
        None => Err(Trouble::new(
            "what answers there is not a web proxy",
            format!("Check the address of the web proxy: {}.", proxy.host),
        )),
    }
}

/// The first line of the answer.
async fn ask_for_tunnel(mut stream: TcpStream, proxy: &WebProxy, target: &Host) -> io::Result<String> {
    let mut request = format!("CONNECT {target} HTTP/1.1\r\nhost: {target}\r\n").into_bytes();
    if let Some(authorization) = &proxy.authorization {
        request.extend_from_slice(b"proxy-authorization: ");
        request.extend_from_slice(authorization.as_bytes());
        request.extend_from_slice(b"\r\n");
    }
    request.extend_from_slice(b"\r\n");
    stream.write_all(&request).await?;
    let mut answer = Vec::new();
    while !answer.contains(&b'\n') && answer.len() < MAX_LINE {
        if stream.read_buf(&mut answer).await? == 0 {
            return Err(ErrorKind::UnexpectedEof.into());
        }
    }
    Ok(String::from_utf8_lossy(&answer).lines().next().unwrap_or_default().to_owned())
}
