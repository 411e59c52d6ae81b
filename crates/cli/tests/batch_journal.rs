//! `occuform batch` going on where it was stopped.

mod common;

use common::Workplace;
use common::batch_folder::{Folder, model};
use std::fmt::Write as _;
use std::process::{Command, Stdio};

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
            .current_dir(folder.folder())
            .args(["batch", "jobs.csv", "--force", "--model", &model("osca")])
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
        .current_dir(folder.folder())
        .args(["batch", "jobs.csv", "--model", &model("osca")])
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
