//! `occuform batch` and `occuform convert` as their users call them.

mod common;

use common::{LEXICON, occuform, write_lexicon};
use serde_json::Value;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::LazyLock;
use tempfile::TempDir;

const ANZSCO: &str = "\
3 Trades
34 Electro
341 Electrical
3411 Electricians
341111 Electrician
titles:
  sparky
3412 Coffee Machines
341211 Coffee Maker
titles:
  barista
";

/// Models of both classifications.
static MODELS: LazyLock<TempDir> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    for (topic, text) in [("osca", LEXICON), ("anzsco", ANZSCO)] {
        write_lexicon(folder.path(), topic, text);
        let model = model(folder.path(), topic);
        let output =
            occuform(folder.path(), &["train", "--lexicon", "lexicon", "--topic", topic, "--model", &model]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    folder
});

fn model(folder: &Path, topic: &str) -> String {
    folder.join(topic).with_extension("model").display().to_string()
}

/// A folder with files in it.
struct Folder(TempDir);

impl Folder {
    fn with(files: &[(&str, &[u8])]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (name, content) in files {
            std::fs::write(folder.path().join(name), content).unwrap();
        }
        Self(folder)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    /// What the command says, and whether it succeeded.
    fn run(&self, arguments: &[&str]) -> (String, bool) {
        let osca = model(MODELS.path(), "osca");
        let mut all = arguments.to_vec();
        if arguments[0] == "batch" {
            all.extend(["--model", &osca]);
        }
        let output = occuform(self.0.path(), &all);
        let said = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
        (said.concat(), output.status.success())
    }

    fn succeed(&self, arguments: &[&str]) -> String {
        let (said, success) = self.run(arguments);
        assert!(success, "{said}");
        said
    }

    fn fail(&self, arguments: &[&str]) -> String {
        let (said, success) = self.run(arguments);
        assert!(!success, "{said}");
        said
    }

    /// The cells of a column of an output.
    fn column(&self, name: &str, column: &str) -> Vec<String> {
        let text = self.read(name);
        let text = text.trim_start_matches('\u{feff}');
        let delimiter = if text.lines().next().unwrap().contains(';') { b';' } else { b',' };
        let mut rows = csv::ReaderBuilder::new().delimiter(delimiter).from_reader(text.as_bytes());
        let place = rows.headers().unwrap().iter().position(|found| found == column).unwrap();
        rows.records().map(|row| row.unwrap()[place].to_owned()).collect()
    }
}

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
fn formats_encodings_and_delimiters_are_recognised() {
    for (name, content, format) in [
        (
            "a.csv",
            &b"\xef\xbb\xbftitle;tasks\ncaf\xc3\xa9 barista;coffee\n"[..],
            "CSV with semicolons, UTF-8 with BOM",
        ),
        ("b.csv", b"title,tasks\ncaf\xe9 barista,coffee\n", "CSV with commas, windows-1252"),
        ("c.tsv", b"title\ttasks\ncaf\xc3\xa9 barista\tcoffee\n", "TSV, UTF-8"),
        (
            "d.csv",
            b"\xff\xfet\0i\0t\0l\0e\0\n\0c\0a\0f\0\xe9\0 \0b\0a\0r\0i\0s\0t\0a\0\n\0",
            "CSV with commas, UTF-16LE",
        ),
        ("e.jsonl", "{\"title\": \"caf\u{e9} barista\"}\n".as_bytes(), "JSON Lines, UTF-8"),
    ] {
        let folder = Folder::with(&[(name, content)]);
        let said = folder.succeed(&["batch", name, "--output", "out.csv"]);
        assert!(said.contains(&format!("{name}: {format}\n")), "{said}");
        assert_eq!(folder.column("out.csv", "code"), ["471131"], "{name}");
        assert_eq!(folder.column("out.csv", "status"), ["coded; to-ascii"], "{name}");
    }
}

#[test]
fn what_a_spreadsheet_wrote_comes_back_as_it_opens_it() {
    let mark = "\u{feff}";
    for (content, begins) in [
        (&b"title;city\nbarista;Z\xfcrich\n"[..], format!("{mark}title;city;code;")),
        (b"\xef\xbb\xbftitle,city\nbarista,Z\xc3\xbcrich\n", format!("{mark}title,city,code,")),
        (b"title,city\nbarista,Z\xc3\xbcrich\n", "title,city,code,".to_owned()),
    ] {
        let folder = Folder::with(&[("jobs.csv", content)]);
        folder.succeed(&["batch", "jobs.csv", "--review", "review.csv"]);
        assert!(folder.read("jobs.coded.csv").starts_with(&begins), "{}", folder.read("jobs.coded.csv"));
        assert_eq!(folder.read("review.csv").starts_with(mark), begins.starts_with(mark));
        assert_eq!(folder.column("jobs.coded.csv", "city"), ["Z\u{fc}rich"]);
        folder.succeed(&["batch", "merge", "jobs.coded.csv", "review.csv"]);
        assert_eq!(folder.read("jobs.coded.merged.csv"), folder.read("jobs.coded.csv"));
    }
}

#[test]
fn a_quote_that_is_not_closed_stops_no_other_row() {
    let folder =
        Folder::with(&[("jobs.csv", b"title,tasks\nsparky,\"houses\nbarista,\"hot, coffee\"\nsparky,\n")]);
    let said = folder.succeed(&["batch", "jobs.csv"]);
    assert!(
        said.contains("jobs.csv, row 2: it opens a quote that is not closed: check its quotes"),
        "{said}"
    );
    let statuses = folder.column("jobs.coded.csv", "code");
    assert_eq!((statuses.len(), statuses[2].as_str()), (3, "381131"));
}

#[test]
fn excel_goes_in_and_comes_out() {
    let folder = Folder::with(&[("jobs.csv", b"title,staff\nsparky,0012\n")]);
    folder.succeed(&["batch", "jobs.csv", "--output", "first.xlsx"]);
    folder.succeed(&["batch", "first.xlsx", "--prefix", "second_", "--output", "second.csv"]);
    assert_eq!(folder.column("second.csv", "staff"), ["0012"]);
    assert_eq!(folder.column("second.csv", "code"), ["381131"]);
    assert_eq!(folder.column("second.csv", "second_code"), ["381131"]);
    let confidence = folder.column("second.csv", "second_confidence");
    assert_eq!(folder.column("second.csv", "confidence"), confidence, "the same digits");
    assert!(
        folder
            .fail(&["batch", "first.xlsx", "--sheet", "Jobs"])
            .contains("it has no sheet 'Jobs'; its sheets are: Sheet1")
    );
}

#[test]
fn a_workbook_whose_first_sheet_holds_no_jobs_says_which_others_there_are() {
    let folder = Folder::with(&[]);
    let mut book = rust_xlsxwriter::Workbook::new();
    book.add_worksheet().set_name("Notes").unwrap().write_string(0, 0, "made by hand").unwrap();
    let jobs = book.add_worksheet().set_name("Jobs 2019").unwrap();
    for (row, text) in ["title", "sparky"].into_iter().enumerate() {
        jobs.write_string(row as u32, 0, text).unwrap();
    }
    book.save(folder.path("two.xlsx")).unwrap();
    let said = folder.fail(&["batch", "two.xlsx"]);
    assert!(said.contains("are: made by hand; --sheet names another sheet: Jobs 2019"), "{said}");
    folder.succeed(&["batch", "two.xlsx", "--sheet", "jobs 2019", "--output", "out.csv"]);
    assert_eq!(folder.column("out.csv", "code"), ["381131"]);
}

#[test]
fn objects_of_json_lines_keep_what_they_hold() {
    let lines = b"{\"z\": 1.50, \"title\": \"sparky\", \"a\": null}\nnot json\n{\"title\": \"barista\"}\n";
    let folder = Folder::with(&[("jobs.jsonl", lines)]);
    folder.succeed(&["batch", "jobs.jsonl"]);
    let output = folder.read("jobs.coded.jsonl");
    assert!(
        output.starts_with("{\"z\": 1.50, \"title\": \"sparky\", \"a\": null,\"code\":\"381131\","),
        "{output}"
    );
    let rows: Vec<Value> = output.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(rows[1]["status"], "bad-row: it is no JSON object (column 2)");
    assert_eq!(rows[1]["code"], Value::Null);
    assert_eq!(rows[2]["code"], "471131");
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
    assert_eq!(std::fs::read_dir(folder.0.path()).unwrap().count(), 1);
}

#[test]
fn what_cannot_be_read_or_written_says_why_and_what_to_do() {
    let folder = Folder::with(&[
        ("empty.csv", b""),
        ("picture.csv", b"\x89PNG\0\0\0"),
        ("old.xls", &[0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1, 0, 0]),
        ("cut.xlsx", b"PK\x03\x04\0\0"),
        ("ages.csv", b"age,income\n3,4\n"),
        ("coded.csv", b"title,code\nsparky,1\n"),
        ("jobs.csv", b"title\nsparky\n"),
        ("there.csv", b"precious"),
        ("array.json", b" [\n {\"title\": \"sparky\"}\n]"),
        ("quote.csv", b"title,\"tasks\nsparky,\n"),
    ]);
    for (arguments, expected) in [
        (&["nowhere.csv"][..], "cannot read nowhere.csv: No such file"),
        (&["empty.csv"], "cannot read empty.csv: it is empty"),
        (&["picture.csv"], "it is a binary file, no table; export the table as CSV"),
        (&["old.xls"], "it looks like the older format .xls: open it in Excel and save it as .xlsx"),
        (&["cut.xlsx"], "it is no Excel workbook, or damaged"),
        (&["array.json"], "it is one JSON array: write an object a line, as jq --compact-output '.[]' does"),
        (&["quote.csv"], "its first row opens a quote that is not closed"),
        (
            &["ages.csv"],
            "name them with --title and --tasks; its columns, by its first row, are: age, income",
        ),
        (&["ages.csv", "--title", "job"], "ages.csv has no column 'job'; its columns are: age, income"),
        (&["coded.csv"], "coded.csv has a column 'code' already: choose other names with --prefix"),
        (&["jobs.csv", "--output", "there.csv"], "there.csv is there already: write over it with --force"),
        (&["jobs.csv", "--output", "jobs.csv"], "jobs.csv is the input"),
        (&["jobs.csv", "--output", "jobs.pdf"], "end it in .csv, .tsv, .jsonl or .xlsx"),
        (&["jobs.csv", "--output", "nowhere/out.csv"], "cannot write nowhere/out.csv.journal"),
    ] {
        let said = folder.fail(&[&["batch"], arguments].concat());
        assert!(said.contains(expected), "{arguments:?}: {said}");
    }
    assert_eq!(folder.read("there.csv"), "precious");
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
    let from = model(MODELS.path(), "anzsco");
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

#[test]
fn a_batch_that_is_killed_goes_on_where_it_was_and_gives_the_same() {
    let mut jobs = String::from("title,tasks\n");
    for number in 0..60_000 {
        let _ = writeln!(jobs, "sparky {number},wiring {} houses", number % 977);
    }
    let folder = Folder::with(&[("jobs.csv", jobs.as_bytes())]);
    folder.succeed(&["batch", "jobs.csv", "--output", "undisturbed.csv"]);

    let journal = folder.path("jobs.coded.csv.journal");
    let size = || std::fs::metadata(&journal).map_or(0, |file| file.len());
    let mut killed = 0;
    for point in 0..10 {
        let mut child = Command::new(env!("CARGO_BIN_EXE_occuform"))
            .current_dir(folder.0.path())
            .args(["batch", "jobs.csv", "--force", "--model", &model(MODELS.path(), "osca")])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let before = size();
        // Some die before they have done anything, others once they have written something more.
        while point % 3 != 0 && size() <= before && child.try_wait().unwrap().is_none() {
            std::thread::yield_now();
        }
        child.kill().unwrap();
        killed += u32::from(!child.wait().unwrap().success());
    }
    assert!(killed > 0);
    // What a power cut may leave of a line.
    let kept = std::fs::read(&journal).unwrap_or_default();
    std::fs::write(&journal, [&kept[..], b"[\"0123"].concat()).unwrap();
    let said = folder.succeed(&["batch", "jobs.csv", "--force"]);
    assert!(said.contains("coded before"), "{said}");
    assert!(folder.read("jobs.coded.csv") == folder.read("undisturbed.csv"), "the outputs differ");
    assert!(!journal.exists());
}

#[test]
fn a_journal_of_other_settings_is_not_mixed_in() {
    let folder = Folder::with(&[("jobs.csv", b"title\nsparky\n")]);
    let journal = folder.path("jobs.coded.csv.journal");
    std::fs::write(
        &journal,
        "{\"model\":\"other\",\"suggestions\":\"3\",\"topic\":\"osca\",\"via\":\"embedded\"}\n",
    )
    .unwrap();
    let said = folder.fail(&["batch", "jobs.csv"]);
    assert!(said.contains("other settings (model: other there,") && said.contains("--restart"), "{said}");
    folder.succeed(&["batch", "jobs.csv", "--restart"]);
}

#[test]
fn the_services_output_becomes_the_guides_table() {
    let lines = r#"{"recordId": "1", "codeStatus": "successful", "input": {"occp_text": "dev, senior", "tasks_text": ""}, "result": {"codeCategory": "261313", "codeLabel": "Software Engineer", "codeConfidence": 0.980}}
{"recordId": null, "codeStatus": "unsuccessful", "input": {"occp_text": "ambo"}, "suggestions": [{"codeCategory": "411111", "codeLabel": "Ambulance Officer", "codeConfidence": 1e-7}]}

{"recordId": "unknown", "codeStatus": "unsuccessful", "input": "this is not json", "error": "Invalid JSON data format."}
"#;
    let folder = Folder::with(&[("output.jsonl", lines.as_bytes())]);
    folder.succeed(&["convert", "output.jsonl", "--to", "csv"]);
    let expected = "recordId,codeStatus,error,input.occp_text,input.tasks_text,\
        result.codeCategory,result.codeLabel,result.codeConfidence,\
        suggestions_1.codeCategory,suggestions_1.codeLabel,suggestions_1.codeConfidence,\
        suggestions_2.codeCategory,suggestions_2.codeLabel,suggestions_2.codeConfidence,\
        suggestions_3.codeCategory,suggestions_3.codeLabel,suggestions_3.codeConfidence\n\
        1,successful,,\"dev, senior\",,261313,Software Engineer,0.98,,,,,,,,,\n\
        ,unsuccessful,,ambo,,,,,411111,Ambulance Officer,1e-7,,,,,,\n\
        unknown,unsuccessful,Invalid JSON data format.,,,,,,,,,,,,,,\n";
    assert_eq!(folder.read("output.csv"), expected);
    std::fs::write(folder.path("broken.jsonl"), "{\"recordId\": \"1\"}\n{\"rec").unwrap();
    let said = folder.fail(&["convert", "broken.jsonl"]);
    assert!(said.contains("broken.jsonl, line 2: no JSON object"), "{said}");
}

#[test]
fn a_workbook_with_a_password_says_so() {
    // What Excel writes then: a compound file with a stream of this name.
    let folder = Folder::with(&[]);
    let file =
        std::fs::File::options().read(true).write(true).create_new(true).open(folder.path("secret.xlsx"));
    let mut file = cfb::CompoundFile::create_with_version(cfb::Version::V3, file.unwrap()).unwrap();
    for stream in ["/EncryptionInfo", "/EncryptedPackage"] {
        file.create_stream(stream).unwrap().write_all(&[7; 8192]).unwrap();
    }
    file.flush().unwrap();
    let said = folder.fail(&["batch", "secret.xlsx"]);
    assert!(said.contains("cannot read secret.xlsx: it is encrypted"), "{said}");
}

#[test]
fn a_journal_in_use_is_left_alone() {
    let folder = Folder::with(&[("jobs.csv", b"title\nsparky\n")]);
    let held = std::fs::File::create(folder.path("jobs.coded.csv.journal")).unwrap();
    held.lock().unwrap();
    let said = folder.fail(&["batch", "jobs.csv"]);
    assert!(said.contains("another occuform batch is writing the same output"), "{said}");
    drop(held);
    folder.succeed(&["batch", "jobs.csv"]);
}

#[test]
fn a_full_disk_loses_nothing_that_was_coded() {
    let folder = Folder::with(&[("jobs.csv", b"title\nsparky\nbarista\n")]);
    // The output grows beside its place; this one is on a disk without room.
    std::os::unix::fs::symlink("/dev/full", folder.path("jobs.coded.csv.part")).unwrap();
    let said = folder.fail(&["batch", "jobs.csv"]);
    assert!(said.contains("cannot write jobs.coded.csv: No space left on device"), "{said}");
    assert!(said.contains("the same command goes on from there"), "{said}");
    std::fs::remove_file(folder.path("jobs.coded.csv.part")).unwrap();
    let said = folder.succeed(&["batch", "jobs.csv"]);
    assert!(said.contains("coded before: 2 texts"), "{said}");
    assert_eq!(folder.column("jobs.coded.csv", "code"), ["381131", "471131"]);
}

#[test]
fn ctrl_c_stops_with_a_word_and_the_same_command_goes_on() {
    let mut jobs = String::from("title\n");
    for number in 0..60_000 {
        let _ = writeln!(jobs, "sparky {number}");
    }
    let folder = Folder::with(&[("jobs.csv", jobs.as_bytes())]);
    let journal = folder.path("jobs.coded.csv.journal");
    let mut child = Command::new(env!("CARGO_BIN_EXE_occuform"))
        .current_dir(folder.0.path())
        .args(["batch", "jobs.csv", "--model", &model(MODELS.path(), "osca")])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    while std::fs::metadata(&journal).map_or(0, |file| file.len()) < 1000 {
        assert!(child.try_wait().unwrap().is_none(), "it ended too early");
        std::thread::yield_now();
    }
    let pid = child.id().to_string();
    assert!(Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success() && said.contains("stopped; what was coded is kept"), "{said}");
    let said = folder.succeed(&["batch", "jobs.csv"]);
    assert!(said.contains("coded before: "), "{said}");
    assert_eq!(folder.read("jobs.coded.csv").lines().count(), 60_001);
}
