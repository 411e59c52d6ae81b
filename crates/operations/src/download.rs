//! In: a link to a complete operation's files. Out: the output as a stream, or the metadata; from any byte on, so that a
//! download that was cut can go on. Next: the caller.

use crate::batches::Batches;
use crate::operation::Operation;
use crate::range::{Wanted, wanted};
use crate::refusal::Refusal;
use crate::routes::Allowed;
use crate::vault::{OpenedFile, Vault, VaultError};
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::header::{
    ACCEPT_RANGES, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, ETAG,
};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use futures_util::stream::{Stream, try_unfold};
use std::ops::Range;

/// The output file: its segments one after the other.
pub(crate) async fn output(
    State(batches): State<Batches>,
    link: Allowed,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let operation = complete(&batches, link).await?;
    let file = File {
        etag: format!("\"{}-output\"", operation.id),
        length: operation.progress.written,
        content_type: "application/octet-stream",
    };
    let disposition = format!("attachment; filename=\"{}.jsonl\"", operation.id);
    let (status, part) = file.part(&headers)?;
    // Opened before the answer begins, so that what is wrong can still be said.
    let download = Download::open(batches, operation, &part).await?;
    let body = Body::from_stream(download.pieces());
    Ok(([(CONTENT_DISPOSITION, disposition)], file.answer(status, &part, body)).into_response())
}

/// The model and the counts.
pub(crate) async fn metadata(
    State(batches): State<Batches>,
    link: Allowed,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let operation = complete(&batches, link).await?;
    let bytes = Bytes::from(serde_json::to_vec(&operation.metadata()).map_err(|_| Refusal::internal())?);
    let file = File {
        etag: format!("\"{}-metadata\"", operation.id),
        length: bytes.len() as u64,
        content_type: "application/json",
    };
    let (status, part) = file.part(&headers)?;
    let bytes = bytes.slice(part.start as usize..part.end as usize);
    Ok(file.answer(status, &part, bytes.into()))
}

async fn complete(batches: &Batches, link: Allowed) -> Result<Operation, Refusal> {
    let now = (batches.0.clock)();
    let operation = batches.0.store.find(link.operation).await?;
    operation.filter(|operation| operation.has_output_at(now)).ok_or_else(Refusal::no_such_key)
}

/// A file as its headers describe it. Its bytes never change: an operation is coded once.
struct File {
    etag: String,
    length: u64,
    content_type: &'static str,
}

impl File {
    fn part(&self, headers: &HeaderMap) -> Result<(StatusCode, Range<u64>), Refusal> {
        match wanted(headers, self.length, &self.etag) {
            Wanted::Whole => Ok((StatusCode::OK, 0..self.length)),
            Wanted::Part(part) => Ok((StatusCode::PARTIAL_CONTENT, part)),
            Wanted::Nothing => Err(Refusal::invalid_range(self.length)),
        }
    }

    fn answer(self, status: StatusCode, part: &Range<u64>, body: Body) -> Response {
        let headers = [
            (CONTENT_TYPE, self.content_type.to_owned()),
            (CONTENT_LENGTH, (part.end - part.start).to_string()),
            (ACCEPT_RANGES, "bytes".to_owned()),
            (ETAG, self.etag),
        ];
        let range =
            (CONTENT_RANGE, format!("bytes {}-{}/{}", part.start, part.end.saturating_sub(1), self.length));
        match status {
            StatusCode::PARTIAL_CONTENT => (status, headers, [range], body).into_response(),
            _ => (status, headers, body).into_response(),
        }
    }
}

/// An output on its way.
struct Download {
    batches: Batches,
    operation: Operation,
    segment: OpenedFile,
    next: u32,
    /// Bytes that are still to be sent.
    left: u64,
}

impl Download {
    async fn open(batches: Batches, operation: Operation, part: &Range<u64>) -> Result<Self, VaultError> {
        let vault = &batches.0.vault;
        let (number, offset) = place(vault, &operation, part.start).await?;
        let segment = vault.open(&operation.segment(number), offset).await?;
        Ok(Self { batches, operation, segment, next: number + 1, left: part.end - part.start })
    }

    fn pieces(self) -> impl Stream<Item = Result<Bytes, VaultError>> {
        try_unfold(self, async |mut download| match download.piece().await {
            Ok(piece) => Ok(piece.map(|piece| (piece.into(), download))),
            // The connection is cut, so that the caller sees fewer bytes than were announced.
            Err(error) => {
                tracing::error!(operation = %download.operation.id, %error, "a download was cut");
                Err(error)
            }
        })
    }

    /// The next bytes; none when all were sent.
    async fn piece(&mut self) -> Result<Option<Vec<u8>>, VaultError> {
        while self.left > 0 {
            let Some(mut piece) = self.segment.next().await? else {
                let name = self.operation.segment(self.next);
                self.segment = self.batches.0.vault.open(&name, 0).await?;
                self.next += 1;
                continue;
            };
            piece.truncate(usize::try_from(self.left).unwrap_or(usize::MAX));
            if !piece.is_empty() {
                self.left -= piece.len() as u64;
                self.batches.0.metrics.downloaded(piece.len());
                return Ok(Some(piece));
            }
        }
        Ok(None)
    }
}

/// The segment that holds this byte of the output, and where in it.
async fn place(vault: &Vault, operation: &Operation, mut offset: u64) -> Result<(u32, u64), VaultError> {
    if offset == 0 {
        return Ok((0, 0));
    }
    let lengths = vault.lengths(&operation.folder()).await?;
    for number in 0..operation.progress.segments {
        let length = *lengths.get(&operation.segment(number)).ok_or(VaultError::Missing)?;
        if offset < length {
            return Ok((number, offset));
        }
        offset -= length;
    }
    Err(VaultError::Missing)
}
