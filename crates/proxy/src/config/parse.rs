//! In: a setting's text. Out: its value, if it is one. Next: back to `config`, which names what is allowed.

use crate::clients::Hops;
use ipnet::IpNet;
use reqwest::Url;
use secrecy::SecretString;
use std::net::IpAddr;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

pub(super) fn path(text: &str) -> Option<PathBuf> {
    (!text.is_empty()).then(|| PathBuf::from(text))
}

/// An empty text stands for a setting that is not set.
#[expect(clippy::option_option, reason = "not set, and not allowed")]
#[expect(clippy::unnecessary_wraps, reason = "every text is allowed")]
pub(super) fn optional_path(text: &str) -> Option<Option<PathBuf>> {
    Some(path(text))
}

pub(super) fn number<T: FromStr + PartialOrd>(from: T, to: T) -> impl Fn(&str) -> Option<T> {
    move |text| text.parse().ok().filter(|number| (&from..=&to).contains(&number))
}

pub(super) fn milliseconds(from: u64) -> impl Fn(&str) -> Option<Duration> {
    let number = number(from, 60_000);
    move |text| number(text).map(Duration::from_millis)
}

pub(super) fn probability(text: &str) -> Option<f64> {
    number(0.0, 1.0)(text)
}

/// Encrypted, or not leaving this machine. Empty: not set.
pub(super) fn upstream_url(text: &str) -> Option<String> {
    if text.is_empty() {
        return Some(String::new());
    }
    let url = Url::parse(text).ok()?;
    let host = url.host_str()?.trim_matches(['[', ']']);
    let local = host == "localhost" || host.parse().is_ok_and(|address: IpAddr| address.is_loopback());
    let is_plain = url.query().is_none() && url.fragment().is_none() && url.username().is_empty();
    let is_safe = url.scheme() == "https" || (url.scheme() == "http" && local);
    (is_plain && is_safe).then(|| text.to_owned())
}

#[expect(clippy::option_option, reason = "not set, and not allowed")]
pub(super) fn proxy(text: &str) -> Option<Option<SecretString>> {
    if text.is_empty() {
        return Some(None);
    }
    let url = Url::parse(text).ok()?;
    let is_proxy = matches!(url.scheme(), "http" | "https") && url.has_host();
    is_proxy.then(|| Some(text.into()))
}

/// Networks, or single addresses.
pub(super) fn hops(text: &str) -> Option<Hops> {
    let hop = |text: &str| text.parse().ok().or_else(|| Some(IpNet::from(text.parse::<IpAddr>().ok()?)));
    text.split_whitespace().map(hop).collect::<Option<_>>().map(Hops)
}

/// A URL that may be shown.
pub(super) fn without_password(url: &str) -> String {
    match (url.find("://"), url.rfind('@')) {
        (Some(scheme), Some(at)) if scheme + 3 <= at => {
            format!("{}(hidden){}", &url[..scheme + 3], &url[at..])
        }
        _ => url.to_owned(),
    }
}

/// Origins as browsers write them: scheme, host, and the port where it is not the usual one.
pub(super) fn origins(text: &str) -> Option<Vec<String>> {
    let as_browsers_write = |origin: &str| {
        let url = Url::parse(origin).ok()?;
        let is_web = matches!(url.scheme(), "http" | "https");
        (is_web && url.origin().ascii_serialization() == origin).then(|| origin.to_owned())
    };
    text.split_whitespace().map(as_browsers_write).collect()
}
