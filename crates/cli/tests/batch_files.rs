//! What `occuform batch` and `occuform convert` read and write.

mod common;

use common::Workplace;
use common::batch_folder::Folder;
use serde_json::Value;
use std::io::Write as _;

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
