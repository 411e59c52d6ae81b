//! `occuform batch` as its users call it: what becomes of rows.

mod common;

use common::Workplace;
use common::batch_folder::{Folder, model};

#[test]
fn rows_keep_their_columns_and_get_codes() {
    let folder = Folder::with(&[(
        "jobs.csv",
        b"age,Job Title,main_tasks\n33,sparky,wiring new houses\n20,barista,\n",
    )]);
    let said = folder.succeed(&["batch", "jobs.csv", "--suggestions", "2"]);
    assert!(said.contains("job title   Job Title") && said.contains("tasks       main_tasks"), "{said}");
    let output = folder.read("jobs.coded.csv");
    let header = "age,Job Title,main_tasks,code,label,confidence,status,source,model,\
        suggestion_1_code,suggestion_1_label,suggestion_1_confidence,\
        suggestion_2_code,suggestion_2_label,suggestion_2_confidence\n";
    assert!(output.starts_with(header), "{output}");
    assert_eq!(folder.column("jobs.coded.csv", "age"), ["33", "20"]);
    assert_eq!(folder.column("jobs.coded.csv", "code"), ["381131", "471131"]);
    assert_eq!(folder.column("jobs.coded.csv", "status"), ["coded", "coded"]);
    assert_eq!(folder.column("jobs.coded.csv", "source"), ["embedded", "embedded"]);
    assert!(!folder.path("jobs.coded.csv.journal").exists());
}

#[test]
fn a_row_that_cannot_be_coded_is_named_and_stops_no_other() {
    let long = format!("sparky {}", "houses ".repeat(20));
    let text = format!("title,tasks\n,\nx,\n{long},\n\u{533b}\u{751f},\nsparky,houses,more\nsparky,\n");
    let folder = Folder::with(&[("jobs.csv", text.as_bytes())]);
    let said = folder.succeed(&["batch", "jobs.csv"]);
    let statuses = folder.column("jobs.coded.csv", "status");
    assert_eq!(statuses[..4], ["empty", "too-short", "too-long", "not-ascii"]);
    assert!(statuses[4].starts_with("bad-row: it has 3 cells where the header has 2"), "{statuses:?}");
    assert_eq!(statuses[5], "coded");
    assert!(said.contains("jobs.csv, row 5, column title: it holds the character U+533B"), "{said}");
    assert!(said.contains("jobs.csv, row 4, columns title and tasks: shorten the text"), "{said}");
    folder.succeed(&["batch", "jobs.csv", "--shorten", "--force"]);
    assert_eq!(folder.column("jobs.coded.csv", "status")[2], "coded; shortened");
    assert_eq!(folder.column("jobs.coded.csv", "title")[2], long);
}

#[test]
fn a_dry_run_shows_the_plan_and_writes_nothing() {
    let folder = Folder::with(&[("jobs.csv", b"title\nsparky\n sparky \nbarista\n")]);
    let said = folder.succeed(&["batch", "jobs.csv", "--dry-run"]);
    assert!(said.contains("Plan: 3 rows, 2 different texts"), "{said}");
    assert_eq!(std::fs::read_dir(folder.folder()).unwrap().count(), 1);
}

#[test]
fn the_guides_columns_are_exactly_the_guides() {
    let folder = Folder::with(&[("jobs.csv", b"id,title,tasks\n7,sparky,wiring\n8,x,\n")]);
    folder.succeed(&["batch", "jobs.csv", "--columns", "guide"]);
    let output = folder.read("jobs.coded.csv");
    let lines: Vec<&str> = output.lines().collect();
    assert_eq!(
        lines[0],
        "recordId,codeStatus,input.occp_text,input.tasks_text,result_1.codeCategory,result_1.codeLabel,\
         result_1.codeConfidence,result_2.codeCategory,result_2.codeLabel,result_2.codeConfidence,\
         result_3.codeCategory,result_3.codeLabel,result_3.codeConfidence"
    );
    assert!(lines[1].starts_with("7,successful,sparky,wiring,381131,Electrician,"), "{output}");
    assert_eq!(lines[2], "8,unsuccessful,x,,,,,,,,,,");
}

