//! What becomes of the token while `occuform batch --via async` waits for hours: the same code and a real Coding Service,
//! both on a clock that the test moves.

mod common;

use common::Workplace;
use common::coding_service::CodingService;
use common::relay::{Fault, Seen};
use occuform_api::OSCA;
use occuform_batch::{
    AsyncCoder, Checker, CodingService as Connection, ColumnNames, Columns, Journal, Progress, Settings,
    SourceOptions, Step, Table, TextRules,
};
use occuform_proxy::config::{Config, UpstreamConfig};
use occuform_proxy::upstream::moment::{Clock, Moment};
use std::sync::{Arc, Mutex};
use std::time::Duration;

const RECORDS: u64 = 5;
const IN_PROGRESS: &str = "{\"operationStatus\": \"in_progress\"}";

/// One clock for both sides; it stands still until it is moved.
#[derive(Default)]
struct SharedClock(Mutex<Duration>);

impl SharedClock {
    fn passed(&self) -> Duration {
        *self.0.lock().unwrap()
    }
}

impl Clock for SharedClock {
    fn now(&self) -> Moment {
        let uptime = Duration::from_hours(1) + self.passed();
        Moment { boot: "test".into(), uptime, unix: Duration::from_hours(500_000) + uptime, past_at: None }
    }
}

impl occuform_service::clock::Clock for SharedClock {
    fn monotonic(&self) -> Duration {
        Duration::from_hours(500_000) + self.passed()
    }

    fn unix(&self) -> Duration {
        self.monotonic()
    }
}

/// Lets time pass whenever an operation is waited for.
struct Hours {
    clock: Arc<SharedClock>,
    poll: Duration,
    polls: u32,
}

impl Progress for Hours {
    fn report(&mut self, _: Step, _: u64, _: u64) {}

    fn waiting(&mut self, why: &str, wait: Duration) {
        let polled = why == "the service is coding the file";
        self.polls += u32::from(polled);
        *self.clock.0.lock().unwrap() += if polled { self.poll } else { wait };
    }

    fn stopped(&self) -> bool {
        false
    }
}

fn settings(service: &CodingService) -> UpstreamConfig {
    let (config, _) = Config::read(&service.path("occuform.toml"), true, []).unwrap();
    let config = config.upstream.unwrap();
    UpstreamConfig { pause: Duration::ZERO, state: service.path("state"), ..config }
}

/// Codes a file whose operation is in progress for so many polls, each so long, and returns how often it was asked.
fn code(service: &CodingService, clock: &Arc<SharedClock>, polls: usize, poll: Duration) -> u32 {
    service.relay.fail("/operations/", "", polls, Fault::Instead(IN_PROGRESS));
    service.write_jobs("jobs.csv", RECORDS as usize);
    let table = Table::open(&service.path("jobs.csv"), &SourceOptions::default()).unwrap();
    let columns = Columns::find(&table, &ColumnNames::default()).unwrap();
    let checker = Checker { columns, rules: TextRules::default(), recoding: None };
    let connection = Connection::open(OSCA, &settings(service), Arc::clone(clock) as _).unwrap();
    let mut hours = Hours { clock: Arc::clone(clock), poll, polls: 0 };
    let model = connection.latest_model(&mut hours).unwrap();
    let coder = AsyncCoder::new(&connection, model, Duration::from_millis(1)).unwrap();
    let mut journal = Journal::open(&service.path("journal"), &Settings::default(), false).unwrap();
    journal.code_all(&table, &checker, &coder, RECORDS, &mut hours).unwrap();
    assert_eq!(journal.coded() as u64, RECORDS);
    hours.polls
}

fn statuses(calls: &[Seen]) -> Vec<u16> {
    calls.iter().map(|call| call.status).collect()
}

#[test]
fn a_token_that_expires_between_two_polls_is_renewed_once_an_hour_and_no_call_is_made_without() {
    let clock = Arc::new(SharedClock::default());
    let service = CodingService::start_with(Arc::clone(&clock) as _);
    // More than two hours.
    let polls = code(&service, &clock, 10, Duration::from_mins(14));
    assert!(polls >= 10, "{polls}");
    // The service gives one token an hour and refuses the old ones: all of these succeeded.
    let tokens = service.relay.seen("/oauth2/token");
    assert_eq!(statuses(&tokens), [200, 200, 200]);
    let asked = service.relay.seen("/operations/");
    assert!(asked.iter().all(|call| call.status == 200), "{:?}", statuses(&asked));
    let mut used: Vec<&str> = asked.iter().map(|call| call.token.as_str()).collect();
    used.dedup();
    assert_eq!(used.len(), 3);
    assert_eq!(service.relay.seen("PUT ").len(), 1, "the file is uploaded once");
}
