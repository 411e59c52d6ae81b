//! In: the `OpenAPI` document. Out: the same as a page to read, at `/`. It loads one style sheet from this server and
//! nothing else, and runs no script.

use axum::Router;
use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::{Html, IntoResponse};
use axum::routing::get;
use maud::{DOCTYPE, Markup, html};
use serde_json::{Map, Value};
use utoipa::openapi::OpenApi;

const POLICY: &str =
    "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const STYLE: &str = include_str!("reference.css");
const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

/// The page and its style sheet.
pub(crate) fn routes<S: Clone + Send + Sync + 'static>(document: &OpenApi) -> Router<S> {
    let document = serde_json::to_value(document).unwrap_or_default();
    let page = page(&document).into_string();
    let style = ([(CONTENT_TYPE, "text/css; charset=utf-8")], STYLE);
    Router::new()
        .route("/", get(async move || ([(CONTENT_SECURITY_POLICY, POLICY)], Html(page)).into_response()))
        .route("/reference.css", get(async move || style))
}

fn page(document: &Value) -> Markup {
    let info = &document["info"];
    let tags = document["tags"].as_array().map(Vec::as_slice).unwrap_or_default();
    html! {
        (DOCTYPE)
        html lang="en-AU" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (text(&info["title"])) }
                link rel="stylesheet" href="/reference.css";
            }
            body {
                main {
                    h1 { (text(&info["title"])) }
                    p { (text(&info["description"])) }
                    p { "Also as " a href="/openapi.json" { "OpenAPI " (text(&document["openapi"])) } "." }
                    nav { (contents(document, tags)) }
                    @for tag in tags {
                        section {
                            h2 { (text(&tag["name"])) }
                            p { (text(&tag["description"])) }
                            @for (method, path, operation) in operations(document, &tag["name"]) {
                                (endpoint(method, path, operation))
                            }
                        }
                    }
                    h2 { "Objects" }
                    @for (name, schema) in entries(&document["components"]["schemas"]) { (object(name, schema)) }
                }
            }
        }
    }
}

fn contents(document: &Value, tags: &[Value]) -> Markup {
    html! {
        ul {
            @for tag in tags {
                @for (method, path, operation) in operations(document, &tag["name"]) {
                    li {
                        a href={ "#" (text(&operation["operationId"])) } { (text(&operation["summary"])) }
                        " " code { (method.to_uppercase()) " " (path) }
                    }
                }
            }
        }
    }
}

/// Method, path and description of each endpoint with this tag.
fn operations<'a>(document: &'a Value, tag: &Value) -> Vec<(&'static str, &'a str, &'a Value)> {
    let all = entries(&document["paths"]).flat_map(|(path, item)| {
        METHODS.iter().filter_map(move |method| Some((*method, path.as_str(), item.get(*method)?)))
    });
    all.filter(|(_, _, operation)| operation["tags"].get(0) == Some(tag)).collect()
}

fn endpoint(method: &str, path: &str, operation: &Value) -> Markup {
    let body = &operation["requestBody"]["content"];
    let parameters = operation["parameters"].as_array().map(Vec::as_slice).unwrap_or_default();
    html! {
        article id=(text(&operation["operationId"])) {
            h3 { (text(&operation["summary"])) }
            p { code { (method.to_uppercase()) " " (path) } }
            p { (text(&operation["description"])) }
            @if !parameters.is_empty() {
                dl {
                    @for parameter in parameters {
                        dt { code { (text(&parameter["name"])) } }
                        dd { (text(&parameter["description"])) }
                    }
                }
            }
            @for (media_type, content) in entries(body) {
                p { "Body: " (kind(&content["schema"])) " as " code { (media_type) } }
            }
            table {
                thead { tr { th scope="col" { "Status" } th scope="col" { "When" } th scope="col" { "Body" } } }
                tbody {
                    @for (status, response) in entries(&operation["responses"]) {
                        tr {
                            th scope="row" { (status) }
                            td { (text(&response["description"])) }
                            td { @for (_, content) in entries(&response["content"]) { (kind(&content["schema"])) } }
                        }
                    }
                }
            }
        }
    }
}

fn object(name: &str, schema: &Value) -> Markup {
    let required = schema["required"].as_array().map(Vec::as_slice).unwrap_or_default();
    html! {
        article id={ "object-" (name) } {
            h3 { (name) }
            p { (text(&schema["description"])) }
            @if schema.get("properties").is_some() {
                table {
                    thead { tr { th scope="col" { "Field" } th scope="col" { "Type" } th scope="col" { "What" } } }
                    tbody {
                        @for (field, property) in entries(&schema["properties"]) {
                            tr {
                                th scope="row" { code { (field) } }
                                td {
                                    (kind(property))
                                    @if !required.iter().any(|name| name == field) { " (may be left out)" }
                                }
                                td { (text(&property["description"])) }
                            }
                        }
                    }
                }
            } @else { p { (kind(schema)) } }
        }
    }
}

/// What a schema allows, in a few words.
fn kind(schema: &Value) -> Markup {
    if let Some(name) = schema["$ref"].as_str().and_then(|path| path.rsplit('/').next()) {
        return html! { a href={ "#object-" (name) } { (name) } };
    }
    if let Some(choices) = schema["oneOf"].as_array() {
        return html! { @for (number, choice) in choices.iter().enumerate() {
            @if number > 0 { " or " } (kind(choice))
        } };
    }
    if let Some(values) = schema["enum"].as_array() {
        return html! { @for (number, value) in values.iter().enumerate() {
            @if number > 0 { " or " } code { (text(value)) }
        } };
    }
    match schema["type"].as_str().unwrap_or("anything") {
        "array" => html! { "list of " (kind(&schema["items"])) },
        kind => html! { (kind) },
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn entries(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flat_map(Map::iter)
}
