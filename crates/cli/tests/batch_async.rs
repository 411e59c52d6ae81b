//! `occuform batch --via async` against a real `occuform service`, and what goes wrong on the way.

mod common;

use common::Workplace;
use common::coding_service::CodingService;
use common::relay::Fault;

const ASYNC: [&str; 6] = ["batch", "jobs.csv", "--via", "async", "--poll", "1"];

fn with(more: &[&'static str]) -> Vec<&'static str> {
    [&ASYNC, more].concat()
}

fn uploads(service: &CodingService) -> usize {
    service.relay.seen("PUT ").iter().filter(|call| call.status == 200).count()
}

#[test]
fn a_file_is_uploaded_once_and_its_answers_come_into_their_rows() {
    let service = CodingService::start();
    let long = format!("wiring {}", "many new houses ".repeat(12));
    let jobs = format!(
        "title,tasks\nsparky,wiring new houses\nzzqxv,qqq\nsparky,{long}\nx,\nsparky,wiring new houses\n"
    );
    std::fs::write(service.path("jobs.csv"), jobs).unwrap();
    let said = service.succeed(&ASYNC);
    assert_eq!((uploads(&service), service.relay.seen("/oauth2/token").len()), (1, 1), "{said}");
    assert_eq!(service.relay.seen("PUT ")[0].body.lines().count(), 3, "equal texts are sent once");
    let output = service.read("jobs.coded.csv");
    let rows: Vec<&str> = output.lines().skip(1).collect();
    assert!(rows[0].contains(",381131,Electrician,") && rows[0].contains(",coded,upstream,"), "{output}");
    assert!(rows[1].starts_with("zzqxv,qqq,,,,unsure,upstream,"), "{output}");
    assert!(rows[2].contains(",coded,upstream,"), "300 characters are allowed: {output}");
    assert!(rows[3].contains(",too-short,"), "{output}");
    assert_eq!(rows[0], rows[4]);
}

#[test]
fn cut_connections_expired_links_and_lines_in_any_order_change_nothing() {
    let service = CodingService::start();
    service.write_jobs("jobs.csv", 3000);
    service.succeed(&with(&["--output", "undisturbed.csv"]));
    let before = uploads(&service);
    let expired = Fault::Answer(403, "<Error><Code>AccessDenied</Code></Error>");
    service.relay.fail("PUT ", "", 1, Fault::CutUpload);
    service.relay.fail("PUT ", "", 1, expired.clone());
    service.relay.fail("GET /batch-files", "", 1, Fault::CutDownload);
    service.relay.fail("GET /batch-files", "", 1, expired);
    service.relay.fail("GET /batch-files", "", 1, Fault::Reversed);
    let said = service.succeed(&ASYNC);
    assert!(service.read("jobs.coded.csv") == service.read("undisturbed.csv"), "the outputs differ: {said}");
    assert_eq!(uploads(&service), before + 1);
    assert!(!said.contains("batch-files"), "links are secret: {said}");
}

#[test]
fn a_refused_token_is_waited_for_and_a_failed_operation_says_why() {
    let service = CodingService::start();
    service.write_jobs("jobs.csv", 10);
    let denied = "{\"message\": \"User is not authorized to access this resource with an explicit deny\"}";
    service.relay.fail("/operations/", "", 1, Fault::Answer(403, denied));
    let failed = "{\"operationStatus\": \"failed\", \"error\": \"the scan found something\"}";
    service.relay.fail("/operations/", "", 1, Fault::Answer(200, failed));
    let said = service.fail(&ASYNC);
    assert!(
        said.contains("failed: the scan found something; the same command has what is left coded anew"),
        "{said}"
    );
    service.succeed(&ASYNC);
    assert_eq!((uploads(&service), service.relay.seen("/oauth2/token").len()), (2, 1));
    assert_eq!(service.read("jobs.coded.csv").lines().count(), 11);
}

#[test]
fn a_batch_that_is_killed_uploads_its_file_once_and_gives_the_same() {
    let service = CodingService::start();
    service.write_jobs("jobs.csv", 3000);
    service.succeed(&with(&["--output", "undisturbed.csv"]));
    let before = uploads(&service);
    let mut kills = 0;
    for calls in [0, 1, 2, 1, 3, 1, 1, 2, 1, 1] {
        kills += u32::from(service.kill_after(calls, &ASYNC));
    }
    assert!(kills >= 4, "{kills}");
    service.succeed(&with(&["--force"]));
    assert!(service.read("jobs.coded.csv") == service.read("undisturbed.csv"), "the outputs differ");
    assert_eq!(uploads(&service), before + 1);
    assert_eq!(service.relay.seen("/oauth2/token").len(), 1);
}
