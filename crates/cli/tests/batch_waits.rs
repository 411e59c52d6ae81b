//! What `occuform batch` waits for longer than a test may: the same code with days that last seconds, against
//! a real `occuform service`.

mod common;

use common::Workplace;
use common::coding_service::CodingService;
use common::relay::Fault;
use occuform_api::OSCA;
use occuform_batch::{
    AsyncCoder, Checker, Coder, CodingService as Connection, ColumnNames, Columns, Journal, Progress,
    Settings, SourceOptions, Step, SyncCoder, Table, TextRules,
};
use occuform_proxy::config::{Config, UpstreamConfig};
use occuform_proxy::upstream::moment::SystemClock;
use std::sync::Arc;
use std::time::Duration;

/// Remembers what was waited for.
#[derive(Default)]
struct Told(Vec<String>);

impl Progress for Told {
    fn report(&mut self, _: Step, _: u64, _: u64) {}

    fn waiting(&mut self, why: &str, _: Duration) {
        self.0.push(why.to_owned());
    }

    fn stopped(&self) -> bool {
        false
    }
}

fn settings(service: &CodingService) -> UpstreamConfig {
    let (config, _) = Config::read(&service.path("occuform.toml"), true, []).unwrap();
    let config = config.upstream.unwrap();
    UpstreamConfig {
        pause: Duration::from_millis(10),
        // Longer than is waited without a word.
        day: Duration::from_secs(23),
        state: service.path("state"),
        ..config
    }
}

/// By five calls for the 1,500 records.
fn by_calls<'a>(connection: &'a Connection, model: String) -> Box<dyn Coder + 'a> {
    Box::new(SyncCoder::new(connection, model, 3))
}

/// By one file.
fn by_file<'a>(connection: &'a Connection, model: String) -> Box<dyn Coder + 'a> {
    Box::new(AsyncCoder::new(connection, model, Duration::from_secs(1)).unwrap())
}

type Way = for<'a> fn(&'a Connection, String) -> Box<dyn Coder + 'a>;

/// Codes 1,500 records and returns what was waited for.
fn code(service: &CodingService, config: &UpstreamConfig, way: Way) -> Vec<String> {
    service.write_jobs("jobs.csv", 1500);
    let table = Table::open(&service.path("jobs.csv"), &SourceOptions::default()).unwrap();
    let columns = Columns::find(&table, &ColumnNames::default()).unwrap();
    let checker = Checker { columns, rules: TextRules::default(), recoding: None };
    let connection = Connection::open(OSCA, config, Arc::new(SystemClock::new().unwrap())).unwrap();
    let mut told = Told::default();
    let model = connection.latest_model(&mut told).unwrap();
    let coder = way(&connection, model);
    let mut journal = Journal::open(&service.path("journal"), &Settings::default(), false).unwrap();
    journal.code_all(&table, &checker, &*coder, 1500, &mut told).unwrap();
    assert_eq!(journal.coded(), 1500);
    told.0
}

#[test]
fn a_day_whose_calls_are_used_up_is_waited_for_and_the_next_goes_on() {
    let service = CodingService::start();
    let waited = code(&service, &UpstreamConfig { calls_per_day: 3, ..settings(&service) }, by_calls);
    assert!(waited.iter().any(|why| why == "the upstream's allowance is used"), "{waited:?}");
    assert_eq!(service.relay.seen("/code").len(), 5);
}

#[test]
fn limit_exceeded_ends_the_day_and_the_next_goes_on() {
    let service = CodingService::start();
    service.relay.fail("/code", "", 1, Fault::Answer(429, "{\"message\": \"Limit Exceeded\"}"));
    let waited = code(&service, &settings(&service), by_calls);
    assert!(waited.iter().any(|why| why == "the upstream's allowance is used"), "{waited:?}");
    assert_eq!(service.relay.seen("/code").len(), 6);
    assert_eq!(service.relay.seen("/oauth2/token").len(), 1);
}

#[test]
fn both_kinds_of_429_are_waited_for_while_a_file_is_coded() {
    let service = CodingService::start();
    service.relay.fail("POST /v1", "", 1, Fault::Answer(429, "{\"message\": \"Too Many Requests\"}"));
    service.relay.fail("/operations/", "", 1, Fault::Answer(429, "{\"message\": \"Limit Exceeded\"}"));
    let waited = code(&service, &settings(&service), by_file);
    assert!(waited.iter().any(|why| why == "the upstream's allowance is used"), "{waited:?}");
    let statuses = |line| service.relay.seen(line).iter().map(|call| call.status).collect::<Vec<_>>();
    assert_eq!(statuses("POST /v1"), [429, 200]);
    assert_eq!(statuses("/operations/")[..2], [429, 200]);
    assert_eq!((statuses("PUT "), statuses("/oauth2/token")), (vec![200], vec![200]));
}
