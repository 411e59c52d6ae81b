//! In: what the operator chose. Out: the same as one value. Next: `routes` builds the application from it.

use std::path::PathBuf;

/// The proxy's settings.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// The folder with the widget's files, and the demo page where there is one. Without it only the API is served.
    pub files: Option<PathBuf>,
}
