//! In: an input file on its presigned link. Out: the operation in progress. Next: `worker` codes the file.

use crate::batches::{Batches, Shared};
use crate::clock::Seconds;
use crate::operation::{Operation, UPLOAD_GRACE};
use crate::refusal::Refusal;
use crate::routes::Allowed;
use crate::store::{Outcome, StoreError};
use crate::vault::VaultError;
use axum::body::{Body, BodyDataStream};
use axum::extract::State;
use axum::http::header::CONTENT_LENGTH;
use axum::http::{HeaderMap, StatusCode};
use futures_util::StreamExt;
use occuform_api::OperationStatus;
use std::time::Duration;

/// How long an upload may stand still.
const STILL: Duration = Duration::from_mins(1);
/// After how many bytes it is looked at whether there is still room.
const ROOM_STEP: u64 = 8 * 1024 * 1024;

const ALGORITHM: &str = "x-amz-server-side-encryption";
const KEY_ID: &str = "x-amz-server-side-encryption-aws-kms-key-id";
const NO_ROOM: &str =
    "There was not enough disk space for the input file. Please create a new operation later.";

/// Takes the input file.
pub(crate) async fn input(
    State(batches): State<Batches>,
    link: Allowed,
    headers: HeaderMap,
    body: Body,
) -> Result<StatusCode, Refusal> {
    let shared = &batches.0;
    check_encryption(&headers, &shared.kms_key_arn)?;
    let announced = announced_length(&headers);
    if announced.is_some_and(|length| length > shared.max_upload_bytes) {
        return Err(too_large(shared));
    }
    let operation = shared.store.find(link.operation).await?.ok_or_else(Refusal::no_such_key)?;
    if operation.status_at((shared.clock)()) != OperationStatus::AwaitingInput {
        return Err(not_awaited());
    }
    let name = operation.new_input();
    let body = body.into_data_stream();
    receive(shared, &operation, &name, announced, body).await?;
    let now = (shared.clock)();
    if !shared.store.start(operation.id, &name, now).await? {
        shared.vault.delete(&name).await?;
        return Err(not_awaited());
    }
    shared.metrics.left(OperationStatus::AwaitingInput, now - operation.since);
    tracing::info!(operation = %operation.id, "input received");
    shared.arrival.notify_one();
    Ok(StatusCode::OK)
}

/// Stores the body. Whatever interrupts it, nothing of it is left; only a full disk fails the operation.
async fn receive(
    shared: &Shared,
    operation: &Operation,
    name: &str,
    announced: Option<u64>,
    body: BodyDataStream,
) -> Result<(), Refusal> {
    let room = announced.unwrap_or(0).saturating_add(shared.reserved_bytes);
    let received = match shared.vault.expect_room(room).await {
        Ok(()) => store(shared, operation, name, body).await,
        Err(error) => Err(error.into()),
    };
    match received {
        Ok(()) => Ok(()),
        Err(Interruption::Refused(refusal)) => Err(refusal),
        Err(Interruption::Vault(VaultError::Full)) => Err(no_room(shared, operation).await?),
        Err(Interruption::Vault(error)) => Err(error.into()),
    }
}

async fn store(
    shared: &Shared,
    operation: &Operation,
    name: &str,
    mut body: BodyDataStream,
) -> Result<(), Interruption> {
    let mut awaited_until = operation.expires.unwrap_or(0);
    keep_waiting(shared, operation, &mut awaited_until).await?;
    let mut file = shared.vault.create(name).await?;
    let (mut received, mut looked_at) = (0, 0);
    while let Some(part) = tokio::time::timeout(STILL, body.next()).await.map_err(|_| cut_off())? {
        let part = part.map_err(|_| cut_off())?;
        received += part.len() as u64;
        shared.metrics.uploaded(part.len());
        if received > shared.max_upload_bytes {
            return Err(too_large(shared).into());
        }
        if received - looked_at >= ROOM_STEP {
            shared.vault.expect_room(shared.reserved_bytes).await?;
            looked_at = received;
        }
        keep_waiting(shared, operation, &mut awaited_until).await?;
        file.write(&part).await?;
    }
    Ok(file.finish().await?)
}

/// An operation does not time out while its input is coming.
async fn keep_waiting(shared: &Shared, operation: &Operation, until: &mut Seconds) -> Result<(), Refusal> {
    let grace = (shared.clock)() + UPLOAD_GRACE;
    if grace > *until {
        *until = grace + UPLOAD_GRACE;
        shared.store.wait_until(operation.id, *until).await?;
    }
    Ok(())
}

enum Interruption {
    Vault(VaultError),
    Refused(Refusal),
}

impl From<VaultError> for Interruption {
    fn from(error: VaultError) -> Self {
        Self::Vault(error)
    }
}

impl From<Refusal> for Interruption {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

fn check_encryption(headers: &HeaderMap, arn: &str) -> Result<(), Refusal> {
    for (name, expected) in [(ALGORITHM, "aws:kms"), (KEY_ID, arn)] {
        if headers.get(name).is_none_or(|found| found != expected) {
            return Err(Refusal::new(
                StatusCode::FORBIDDEN,
                "AccessDenied",
                format!("The header {name} is missing or wrong. It has to be: {expected}"),
            ));
        }
    }
    Ok(())
}

fn announced_length(headers: &HeaderMap) -> Option<u64> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

async fn no_room(shared: &Shared, operation: &Operation) -> Result<Refusal, StoreError> {
    tracing::error!(operation = %operation.id, "no room for the input");
    let now = (shared.clock)();
    shared.store.end(operation.id, &Outcome::Failed(NO_ROOM.to_owned()), now, now).await?;
    shared.metrics.left(OperationStatus::AwaitingInput, now - operation.since);
    Ok(Refusal::new(StatusCode::INSUFFICIENT_STORAGE, "InsufficientStorage", NO_ROOM))
}

fn too_large(shared: &Shared) -> Refusal {
    let message = format!("The input file has more than {} bytes. Split it.", shared.max_upload_bytes);
    Refusal::new(StatusCode::BAD_REQUEST, "EntityTooLarge", message)
}

fn not_awaited() -> Refusal {
    let message = "The operation has its input file, or has ended. Create a new operation for another file.";
    Refusal::new(StatusCode::CONFLICT, "OperationAborted", message)
}

fn cut_off() -> Refusal {
    let message = "The input file ended early, or stood still for too long. The link can be used again.";
    Refusal::new(StatusCode::BAD_REQUEST, "IncompleteBody", message)
}
