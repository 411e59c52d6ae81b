//! In: how log lines should look. Out: the log, on standard error. Next: whatever a server has to say.

use occuform_serving::settings::LogFormat;
use std::io::IsTerminal;
use tracing_subscriber::EnvFilter;

/// A log format on the command line.
pub(crate) fn format(text: &str) -> Result<LogFormat, &'static str> {
    LogFormat::find(text).ok_or("expected json or pretty")
}

/// Starts the log.
pub(crate) fn start(format: LogFormat) {
    let terminal = std::io::stderr().is_terminal();
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    if format == LogFormat::Pretty || (format == LogFormat::Auto && terminal) {
        log.with_ansi(terminal).init();
    } else {
        log.json().init();
    }
    std::panic::set_hook(Box::new(log_panic));
}

/// Starts the log of a command that a person watches: only what may be of concern, as lines of text.
pub(crate) fn start_for_a_command() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn"));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    log.with_target(false).with_ansi(std::io::stderr().is_terminal()).init();
    std::panic::set_hook(Box::new(log_panic));
}

/// Where it happened, and not the message: a respondent's words could be in it.
fn log_panic(panic: &std::panic::PanicHookInfo) {
    let location = panic.location().map(ToString::to_string).unwrap_or_default();
    tracing::error!(location, "a panic");
}
