//! In: a host that can be connected to. Out: whether it is who it says it is, and answers. It is asked for nothing: any
//! answer will do. Next: back to `doctor`.

use super::Trouble;
use crate::config::UpstreamConfig;
use crate::upstream::http;
use reqwest::Client;
use rustls::{CertificateError, Error as TlsError};
use std::error::Error;
use std::io;
use std::time::Duration;

/// How long the answer may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// The client that the proxy uses.
pub(super) fn client(config: &UpstreamConfig) -> Result<Client, Trouble> {
    let built = http::builder(config).and_then(|builder| http::build(builder.timeout(PATIENCE)));
    built.map_err(|error| {
        let advice = "Name a file of root certificates in PEM form with upstream.root_certificates.";
        Trouble::new(error.to_string(), advice)
    })
}

pub(super) async fn answer(client: &Client, origin: &str) -> Result<String, Trouble> {
    let error = match client.head(format!("{origin}/")).send().await {
        Ok(response) => {
            return Ok(format!(
                "{}, as an answer to a request that asks for nothing",
                response.status().as_u16()
            ));
        }
        Err(error) => error,
    };
    let host = origin.split("://").nth(1).unwrap_or(origin);
    Err(match tls_error(&error) {
        Some(error) => tls_trouble(error, host),
        None if error.is_timeout() => Trouble::new(
            "connected, but there is no answer",
            format!("Let requests to {host} through whatever stands between and looks into them."),
        ),
        None => Trouble::new(
            "connected, but the connection breaks off",
            format!("Let HTTPS to {host} through whatever stands between and cuts it."),
        ),
    })
}

fn tls_error(error: &reqwest::Error) -> Option<&TlsError> {
    let mut next: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(error) = next {
        if let Some(error) = error.downcast_ref::<TlsError>() {
            return Some(error);
        }
        let inner = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        next = inner.map(|inner| inner as &(dyn Error + 'static)).or_else(|| error.source());
    }
    None
}

fn tls_trouble(error: &TlsError, host: &str) -> Trouble {
    match error {
        TlsError::InvalidCertificate(
            CertificateError::Expired
            | CertificateError::ExpiredContext { .. }
            | CertificateError::NotValidYet
            | CertificateError::NotValidYetContext { .. },
        ) => Trouble::new("its certificate is not valid today", "Check this machine's clock."),
        TlsError::InvalidCertificate(
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
        ) => Trouble::new(
            "the certificate is somebody else's",
            format!("Another server answers for {host}: check name servers, web proxy and settings."),
        ),
        TlsError::InvalidCertificate(_) => Trouble::new(
            "its certificate is from an issuer that this machine does not trust",
            format!(
                "If a web proxy looks into TLS: exempt {host}, or name the file of the proxy's root certificate with \
                 upstream.root_certificates."
            ),
        ),
        other => Trouble::new(
            format!("no TLS: {other}"),
            format!("Let TLS 1.2 or newer to {host} through; what answers there does not speak it."),
        ),
    }
}
