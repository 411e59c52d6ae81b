//! In: a server's settings. Out: those that all servers have. Next: the server's own `config`, and the command, which
//! binds the listeners and starts the log.
//!
//! | key | what it sets |
//! |---|---|
//! | `admin.listen` | where health, readiness and metrics are served |
//! | `server.connections`, `server.head_seconds`, `server.stall_seconds`, `drain_seconds` | [`Limits`] |
//! | `log.format` | how log lines look |

use crate::Limits;
use occuform_settings::Settings;
use std::net::SocketAddr;
use std::time::Duration;

/// What all servers have.
#[derive(Clone, Copy, Debug)]
pub struct ServerSettings {
    /// Where health, readiness and metrics are served, if at all.
    pub admin: Option<SocketAddr>,
    /// What clients may take.
    pub limits: Limits,
    /// How log lines look.
    pub log: LogFormat,
}

/// How log lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// For people on a terminal, JSON otherwise.
    Auto,
    /// One JSON object a line.
    Json,
    /// For people.
    Pretty,
}

impl LogFormat {
    /// The format of this name.
    pub fn find(name: &str) -> Option<Self> {
        match name {
            "auto" => Some(Self::Auto),
            "json" => Some(Self::Json),
            "pretty" => Some(Self::Pretty),
            _ => None,
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        let half_a_minute = Duration::from_secs(30);
        Self { connections: 4_000, head: half_a_minute, stall: half_a_minute, drain: Duration::from_secs(15) }
    }
}

impl Default for ServerSettings {
    fn default() -> Self {
        Self { admin: None, limits: Limits::default(), log: LogFormat::Auto }
    }
}

impl ServerSettings {
    /// Reads them. `admin` is the default of `admin.listen`.
    pub fn read(s: &mut Settings, admin: &str) -> Self {
        let address = "an address and port such as 127.0.0.1:9080, or off";
        Self {
            admin: s.get("admin.listen", admin, address, or_off),
            limits: Limits {
                connections: s.get("server.connections", "4000", "1 to 1000000", |text| {
                    text.parse().ok().filter(|connections| (1..=1_000_000).contains(connections))
                }),
                head: s.get("server.head_seconds", "30", "whole seconds, 1 to 3600", seconds(1)),
                stall: s.get("server.stall_seconds", "30", "whole seconds, 1 to 3600", seconds(1)),
                drain: s.get("drain_seconds", "15", "whole seconds, 0 to 3600", seconds(0)),
            },
            log: s.get("log.format", "auto", "auto, json or pretty", LogFormat::find),
        }
    }
}

fn seconds(from: u64) -> impl Fn(&str) -> Option<Duration> {
    move |text| text.parse().ok().filter(|seconds| (from..=3_600).contains(seconds)).map(Duration::from_secs)
}

#[expect(clippy::option_option, reason = "no address, and no setting at all")]
fn or_off(text: &str) -> Option<Option<SocketAddr>> {
    if text == "off" { Some(None) } else { text.parse().ok().map(Some) }
}