#[test]
fn codes_of_another_classification_lend_their_titles_to_the_text() {
    let folder = Folder::with(&[("jobs.csv", b"anzsco_code,title\n341211,\n341111,\n999999,sparky\n")]);
    let from = model("anzsco");
    let recode =
        ["batch", "jobs.csv", "--code-column", "anzsco_code", "--from", "anzsco", "--from-model", &from];
    let said = folder.succeed(&recode);
    assert_eq!(folder.column("jobs.coded.csv", "code"), ["471131", "381131", ""]);
    assert_eq!(folder.column("jobs.coded.csv", "status")[2], "unknown-code");
    assert!(said.contains("jobs.csv, row 4, column anzsco_code: correct the code"), "{said}");
}

#[test]
fn decisions_of_a_review_come_back_into_their_rows() {
    let folder = Folder::with(&[("jobs.csv", b"title,n\nzq,1\nsparky,2\nxj,3\nxj,4\n\xe5\x8c\xbb,5\n")]);
    let said = folder.succeed(&["batch", "jobs.csv", "--review", "review.csv"]);
    assert!(said.contains("occuform batch merge jobs.coded.csv review.csv"), "{said}");
    let review = folder.read("review.csv");
    let lines: Vec<&str> = review.lines().collect();
    assert!(lines[0].starts_with("title,rows,status,suggestion_1_code,") && lines[0].ends_with(",decision"));
    assert_eq!(folder.column("review.csv", "title"), ["xj", "zq", "\u{533b}"]);
    assert_eq!(folder.column("review.csv", "rows"), ["2", "1", "1"]);
    assert_eq!(folder.column("review.csv", "status"), ["too-short", "too-short", "not-ascii"]);

    let decide = |decisions: [&str; 3]| {
        let rows = lines[1..].iter().zip(decisions).map(|(line, decision)| format!("{line}{decision}\n"));
        std::fs::write(folder.path("review.csv"), format!("{}\n{}", lines[0], rows.collect::<String>()))
            .unwrap();
    };
    let merge = ["batch", "merge", "jobs.coded.csv", "review.csv"];
    decide(["471131", "999999", ""]);
    let refused = folder.fail(&merge);
    assert!(
        refused.contains("review.csv, row 3, column decision: '999999' is no code of OSCA 2024"),
        "{refused}"
    );
    assert!(!folder.path("jobs.coded.merged.csv").exists());

    decide(["471131", "None", ""]);
    let merged = folder.succeed(&merge);
    assert!(merged.contains("3 rows decided by 2 decisions; left: 1 rows"), "{merged}");
    let file = "jobs.coded.merged.csv";
    assert_eq!(folder.column(file, "code"), ["", "381131", "471131", "471131", ""]);
    assert_eq!(folder.column(file, "label")[2], "Barista");
    assert_eq!(folder.column(file, "status"), ["reviewed", "coded", "reviewed", "reviewed", "not-ascii"]);
}

#[test]
fn the_report_is_one_page_with_nothing_to_fetch_and_no_texts() {
    let folder = Folder::with(&[("jobs.csv", b"title\nsparky\nbarista\nx\n")]);
    folder.succeed(&["batch", "jobs.csv", "--report", "report.html"]);
    let page = folder.read("report.html");
    assert_eq!((page.matches("<figure").count(), page.matches("<svg").count()), (4, 1));
    let rows = ["3 Trades", "4 Hospitality", "too-short"];
    assert!(rows.iter().all(|row| page.contains(&format!("<th scope=\"row\">{row}</th>"))), "{page}");
    assert!(!page.contains("sparky") && !page.contains("http") && !page.contains("<script"), "{page}");
}
