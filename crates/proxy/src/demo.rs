//! In: what the demo's form submitted. Out: a page that shows each field. A real form goes to its own server.

use crate::problem::Problem;
use axum::Form;
use axum::extract::rejection::FormRejection;
use axum::response::{Html, IntoResponse, Response};
use maud::{DOCTYPE, html};

/// Plenty for a page of questions.
pub(crate) const MAX_BODY_BYTES: usize = 64 * 1024;

pub(crate) async fn received(
    form: Result<Form<Vec<(String, String)>>, FormRejection>,
) -> Result<Response, Problem> {
    let Form(fields) = form.map_err(|rejection| {
        Problem::new(rejection.status(), "unreadable-form", "The form could not be read")
    })?;
    let page = html! {
        (DOCTYPE)
        html lang="en-AU" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { "What the form submitted" }
                link rel="icon" href="data:,";
                link rel="stylesheet" href="/demo.css";
            }
            body {
                main {
                    h1 { "What the form submitted" }
                    p { "These are the fields that your own server would receive. Nothing was kept." }
                    table {
                        caption { (fields.len()) " fields" }
                        thead { tr { th scope="col" { "Field" } th scope="col" { "Value" } } }
                        tbody {
                            @for (name, value) in &fields {
                                tr { th scope="row" { (name) } td { (value) } }
                            }
                        }
                    }
                    p { a href="/" { "Back to the form" } }
                }
            }
        }
    };
    Ok(Html(page.into_string()).into_response())
}
