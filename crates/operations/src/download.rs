//! In: a link to a complete operation's files. Out: the output as a stream, or the metadata. Next: the caller.

use crate::batches::Batches;
use crate::operation::Operation;
use crate::refusal::Refusal;
use crate::routes::Allowed;
use crate::vault::{OpenedFile, Vault, VaultError};
use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use futures_util::stream::{Stream, try_unfold};

/// The output file: its segments one after the other.
pub(crate) async fn output(State(batches): State<Batches>, link: Allowed) -> Result<Response, Refusal> {
    let operation = complete(&batches, link).await?;
    let vault = &batches.0.vault;
    // The first segment is opened before the answer begins, so that what is wrong can still be said.
    let first = match operation.progress.segments {
        0 => None,
        _ => Some(vault.open(&operation.segment(0), 0).await?),
    };
    let headers = [
        (CONTENT_TYPE, "application/octet-stream".to_owned()),
        (CONTENT_LENGTH, operation.progress.written.to_string()),
        (CONTENT_DISPOSITION, format!("attachment; filename=\"{}.jsonl\"", operation.id)),
    ];
    let body = Body::from_stream(segments(vault.clone(), operation, first));
    Ok((headers, body).into_response())
}

/// The model and the counts.
pub(crate) async fn metadata(State(batches): State<Batches>, link: Allowed) -> Result<Response, Refusal> {
    Ok(Json(complete(&batches, link).await?.metadata()).into_response())
}

async fn complete(batches: &Batches, link: Allowed) -> Result<Operation, Refusal> {
    let now = (batches.0.clock)();
    let operation = batches.0.store.find(link.operation).await?;
    operation.filter(|operation| operation.has_output_at(now)).ok_or_else(Refusal::no_such_key)
}

fn segments(
    vault: Vault,
    operation: Operation,
    first: Option<OpenedFile>,
) -> impl Stream<Item = Result<Bytes, VaultError>> {
    try_unfold((vault, operation, first, 1), async |(vault, operation, mut opened, mut number)| {
        while let Some(file) = &mut opened {
            if let Some(piece) = file.next().await.map_err(|error| cut(&operation, error))? {
                return Ok(Some((piece.into(), (vault, operation, opened, number))));
            }
            opened = None;
            if number < operation.progress.segments {
                let next = vault.open(&operation.segment(number), 0).await;
                opened = Some(next.map_err(|error| cut(&operation, error))?);
                number += 1;
            }
        }
        Ok(None)
    })
}

/// The connection is cut, so that the caller sees fewer bytes than were announced.
fn cut(operation: &Operation, error: VaultError) -> VaultError {
    tracing::error!(operation = %operation.id, %error, "a download was cut");
    error
}
