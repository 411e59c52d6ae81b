//! In: the path of a file. Out: the file, compressed ahead of time where the browser takes it. Next: the browser.

use std::path::Path;
use tower_http::services::ServeDir;

/// Serves `folder`. A file with a `.br` or `.gz` beside it is sent that way to browsers that accept it. Names do not
/// change between versions, so that browsers ask each time whether a file has changed.
pub(crate) fn service(folder: &Path) -> ServeDir {
    ServeDir::new(folder).precompressed_br().precompressed_gzip()
}
