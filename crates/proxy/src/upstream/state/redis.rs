//! In: the state of several proxies. Out: the same in Redis, where each change is made as a whole or not at all.
//! Next: Redis, version 6 or newer.
//!
//! Each content is a hash: `content`, `version` (another one each time), `life` (the run of Redis that took it), and
//! `kept` (1 where Redis had it on its disk before it said so). What an earlier run took without `kept` may be older
//! than what was last: it is doubtful.

use super::{Found, Look, StateError, Store};
use async_trait::async_trait;
use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, Client, Cmd, FromRedisValue, RedisError};
use secrecy::{ExposeSecret, SecretString};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Mutex;
use tokio::time::Instant;

/// How long a connection may take to be there.
const CONNECT_LIMIT: Duration = Duration::from_secs(1);
/// How long an answer may take. Longer than Redis may take to write to its disk.
const ANSWER_LIMIT: Duration = Duration::from_secs(1);
/// The first pause after Redis could not be reached; the pauses double.
const FIRST_PAUSE: Duration = Duration::from_millis(200);
/// The longest of these pauses.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// The run of Redis.
const LIFE: &str = "local life = string.match(redis.call('INFO', 'server'), 'run_id:(%w+)') ";
/// Returns the date, the run, version, what is known of the content, and the content if it is not known.
const LOOK: &str = "\
local time = redis.call('TIME') \
local kept = redis.call('HMGET', KEYS[1], 'version', 'life', 'kept', 'content') \
local state = 'stored' \
if not kept[1] or not kept[4] then state = 'lost' \
elseif kept[2] ~= life and kept[3] ~= '1' then state = 'doubtful' \
elseif kept[1] == ARGV[1] then state = 'same' end \
local content = '' \
if state == 'stored' or state == 'doubtful' then content = kept[4] end \
return { time[1] * 1000 + math.floor(time[2] / 1000), life, kept[1] or '', state, content }";
/// Writes a content, if run and version are those that were seen.
const REPLACE: &str = "\
local version = redis.call('HGET', KEYS[1], 'version') or '' \
if life ~= ARGV[1] or version ~= ARGV[2] then return 0 end \
redis.call('HSET', KEYS[1], 'life', life, 'version', ARGV[3], 'kept', ARGV[4], 'content', ARGV[5]) \
return 1";

/// A Redis that several proxies share.
pub struct Redis {
    client: Client,
    link: Mutex<Link>,
}

#[derive(Default)]
struct Link {
    connection: Option<Connection>,
    failures: u32,
    /// When to try again.
    again: Option<Instant>,
}

/// A connection, and whether Redis has what it takes on its disk before it says so.
#[derive(Clone)]
struct Connection {
    redis: MultiplexedConnection,
    keeps: bool,
}

/// One content of one client of the Coding Service.
pub struct SharedState {
    redis: Arc<Redis>,
    key: String,
}

impl Redis {
    /// Notes where Redis is. The connection is made when it is needed, and made anew when it was lost.
    ///
    /// # Errors
    /// When this is not the URL of a Redis.
    pub fn new(url: &SecretString) -> Result<Self, StateError> {
        let client = Client::open(url.expose_secret()).map_err(|error| unreachable(&error))?;
        Ok(Self { client, link: Mutex::default() })
    }

    /// Sends a command and returns what Redis answers.
    ///
    /// # Errors
    /// When Redis cannot be reached, or could not be a moment ago, or refuses.
    pub async fn ask<T: FromRedisValue>(&self, command: &Cmd) -> Result<T, StateError> {
        let mut connection = self.connection().await?;
        match command.query_async(&mut connection.redis).await {
            Ok(answer) => Ok(answer),
            Err(error) => {
                if error.is_unrecoverable_error() || error.is_io_error() {
                    let mut link = self.link.lock().await;
                    link.connection = None;
                }
                Err(unreachable(&error))
            }
        }
    }

    /// The connection there is, or a new one; after a failure not before its pause is over.
    async fn connection(&self) -> Result<Connection, StateError> {
        let mut link = self.link.lock().await;
        if let Some(connection) = &link.connection {
            return Ok(connection.clone());
        }
        if link.again.is_some_and(|again| Instant::now() < again) {
            return Err(StateError::Unreachable("it could not be reached a moment ago".into()));
        }
        match self.connect().await {
            Ok(connection) => {
                tracing::info!(durable = connection.keeps, "connected to Redis");
                *link = Link { connection: Some(connection.clone()), failures: 0, again: None };
                Ok(connection)
            }
            Err(error) => {
                let pause = FIRST_PAUSE.saturating_mul(1 << link.failures.min(10)).min(LONGEST_PAUSE);
                link.failures = link.failures.saturating_add(1);
                link.again = Some(Instant::now() + jittered(pause));
                tracing::error!(error = %unreachable(&error), "Redis cannot be reached");
                Err(unreachable(&error))
            }
        }
    }

