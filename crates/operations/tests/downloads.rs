//! Downloads that were cut go on from any byte.

mod common;

use common::http::{Answer, Request};
use common::{Service, records};
use occuform_api::CreatedOperation;
use tempfile::tempdir;

/// So many lines are coded at once and make a segment of output.
const SEGMENT: usize = 4096;
const PIECE: usize = 64 * 1024;

async fn asked(service: &Service, link: &str, headers: &[(&str, &str)]) -> Answer {
    let request =
        headers.iter().fold(Request::new("GET", link), |request, (name, value)| request.header(name, value));
    request.send(service.address).await
}

async fn output_link(service: &Service, created: &CreatedOperation) -> String {
    service.ended(created).await.response_download_url.unwrap()
}

#[tokio::test]
async fn a_download_goes_on_where_it_was_cut() {
    let folder = tempdir().unwrap();
    let service = Service::start(folder.path()).await;
    let created = service.created_with(&records(2 * SEGMENT + 10)).await;
    service.run_worker();
    let whole = service.output(&created).await;
    let first: usize = whole.split_inclusive('\n').take(SEGMENT).map(str::len).sum();
    let link = output_link(&service, &created).await;
    for cut in [0, 1, PIECE - 1, PIECE, PIECE + 1, first - 1, first, first + 1, whole.len() - 1] {
        let rest = asked(&service, &link, &[("range", &format!("bytes={cut}-"))]).await;
        assert_eq!(rest.status, 206);
        let length = whole.len();
        assert_eq!(rest.header("content-range"), format!("bytes {cut}-{}/{length}", length - 1));
        assert!(rest.body == whole.as_bytes()[cut..], "from {cut}");
    }
    for (start, end) in [(0, 0), (10, first + 10), (first - 5, first), (first, whole.len() - 1)] {
        let part = asked(&service, &link, &[("range", &format!("bytes={start}-{end}"))]).await;
        assert_eq!(part.header("content-length"), (end + 1 - start).to_string());
        assert!(part.body == whole.as_bytes()[start..=end], "{start} to {end}");
    }
    let last = asked(&service, &link, &[("range", "bytes=-7")]).await;
    assert!(last.body == whole.as_bytes()[whole.len() - 7..]);
}

#[tokio::test]
async fn a_download_goes_on_with_a_fresh_link_of_the_same_file_only() {
    let folder = tempdir().unwrap();
    let service = Service::start(folder.path()).await;
    let created = service.created_with(&records(100)).await;
    let other = service.created_with(&records(100)).await;
    service.run_worker();
    let link = output_link(&service, &created).await;
    let begun = asked(&service, &link, &[]).await;
    let etag = begun.header("etag").to_owned();
    assert!(etag.starts_with('"') && begun.header("accept-ranges") == "bytes", "{}", begun.head);
    service.pass(60 * 60);
    let fresh = output_link(&service, &created).await;
    assert_ne!(fresh, link);
    let go_on = [("range", "bytes=50-"), ("if-range", etag.as_str())];
    let rest = asked(&service, &fresh, &go_on).await;
    assert!((rest.status, &rest.body[..]) == (206, &begun.body[50..]));
    assert_eq!(rest.header("etag"), etag);

    let another = asked(&service, &output_link(&service, &other).await, &go_on).await;
    assert_ne!(another.header("etag"), etag);
    assert_eq!(another.status, 200, "the file is another, so that it is sent whole");
    assert_eq!(another.body.len(), begun.body.len());
}

#[tokio::test]
async fn bytes_that_are_not_there_are_refused_with_the_length() {
    let folder = tempdir().unwrap();
    let service = Service::start(folder.path()).await;
    let created = service.created_with(&records(3)).await;
    service.run_worker();
    let length = service.output(&created).await.len();
    let link = output_link(&service, &created).await;
    let answer = asked(&service, &link, &[("range", &format!("bytes={length}-"))]).await;
    assert_eq!(answer.refusal(), (416, "InvalidRange".into()));
    assert_eq!(answer.header("content-range"), format!("bytes */{length}"));
}

#[tokio::test]
async fn the_metadata_can_be_asked_for_in_parts_too() {
    let folder = tempdir().unwrap();
    let service = Service::start(folder.path()).await;
    let created = service.created_with(&records(3)).await;
    service.run_worker();
    let link = service.ended(&created).await.metadata_download_url.unwrap();
    let whole = asked(&service, &link, &[]).await;
    assert!(whole.header("etag").starts_with('"'));
    let etag = [("range", "bytes=5-"), ("if-range", whole.header("etag"))];
    let rest = asked(&service, &link, &etag).await;
    assert!((rest.status, &rest.body[..]) == (206, &whole.body[5..]));
}

#[tokio::test]
async fn a_part_that_lies_damaged_is_cut_and_not_made_up() {
    let folder = tempdir().unwrap();
    let service = Service::start(folder.path()).await;
    let created = service.created_with(&records(SEGMENT + 10)).await;
    service.run_worker();
    let whole = service.output(&created).await;
    let second = folder.path().join("files").join(&created.operation_id).join("output-000001");
    std::fs::remove_file(second).unwrap();
    let link = output_link(&service, &created).await;
    let rest = asked(&service, &link, &[("range", &format!("bytes={}-", whole.len() - 5))]).await;
    assert_eq!(rest.refusal(), (404, "NoSuchKey".into()));
    let all = asked(&service, &link, &[("range", "bytes=7-")]).await;
    assert!(all.body.len() < whole.len() - 7 && whole.as_bytes()[7..].starts_with(&all.body));
}
