//! In: a connection's peer and the header `X-Forwarded-For`. Out: whose request it is. Next: `limits`, which counts.

use axum::http::{HeaderMap, HeaderName};
use ipnet::IpNet;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The web servers and load balancers before the proxy, whose word is taken.
#[derive(Clone, Debug)]
pub struct Hops(pub Vec<IpNet>);

impl Hops {
    fn trusts(&self, address: IpAddr) -> bool {
        self.0.iter().any(|hop| hop.contains(&address))
    }

    /// The address nearest to us that is not one of the hops. Each hop adds whom it was asked by to the right, so that
    /// what stands left of the first stranger may be made up by that stranger.
    pub(crate) fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let mut client = peer.to_canonical();
        let said = headers.get_all(FORWARDED_FOR).iter().rev();
        let said = said.flat_map(|value| value.to_str().unwrap_or_default().rsplit(','));
        for address in said.map(address) {
            match address {
                Some(address) if self.trusts(client) => client = address,
                _ => break,
            }
        }
        client
    }

    /// Whether a web server that nobody named speaks for its clients.
    pub(crate) fn is_unnamed(&self, peer: IpAddr, headers: &HeaderMap) -> bool {
        headers.contains_key(FORWARDED_FOR) && !self.trusts(peer.to_canonical())
    }
}

/// Some servers add the port.
fn address(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let bare = text.trim_start_matches('[').trim_end_matches(']');
    let address = bare.parse().ok().or_else(|| Some(text.parse::<SocketAddr>().ok()?.ip()))?;
    Some(address.to_canonical())
}

/// What one household or one machine has: an IPv4 address, or a network of 2^64 IPv6 addresses.
pub(crate) fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 64)).into(),
    }
}
