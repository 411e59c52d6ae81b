//! In: nothing. Out: the names that Leptos' server functions ask of `wasm-streams`, without what is behind them.
//!
//! Leptos brings server functions along, and those bring streams, whose classes are exported to JavaScript and so
//! travel to every phone, called or not: 3 kB of 60. The widget has no server functions. `[patch.crates-io]` puts this
//! crate in the place of the real one; it does not compile if Leptos ever asks for more.

use futures_core::Stream;
use std::pin::Pin;
use std::task::{Context, Poll};
use wasm_bindgen::JsValue;

/// A stream that is never read.
#[derive(Debug)]
pub struct ReadableStream(Option<web_sys::ReadableStream>);

impl ReadableStream {
    /// Keeps the browser's stream.
    pub const fn from_raw(raw: web_sys::ReadableStream) -> Self {
        Self(Some(raw))
    }

    /// Drops the stream.
    pub fn from_stream<S>(_: S) -> Self {
        Self(None)
    }

    /// The browser's stream.
    ///
    /// # Panics
    /// When there is none.
    pub fn into_raw(self) -> web_sys::ReadableStream {
        self.0.expect("the widget has no streams")
    }

    /// A stream without items.
    pub fn into_stream(self) -> NoItems {
        NoItems
    }
}

/// A stream without items.
#[derive(Clone, Copy, Debug)]
pub struct NoItems;

impl Stream for NoItems {
    type Item = Result<JsValue, JsValue>;

    fn poll_next(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Poll::Ready(None)
    }
}
