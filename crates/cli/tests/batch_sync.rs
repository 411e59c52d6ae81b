//! `occuform batch --via sync` against a real `occuform service`, and what goes wrong on the way.

mod common;

use common::Workplace;
use common::coding_service::CodingService;
use common::relay::Fault;

const SYNC: [&str; 4] = ["batch", "jobs.csv", "--via", "sync"];

fn with(more: &[&'static str]) -> Vec<&'static str> {
    [&SYNC, more].concat()
}

#[test]
fn records_go_300_a_call_with_one_token_and_come_back_into_their_rows() {
    let service = CodingService::start();
    service.write_jobs("jobs.csv", 700);
    let planned = service.succeed(&with(&["--dry-run"]));
    assert!(planned.contains("calls: 4, 0.0 % of the 10,000 a day; 10,000 are left today"), "{planned}");
    assert!(service.relay.seen("").is_empty());

    let said = service.succeed(&with(&["--report", "report.html"]));
    assert!(said.contains("calls: 4, left today: 9,996"), "{said}");
    let calls = service.relay.seen("/code");
    assert_eq!(calls.iter().map(|call| call.records().len()).collect::<Vec<_>>(), [300, 300, 100]);
    assert_eq!(service.relay.seen("/oauth2/token").len(), 1);
    let output = service.read("jobs.coded.csv");
    assert_eq!(output.lines().count(), 701);
    for row in output.lines().skip(1) {
        assert!(row.contains(",381131,Electrician,") && row.contains(",coded,upstream,"), "{row}");
    }
    assert!(service.read("report.html").contains("3 Trades"));
    // The state knows the token: the next batch does not ask for one.
    service.succeed(&with(&["--force"]));
    assert_eq!(service.relay.seen("/oauth2/token").len(), 1);
}

#[test]
fn what_passes_is_waited_for_and_the_output_is_that_of_an_undisturbed_run() {
    let service = CodingService::start();
    service.write_jobs("jobs.csv", 700);
    service.succeed(&with(&["--output", "undisturbed.csv"]));
    let before = service.relay.seen("/code").len();
    for fault in [
        Fault::Answer(429, "{\"message\": \"Too Many Requests\"}"),
        Fault::Answer(500, "{\"message\": \"Error performing request\"}"),
        Fault::CutDownload,
        Fault::Answer(
            403,
            "{\"message\": \"User is not authorized to access this resource with an explicit deny\"}",
        ),
    ] {
        service.relay.fail("/code", "", 1, fault);
    }
    service.succeed(&SYNC);
    assert_eq!(service.read("jobs.coded.csv"), service.read("undisturbed.csv"));
    assert_eq!(service.relay.seen("/code").len(), before + 3 + 4);
    assert_eq!(service.relay.seen("/oauth2/token").len(), 1, "403 is no reason to ask for a token");
}

#[test]
fn one_record_that_the_service_refuses_stops_no_other() {
    let service = CodingService::start();
    let jobs = ["sparky", "barista", "poison", "coffee maker", "electrician"];
    std::fs::write(service.path("jobs.csv"), format!("title\n{}\n", jobs.join("\n"))).unwrap();
    let refusal = Fault::Answer(400, "{\"message\": \"Invalid request body\"}");
    service.relay.fail("/code", "poison", usize::MAX, refusal);
    service.succeed(&SYNC);
    let output = service.read("jobs.coded.csv");
    let refused: Vec<&str> = output.lines().filter(|row| row.contains(",refused,")).collect();
    assert_eq!(refused.len(), 1, "{output}");
    assert!(refused[0].starts_with("poison,,,,refused,"), "{output}");
    assert!(!output.contains("no-match"), "{output}");
    assert!(service.relay.seen("/code").len() <= 7);
}

#[test]
fn a_model_that_is_gone_ends_the_batch_with_a_word_about_it() {
    let service = CodingService::start();
    service.write_jobs("jobs.csv", 2);
    service.relay.fail(
        "/code",
        "",
        usize::MAX,
        Fault::Answer(404, "{\"message\": \"The specified model does not exist\"}"),
    );
    let said = service.fail(&with(&["--model", "00000000-0000-8000-8000-000000000000"]));
    assert!(
        said.contains("the service does not have the model 00000000-0000-8000-8000-000000000000"),
        "{said}"
    );
    assert_eq!(service.relay.seen("/code").len(), 1);
}

#[test]
fn without_a_coding_service_it_says_what_to_set_up_and_auto_codes_here() {
    let service = CodingService::start();
    service.write_jobs("jobs.csv", 2);
    std::fs::remove_file(service.path("occuform.toml")).unwrap();
    let said = service.fail(&SYNC);
    assert!(said.contains("name it in [upstream] of occuform.toml"), "{said}");
    let said = service.succeed(&["batch", "jobs.csv", "--via", "auto"]);
    assert!(said.contains("Chosen: embedded: no Coding Service is set up"), "{said}");
}

#[test]
fn auto_takes_calls_as_long_as_the_days_allowance_lasts_and_files_beyond() {
    let service = CodingService::start();
    service.write_jobs("jobs.csv", 700);
    let auto = ["batch", "jobs.csv", "--via", "auto", "--dry-run"];
    let said = service.succeed(&auto);
    assert!(said.contains("Chosen: sync: 4 of the day's calls are needed and 10,000 are left"), "{said}");
    let settings = service.read("occuform.toml");
    std::fs::write(service.path("occuform.toml"), settings.replace("10000", "3")).unwrap();
    let said = service.succeed(&auto);
    assert!(said.contains("Chosen: sync, for several days: 4 of the day's calls are needed and 3"), "{said}");
    // Partners have 10,000 calls a day. Of this state there are two left.
    std::fs::write(service.path("occuform.toml"), settings).unwrap();
    let quota = service.read("state/quota.json");
    let uptime = std::fs::read_to_string("/proc/uptime").unwrap();
    let uptime = uptime.split('.').next().unwrap();
    let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap();
    let moment = format!(
        "{{\"boot\":\"{}\",\"uptime\":{{\"secs\":{uptime},\"nanos\":0}},\"unix\":{{\"secs\":0,\"nanos\":0}}}}",
        boot.trim()
    );
    let used = format!("{{\"first\":{moment},\"last\":{moment},\"calls\":9998}}");
    std::fs::write(service.path("state/quota.json"), quota.replace("[]", &format!("[{used}]"))).unwrap();
    let said = service.succeed(&auto);
    assert!(
        said.contains("Chosen: async: 4 of the day's calls are needed and 2 are left, and partners"),
        "{said}"
    );
}

#[test]
fn a_batch_that_is_killed_pays_for_no_record_of_its_journal_again() {
    let service = CodingService::start();
    service.write_jobs("jobs.csv", 300 * 12);
    service.succeed(&with(&["--output", "undisturbed.csv"]));
    let mut kills = 0;
    for calls in [0, 1, 3, 2, 0, 1, 2, 1, 3, 1] {
        kills += u32::from(service.kill_after(calls, &SYNC));
        let journal = std::fs::read_to_string(service.path("jobs.coded.csv.journal")).unwrap_or_default();
        let before = service.relay.seen("/code").len();
        // What is known is not asked again, whatever happens next.
        service.kill_after(1, &SYNC);
        let again = service.relay.seen("/code").split_off(before);
        let known = |id: &String| journal.contains(&format!("[\"{id}\""));
        assert!(!again.iter().flat_map(common::relay::Seen::records).any(|id| known(&id)));
    }
    assert!(kills >= 8, "{kills}");
    service.succeed(&SYNC);
    assert!(service.read("jobs.coded.csv") == service.read("undisturbed.csv"), "the outputs differ");
    assert_eq!(service.relay.seen("/oauth2/token").len(), 1);
}
