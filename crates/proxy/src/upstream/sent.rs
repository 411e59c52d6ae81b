//! In: the body of a request. Out: the same, and word of the moment when its sending begins. Next: `paced`, which
//! measures the pause between calls from there, and `http`, which can tell what was never sent.

use http_body::{Body, Frame, SizeHint};
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use tokio::sync::Notify;

/// Tells when the first byte of a request goes out: the connection is there by then.
#[derive(Clone, Debug, Default)]
pub struct Sent(Arc<(AtomicBool, Notify)>);

impl Sent {
    /// Whether anything was sent.
    pub fn is_sent(&self) -> bool {
        self.0.0.load(Ordering::Acquire)
    }

    /// Waits until something is sent.
    pub async fn wait(&self) {
        self.0.1.notified().await;
    }

    /// Tells that something is sent.
    pub fn tell(&self) {
        self.0.0.store(true, Ordering::Release);
        self.0.1.notify_one();
    }
}

/// A body that tells when it is asked for.
pub(crate) struct Announced {
    bytes: Option<Vec<u8>>,
    sent: Sent,
}

impl Announced {
    pub(crate) fn new(bytes: Vec<u8>, sent: Sent) -> Self {
        Self { bytes: Some(bytes), sent }
    }
}

impl Body for Announced {
    type Data = bytes::Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Infallible>>> {
        self.sent.tell();
        Poll::Ready(self.bytes.take().map(|bytes| Ok(Frame::data(bytes.into()))))
    }

    fn is_end_stream(&self) -> bool {
        self.bytes.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.bytes.as_ref().map_or(0, |bytes| bytes.len() as u64))
    }
}
