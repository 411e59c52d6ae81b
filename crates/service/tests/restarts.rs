//! What was counted outlives a restart, a kill, a damaged file and a clock that is set.

mod common;

use axum::http::StatusCode;
use common::{Bench, ManualClock, SECRET};
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tempfile::tempdir;

const TOPICS: &str = "/v1/topics";
const DAY: Duration = Duration::from_hours(24);

/// A service on this data folder, with 100 calls a day.
fn start(folder: &Path, clock: &Arc<ManualClock>, settings: &[(&str, &str)]) -> Bench {
    let data = [("data", folder.to_str().unwrap()), ("limits.public.requests_per_day", "100")];
    Bench::at(Arc::clone(clock), &[&data, settings].concat()).with_counts()
}

/// Nothing of it is tidied up.
fn kill(bench: Bench) {
    std::mem::forget(bench);
}

/// How many calls are answered, of so many.
async fn answered(bench: &Bench, calls: usize, pause: Duration) -> usize {
    let token = bench.token("public").await;
    let mut answered = 0;
    for _ in 0..calls {
        answered += usize::from(bench.get(TOPICS, &token).await.status == StatusCode::OK);
        bench.clock.advance(pause);
    }
    answered
}

#[tokio::test]
async fn the_days_calls_outlive_a_stop() {
    let folder = tempdir().unwrap();
    let clock = Arc::default();
    let bench = start(folder.path(), &clock, &[]);
    assert_eq!(answered(&bench, 60, Duration::ZERO).await, 60);
    drop(bench);
    clock.advance(Duration::from_hours(12));
    let bench = start(folder.path(), &clock, &[]);
    assert_eq!(answered(&bench, 60, Duration::ZERO).await, 40);
    drop(bench);
    clock.advance(Duration::from_hours(12));
    // A call counts up to a minute longer after a restart.
    clock.advance(Duration::from_mins(1));
    let bench = start(folder.path(), &clock, &[]);
    assert_eq!(answered(&bench, 100, Duration::ZERO).await, 60);
}

#[tokio::test]
async fn a_kill_forgets_fewer_than_32_calls_of_a_burst_and_none_of_those_that_come_one_by_one() {
    let folder = tempdir().unwrap();
    let clock = Arc::default();
    let bench = start(folder.path(), &clock, &[]);
    assert_eq!(answered(&bench, 95, Duration::ZERO).await, 95);
    kill(bench);
    clock.advance(Duration::from_secs(1));
    let bench = start(folder.path(), &clock, &[]);
    assert!((5..5 + 32).contains(&answered(&bench, 100, Duration::ZERO).await));
    kill(bench);

    clock.advance(2 * DAY);
    for calls in [1, 50] {
        let bench = start(folder.path(), &clock, &[]);
        assert_eq!(answered(&bench, calls, Duration::from_millis(100)).await, calls);
        kill(bench);
    }
    let bench = start(folder.path(), &clock, &[]);
    assert_eq!(answered(&bench, 100, Duration::ZERO).await, 49);
}

#[tokio::test]
async fn token_requests_and_blocks_outlive_a_kill() {
    let folder = tempdir().unwrap();
    let clock = Arc::default();
    let settings = [("token.requests_per_hour", "1"), ("token.block_seconds", "7200")];
    let ask = async |bench: &Bench| {
        let answer = bench.request_token("public", SECRET).await;
        (answer.status.as_u16(), answer.header("retry-after").to_owned())
    };
    let bench = start(folder.path(), &clock, &settings);
    assert_eq!(ask(&bench).await.0, 200);
    kill(bench);
    let bench = start(folder.path(), &clock, &settings);
    assert_eq!(ask(&bench).await, (403, "7200".into()));
    kill(bench);
    clock.advance(Duration::from_mins(61));
    let bench = start(folder.path(), &clock, &settings);
    assert_eq!(ask(&bench).await, (403, "3540".into()));
    clock.advance(Duration::from_mins(59));
    assert_eq!(ask(&bench).await.0, 200);
}

#[tokio::test]
async fn a_line_that_was_cut_off_costs_only_itself() {
    let folder = tempdir().unwrap();
    let clock = Arc::default();
    assert_eq!(answered(&start(folder.path(), &clock, &[]), 90, Duration::ZERO).await, 90);
    let path = folder.path().join("counts.jsonl");
    let mut file = std::fs::OpenOptions::new().append(true).open(&path).unwrap();
    file.write_all(b"\xff\xfe\n{\"client\":\"public\",\"deed\":\"ca").unwrap();
    for left in [10, 0] {
        let bench = start(folder.path(), &clock, &[]);
        assert_eq!(answered(&bench, 20, Duration::ZERO).await, left);
    }
}

#[tokio::test]
async fn a_clock_that_ran_ahead_lets_no_call_count_for_longer_than_a_day() {
    let folder = tempdir().unwrap();
    let ahead = Arc::new(ManualClock::default());
    ahead.advance(1_000 * DAY);
    assert_eq!(answered(&start(folder.path(), &ahead, &[]), 100, Duration::ZERO).await, 100);
    let clock = Arc::default();
    let bench = start(folder.path(), &clock, &[]);
    assert_eq!(answered(&bench, 1, Duration::ZERO).await, 0);
    clock.advance(DAY);
    assert_eq!(answered(&bench, 100, Duration::ZERO).await, 100);
}

#[tokio::test]
async fn a_disk_that_takes_nothing_stops_no_call_and_nothing_is_forgotten_when_it_does_again() {
    let folder = tempdir().unwrap();
    let data = folder.path().join("data");
    let clock = Arc::default();
    let bench = start(&data, &clock, &[]);
    // A file where the folder should be.
    std::fs::write(&data, "").unwrap();
    assert_eq!(answered(&bench, 40, Duration::from_millis(100)).await, 40);
    std::fs::remove_file(&data).unwrap();
    clock.advance(Duration::from_secs(1));
    assert_eq!(answered(&bench, 10, Duration::ZERO).await, 10);
    kill(bench);
    let left = answered(&start(&data, &clock, &[]), 100, Duration::ZERO).await;
    assert!((50..50 + 32).contains(&left), "{left}");
}
