//! In: a URL and the settings. Out: the way that requests to it take, as the HTTP client would choose it. Next: `steps`
//! goes it.

use crate::config::UpstreamConfig;
use axum::http::{HeaderValue, Uri};
use hyper_util::client::proxy::matcher::Matcher;
use reqwest::Url;
use secrecy::ExposeSecret;
use std::fmt;

/// A machine and a port.
#[derive(Clone, Debug)]
pub(super) struct Host {
    pub(super) name: String,
    pub(super) port: u16,
}

/// The web proxy on the way out.
pub(super) struct WebProxy {
    pub(super) host: Host,
    pub(super) authorization: Option<HeaderValue>,
    is_tls: bool,
    named_by: &'static str,
}

/// How requests get to a host.
pub(super) struct Way {
    target: Host,
    is_tls: bool,
    proxy: Option<WebProxy>,
}

impl Way {
    pub(super) fn to(url: &Url, config: &UpstreamConfig) -> Self {
        let name = url.host_str().unwrap_or_default().to_owned();
        let port = url.port_or_known_default().unwrap_or(443);
        let proxy = url.as_str().parse().ok().and_then(|uri| web_proxy(&uri, config));
        Self { target: Host { name, port }, is_tls: url.scheme() == "https", proxy }
    }

    /// Where the connection goes.
    pub(super) fn first(&self) -> &Host {
        self.proxy.as_ref().map_or(&self.target, |proxy| &proxy.host)
    }

    /// The web proxy, and where it has to make a tunnel to, if that can be tried without TLS to the proxy itself.
    pub(super) fn tunnel(&self) -> Option<(&WebProxy, &Host)> {
        let proxy = self.proxy.as_ref()?;
        (self.is_tls && !proxy.is_tls).then_some((proxy, &self.target))
    }
}

fn web_proxy(target: &Uri, config: &UpstreamConfig) -> Option<WebProxy> {
    let variable =
        |names: [&str; 2]| names.iter().find_map(|name| std::env::var(name).ok()).unwrap_or_default();
    let (matcher, named_by) = match &config.proxy {
        Some(url) => {
            let no = variable(["NO_PROXY", "no_proxy"]);
            let matcher = Matcher::builder().all(url.expose_secret().to_owned()).no(no).build();
            (matcher, "the setting upstream.proxy")
        }
        None => (Matcher::from_system(), "the environment"),
    };
    let found = matcher.intercept(target)?;
    let uri = found.uri();
    let is_tls = uri.scheme_str() == Some("https");
    let port = uri.port_u16().unwrap_or(if is_tls { 443 } else { 80 });
    let host = Host { name: uri.host()?.to_owned(), port };
    Some(WebProxy { host, authorization: found.basic_auth().cloned(), is_tls, named_by })
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.name, self.port)
    }
}

impl fmt::Display for Way {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.proxy {
            None => write!(f, "directly: no web proxy is set up for it"),
            Some(proxy) => write!(f, "through the web proxy {}, which {} names", proxy.host, proxy.named_by),
        }
    }
}
