//! In: what happens to operations. Out: rows of an `SQLite` file. Next: back to whoever called.

use super::{OperationStore, Outcome, StoreError, Tally};
use crate::clock::Seconds;
use crate::operation::{Operation, Progress, status_name};
use async_trait::async_trait;
use occuform_api::{OperationStatus, RecordCounts};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteRow, SqliteSynchronous,
};
use sqlx::{ConnectOptions, Connection, Row, query, query_scalar, raw_sql};
use std::path::Path;
use uuid::Uuid;

/// The steps to the table as it is now. How many of them were taken is kept in the file itself.
const SCHEMA: [&str; 2] = [FIRST, SINCE];

const FIRST: &str = "
    CREATE TABLE operations (
        id TEXT PRIMARY KEY,
        owner TEXT NOT NULL,
        model TEXT NOT NULL,
        status TEXT NOT NULL,
        created INTEGER NOT NULL,
        expires INTEGER,
        input TEXT,
        turn INTEGER,
        read INTEGER NOT NULL DEFAULT 0,
        segments INTEGER NOT NULL DEFAULT 0,
        written INTEGER NOT NULL DEFAULT 0,
        successful INTEGER NOT NULL DEFAULT 0,
        unsuccessful INTEGER NOT NULL DEFAULT 0,
        errors INTEGER NOT NULL DEFAULT 0,
        error TEXT
    ) STRICT;
    CREATE INDEX in_turn ON operations (turn) WHERE status = 'in_progress';
    CREATE INDEX expiring ON operations (expires) WHERE expires IS NOT NULL;
";

const SINCE: &str = "
    ALTER TABLE operations ADD COLUMN since INTEGER NOT NULL DEFAULT 0;
    UPDATE operations SET since = created;
";

/// An `SQLite` file of this machine.
#[derive(Debug)]
pub struct SqliteStore {
    pool: SqlitePool,
}

impl SqliteStore {
    /// Opens the file, and makes it where it is missing.
    ///
    /// # Errors
    /// When it cannot be opened, or was written by a newer version of this program.
    pub async fn open(path: &Path) -> Result<Self, StoreError> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full);
        migrate(&options, path).await?;
        Ok(Self { pool: SqlitePoolOptions::new().max_connections(4).connect_with(options).await? })
    }
}

/// Brings the file's table to its present form, on a connection of its own: others would keep the old form in mind.
async fn migrate(options: &SqliteConnectOptions, path: &Path) -> Result<(), StoreError> {
    let mut connection = options.connect().await?;
    let taken: i64 = query_scalar("PRAGMA user_version").fetch_one(&mut connection).await?;
    let taken = usize::try_from(taken).unwrap_or(usize::MAX);
    if taken > SCHEMA.len() {
        return Err(StoreError(format!(
            "{} has version {taken}, this program reads version {}: it was written by a newer one",
            path.display(),
            SCHEMA.len()
        )));
    }
    for (number, step) in SCHEMA.iter().enumerate().skip(taken) {
        let step = format!("BEGIN; {step} PRAGMA user_version = {}; COMMIT;", number + 1);
        raw_sql(sqlx::AssertSqlSafe(step)).execute(&mut connection).await?;
    }
    Ok(connection.close().await?)
}