    async fn connect(&self) -> Result<Connection, RedisError> {
        let limits = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(CONNECT_LIMIT))
            .set_response_timeout(Some(ANSWER_LIMIT));
        let mut redis = self.client.get_multiplexed_async_connection_with_config(&limits).await?;
        let keeps = keeps(&mut redis).await;
        Ok(Connection { redis, keeps })
    }
}

/// Whether what this Redis says to have taken outlives it. Where it does not tell, it does not.
async fn keeps(redis: &mut MultiplexedConnection) -> bool {
    let mut settings = redis::cmd("CONFIG");
    settings.arg("GET").arg("append*");
    let settings: Vec<String> = settings.query_async(redis).await.unwrap_or_default();
    let is = |name: &str, value: &str| settings.chunks(2).any(|pair| pair == [name, value]);
    let replication: String =
        redis::cmd("INFO").arg("replication").query_async(redis).await.unwrap_or_default();
    // A copy that takes over may not have got everything.
    is("appendonly", "yes") && is("appendfsync", "always") && replication.contains("connected_slaves:0")
}

impl SharedState {
    /// The content of this name that belongs to `owner`.
    pub fn new(redis: Arc<Redis>, owner: &str, name: &str) -> Self {
        Self { redis, key: format!("occuform:{owner}:{name}") }
    }

    /// Keeps first contents.
    ///
    /// # Errors
    /// When there is one already, or Redis cannot be reached.
    pub async fn begin<const N: usize>(states: &[Self; N], contents: [Vec<u8>; N]) -> Result<(), StateError> {
        for state in states {
            if state.look(None).await?.found != Found::Lost {
                return Err(StateError::NotFirst(state.place()));
            }
        }
        for (state, content) in states.iter().zip(contents) {
            let look = state.look(None).await?;
            if look.found != Found::Lost || state.replace(&look, &content).await?.is_none() {
                return Err(StateError::NotFirst(state.place()));
            }
        }
        Ok(())
    }

    fn script(&self, script: &str) -> Cmd {
        let mut command = redis::cmd("EVAL");
        command.arg([LIFE, script].concat()).arg(1).arg(&self.key);
        command
    }
}

#[async_trait]
impl Store for SharedState {
    fn is_shared(&self) -> bool {
        true
    }

    fn place(&self) -> String {
        format!("the key {} in Redis", self.key)
    }

    async fn look(&self, known: Option<&str>) -> Result<Look, StateError> {
        let mut command = self.script(LOOK);
        command.arg(known.unwrap_or_default());
        let (date, life, version, state, content): (u64, String, String, String, Vec<u8>) =
            self.redis.ask(&command).await?;
        let found = match state.as_str() {
            "same" => Found::Same,
            "stored" => Found::Stored(content),
            "doubtful" => Found::Doubtful(content),
            _ => Found::Lost,
        };
        let version = Some(version).filter(|version| !version.is_empty());
        Ok(Look { version, found, date: Some(Duration::from_millis(date)), life })
    }

    async fn replace(&self, seen: &Look, content: &[u8]) -> Result<Option<String>, StateError> {
        let version = getrandom::u64().map_err(|error| StateError::Unwritable(error.to_string()))?;
        let version = format!("{version:016x}");
        let keeps = self.redis.connection().await?.keeps;
        let mut command = self.script(REPLACE);
        command.arg(&seen.life).arg(seen.version.as_deref().unwrap_or_default());
        command.arg(&version).arg(u8::from(keeps)).arg(content);
        let written: bool = self.redis.ask(&command).await?;
        Ok(written.then_some(version))
    }
}

/// What went wrong, without the address and what was sent.
fn unreachable(error: &RedisError) -> StateError {
    StateError::Unreachable(error.category().to_owned())
}

/// Half to all of it.
fn jittered(pause: Duration) -> Duration {
    let share = getrandom::u32().map_or(1.0, |random| 0.5 + f64::from(random) / f64::from(u32::MAX) / 2.0);
    pause.mul_f64(share)
}