#[async_trait]
impl OperationStore for SqliteStore {
    async fn insert(&self, operation: &Operation) -> Result<(), StoreError> {
        query(
            "INSERT INTO operations (id, owner, model, status, created, expires, since) VALUES (?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(operation.id.to_string())
        .bind(&operation.owner)
        .bind(written(&operation.model)?)
        .bind(status_name(operation.status))
        .bind(operation.created)
        .bind(operation.expires)
        .bind(operation.since)
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    async fn find(&self, id: Uuid) -> Result<Option<Operation>, StoreError> {
        let row =
            query("SELECT * FROM operations WHERE id = ?").bind(id.to_string()).fetch_optional(&self.pool);
        row.await?.map(|row| read(&row)).transpose()
    }

    async fn wait_until(&self, id: Uuid, expires: Seconds) -> Result<(), StoreError> {
        query("UPDATE operations SET expires = max(expires, ?) WHERE id = ? AND status = 'awaiting_input'")
            .bind(expires)
            .bind(id.to_string())
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    async fn start(&self, id: Uuid, input: &str, now: Seconds) -> Result<bool, StoreError> {
        let started = query(
            "UPDATE operations SET status = 'in_progress', expires = NULL, input = ?, since = ?,
             turn = (SELECT coalesce(max(turn), 0) + 1 FROM operations WHERE status = 'in_progress')
             WHERE id = ? AND status = 'awaiting_input'",
        )
        .bind(input)
        .bind(now)
        .bind(id.to_string())
        .execute(&self.pool);
        Ok(started.await?.rows_affected() == 1)
    }

    async fn next_in_turn(&self) -> Result<Option<Operation>, StoreError> {
        let row = query("SELECT * FROM operations WHERE status = 'in_progress' ORDER BY turn LIMIT 1")
            .fetch_optional(&self.pool);
        row.await?.map(|row| read(&row)).transpose()
    }

    async fn checkpoint(&self, id: Uuid, progress: &Progress) -> Result<(), StoreError> {
        let counts = progress.counts;
        query(
            "UPDATE operations SET read = ?, segments = ?, written = ?, successful = ?, unsuccessful = ?, errors = ?,
             turn = (SELECT max(turn) + 1 FROM operations WHERE status = 'in_progress')
             WHERE id = ? AND status = 'in_progress'",
        )
        .bind(progress.read.cast_signed())
        .bind(progress.segments)
        .bind(progress.written.cast_signed())
        .bind(counts.successful.cast_signed())
        .bind(counts.unsuccessful.cast_signed())
        .bind(counts.errors.cast_signed())
        .bind(id.to_string())
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    async fn end(
        &self,
        id: Uuid,
        outcome: &Outcome,
        now: Seconds,
        expires: Seconds,
    ) -> Result<(), StoreError> {
        let (status, error) = match outcome {
            Outcome::Complete => (OperationStatus::Complete, None),
            Outcome::Failed(error) => (OperationStatus::Failed, Some(error)),
        };
        query(
            "UPDATE operations SET status = ?, since = ?, expires = ?, error = ?, input = NULL, turn = NULL
             WHERE id = ? AND status IN ('awaiting_input', 'in_progress')",
        )
        .bind(status_name(status))
        .bind(now)
        .bind(expires)
        .bind(error)
        .bind(id.to_string())
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    async fn time_out(&self, now: Seconds) -> Result<(), StoreError> {
        query(
            "UPDATE operations SET status = 'timed_out', since = expires
             WHERE status = 'awaiting_input' AND expires <= ?",
        )
        .bind(now)
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    async fn expired(&self, now: Seconds) -> Result<Vec<Uuid>, StoreError> {
        let ids: Vec<String> =
            query_scalar("SELECT id FROM operations WHERE expires <= ? AND status <> 'awaiting_input'")
                .bind(now)
                .fetch_all(&self.pool)
                .await?;
        ids.iter().map(|id| guid(id)).collect()
    }

    async fn files_deleted(&self, id: Uuid) -> Result<(), StoreError> {
        query("UPDATE operations SET expires = NULL WHERE id = ? AND status <> 'awaiting_input'")
            .bind(id.to_string())
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    async fn forget_before(&self, created: Seconds) -> Result<(), StoreError> {
        query("DELETE FROM operations WHERE created < ? AND expires IS NULL AND status <> 'in_progress'")
            .bind(created)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    async fn tally(&self) -> Result<Vec<Tally>, StoreError> {
        let rows = query(
            "SELECT status, count(*) AS operations, min(since) AS oldest FROM operations GROUP BY status",
        );
        rows.fetch_all(&self.pool).await?.iter().map(read_tally).collect()
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        Self(error.to_string())
    }
}

fn read(row: &SqliteRow) -> Result<Operation, StoreError> {
    let counts = RecordCounts {
        successful: row.try_get("successful")?,
        unsuccessful: row.try_get("unsuccessful")?,
        errors: row.try_get("errors")?,
        total: 0,
    };
    Ok(Operation {
        id: guid(row.try_get("id")?)?,
        owner: row.try_get("owner")?,
        model: parsed(row.try_get("model")?)?,
        status: read_status(row)?,
        since: row.try_get("since")?,
        created: row.try_get("created")?,
        expires: row.try_get("expires")?,
        input: row.try_get("input")?,
        progress: Progress {
            read: row.try_get("read")?,
            segments: row.try_get("segments")?,
            written: row.try_get("written")?,
            counts: RecordCounts { total: counts.successful + counts.unsuccessful + counts.errors, ..counts },
        },
        error: row.try_get("error")?,
    })
}

fn read_tally(row: &SqliteRow) -> Result<Tally, StoreError> {
    let (operations, oldest) = (row.try_get("operations")?, row.try_get("oldest")?);
    Ok(Tally { status: read_status(row)?, operations, oldest })
}

fn read_status(row: &SqliteRow) -> Result<OperationStatus, StoreError> {
    parsed(&format!("\"{}\"", row.try_get::<&str, _>("status")?))
}

fn guid(id: &str) -> Result<Uuid, StoreError> {
    id.parse().map_err(|_| StoreError(format!("'{id}' is no GUID")))
}

fn written(value: &impl serde::Serialize) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|error| StoreError(error.to_string()))
}

fn parsed<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|error| StoreError(error.to_string()))
}
