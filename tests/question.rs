//! The question in a real browser, mounted as the custom element mounts it, with a proxy played by a stubbed `fetch`.

#![cfg(target_arch = "wasm32")]

use gloo_timers::future::TimeoutFuture;
use js_sys::{Array, Function, Object, Reflect};
use occuform::{FormValue, Notice, Observer, OccupationCoder, OccupationCoderProps, Panel, Question};
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::{
    Document, Element, EventTarget, HtmlElement, HtmlInputElement, ShadowRootInit, ShadowRootMode,
};

wasm_bindgen_test_configure!(run_in_browser);

/// A mounted question and what it told its page.
struct Page {
    question: Option<Question>,
    host: HtmlElement,
    root: Element,
    values: Array,
    notices: Array,
    requests: Array,
}

impl Page {
    /// `answers` are played in turn: a status with a list of labels, each with a code.
    async fn new(answers: &str, title: &str) -> Self {
        let document = document();
        let host: HtmlElement = document.create_element("div").unwrap().unchecked_into();
        document.body().unwrap().append_child(&host).unwrap();
        let shadow = host.attach_shadow(&ShadowRootInit::new(ShadowRootMode::Open)).unwrap();
        let root = document.create_element("div").unwrap();
        shadow.append_child(&root).unwrap();
        let requests = stub_fetch(answers);
        let (values, notices) = (Array::new(), Array::new());
        let options = options(&[]);
        let question =
            Question::new(root.clone().unchecked_into(), &options, collector(&values), collector(&notices));
        question.fill(&object(&[("title", title.into())]));
        // Leptos puts the fields' text in a moment later.
        TimeoutFuture::new(0).await;
        Self { question: Some(question), host, root, values, notices, requests }
    }

    fn input(&self, id: &str) -> HtmlInputElement {
        self.root.query_selector(&format!("#{id}")).unwrap().unwrap().unchecked_into()
    }

    fn type_into(&self, id: &str, text: &str) {
        let input = self.input(id);
        input.set_value(text);
        fire(&input, "input");
    }

    fn leave(&self, id: &str) {
        fire(&self.input(id), "blur");
    }

    fn text(&self) -> String {
        self.root.text_content().unwrap_or_default()
    }

    fn options(&self) -> Vec<HtmlElement> {
        let found =
            self.root.query_selector_all("fieldset:not([hidden]) label:has(input[type=radio])").unwrap();
        (0..found.length()).map(|number| found.get(number).unwrap().unchecked_into()).collect()
    }

    fn option_labels(&self) -> Vec<String> {
        self.options().iter().map(|option| option.text_content().unwrap()).collect()
    }

    fn value(&self, field: &str) -> String {
        let told = |number| Reflect::get(&self.values.get(number), &field.into()).unwrap().as_string();
        (0..self.values.length()).rev().find_map(told).unwrap_or_default()
    }

    fn notices(&self) -> Vec<String> {
        self.notices.iter().filter_map(|name| name.as_string()).collect()
    }

    async fn until(&self, what: &str, holds: impl Fn(&Self) -> bool) {
        for _ in 0..500 {
            if holds(self) {
                return;
            }
            TimeoutFuture::new(10).await;
        }
        panic!("{what}: never seen in: {}", self.text());
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        self.question.take();
        self.host.remove();
    }
}

/// The options of the mounted question, with some of them otherwise.
fn options(changes: &[(&str, JsValue)]) -> JsValue {
    let url = ("url", JsValue::from("https://proxy.example/v1/topics/osca/code"));
    object(&[&[url, ("suggestions", 5.into())], changes].concat())
}

fn object(fields: &[(&str, JsValue)]) -> JsValue {
    let object = Object::new();
    for (key, value) in fields {
        Reflect::set(&object, &JsValue::from_str(key), value).unwrap();
    }
    object.into()
}

fn document() -> Document {
    web_sys::window().unwrap().document().unwrap()
}

fn fire(target: &EventTarget, name: &str) {
    let event = web_sys::Event::new(name).unwrap();
    target.dispatch_event(&event).unwrap();
}

/// The errors that reach the page, as a panic in an event's handler does.
fn panics() -> Array {
    let errors = Array::new();
    web_sys::window().unwrap().set_onerror(Some(&collector(&errors)));
    errors
}

/// A function that keeps what it is called with.
fn collector(list: &Array) -> Function {
    let make = Function::new_with_args("list", "return (value) => list.push(value)");
    make.call1(&JsValue::NULL, list).unwrap().unchecked_into()
}

/// Answers each call of `fetch` with the next of `answers`, a JavaScript array, and returns the bodies asked with.
fn stub_fetch(answers: &str) -> Array {
    let requests = Array::new();
    let stub = format!(
        "const answers = {answers};
         return (request) => request.text().then((body) => {{
           requests.push(body);
           const {{ status = 200, labels = [] }} = answers.shift();
           const result = labels.map((codeLabel, number) => (
             {{ codeCategory: String(100000 + number), codeLabel, codeConfidence: 0.5 - number / 10 }}));
           const codeStatus = labels.length ? 'successful' : 'unsuccessful';
           const headers = {{ 'Occuform-Source': 'embedded', 'Occuform-Model': 'the-model' }};
           const answer = {{ codeStatus, input: {{ occp_text: '', tasks_text: '' }}, result }};
           return new Response(JSON.stringify(answer), {{ status, headers }});
         }});"
    );
    let fetch = Function::new_with_args("requests", &stub).call1(&JsValue::NULL, &requests).unwrap();
    Reflect::set(&web_sys::window().unwrap(), &"fetch".into(), &fetch).unwrap();
    requests
}

#[wasm_bindgen_test]
async fn a_typed_job_is_counted_looked_up_chosen_and_submitted() {
    let page = Page::new("[{ labels: ['Electrician', 'Solar Installer'] }]", "").await;
    assert!(page.text().contains("100 characters left"));

    page.type_into("title", "sparky");
    page.until("the counter", |page| page.text().contains("94 characters left")).await;
    assert_eq!(page.value("status"), "pending");

    page.leave("title");
    page.until("the list", |page| !page.options().is_empty()).await;
    assert_eq!(page.option_labels(), ["Electrician", "Solar Installer", "None of these"]);
    assert_eq!(page.requests.length(), 1);
    let request = page.requests.at(0).as_string().unwrap();
    assert_eq!(request, r#"{"record":{"occp_text":"sparky","tasks_text":""},"numberOfSuggestions":5}"#);
    assert_eq!(page.value("status"), "unconfirmed");

    page.options()[1].click();
    page.until("the choice", |page| page.text().contains("Your choice: Solar Installer")).await;
    for (field, value) in [
        ("title", "sparky"),
        ("code", "100001"),
        ("label", "Solar Installer"),
        ("status", "confirmed"),
        ("source", "embedded"),
        ("model", "the-model"),
    ] {
        assert_eq!(page.value(field), value, "{field}");
    }
    assert_eq!(page.notices(), ["input", "suggestions", "confirm"]);
}

#[wasm_bindgen_test]
async fn a_pause_in_typing_asks_by_itself() {
    let page = Page::new("[{ labels: ['Electrician'] }]", "").await;
    page.type_into("title", "spar");
    page.type_into("title", "sparky");
    page.until("the list", |page| !page.options().is_empty()).await;
    assert_eq!(page.requests.length(), 1);
}

#[wasm_bindgen_test]
async fn none_of_these_and_a_change_of_mind_are_submitted() {
    let page = Page::new("[{ labels: ['Electrician'] }]", "").await;
    page.type_into("title", "sparky");
    page.leave("title");
    page.until("the list", |page| !page.options().is_empty()).await;
    page.options()[1].click();
    page.until("none of these", |page| page.value("status") == "none-of-these").await;
    page.options()[0].click();
    page.until("the change of mind", |page| page.value("status") == "confirmed").await;
    page.type_into("title", "sparky and more");
    page.until("the withdrawal", |page| page.text().contains("your choice was taken back")).await;
    assert_eq!((page.value("status"), page.value("code")), ("pending".into(), String::new()));
}

#[wasm_bindgen_test]
async fn focus_stays_on_the_option_that_was_chosen() {
    let page = Page::new("[{ labels: ['Electrician', 'Solar Installer'] }]", "").await;
    page.type_into("title", "sparky");
    page.leave("title");
    page.until("the list", |page| !page.options().is_empty()).await;
    let radio: HtmlInputElement =
        page.options()[1].query_selector("input").unwrap().unwrap().unchecked_into();
    radio.focus().unwrap();
    radio.click();
    page.until("the choice", |page| page.value("status") == "confirmed").await;
    let focused = page.host.shadow_root().unwrap().active_element().unwrap();
    assert!(focused.is_same_node(Some(&radio)) && radio.checked());
}

#[wasm_bindgen_test]
async fn the_list_may_go_while_focus_is_in_it() {
    let broken = panics();
    let page = Page::new("[{ labels: ['Electrician'] }]", "").await;
    page.type_into("title", "sparky");
    page.leave("title");
    page.until("the list", |page| !page.options().is_empty()).await;
    page.options()[0]
        .query_selector("input")
        .unwrap()
        .unwrap()
        .unchecked_into::<HtmlElement>()
        .focus()
        .unwrap();
    page.type_into("title", "sparky and more");
    page.until("no list", |page| page.options().is_empty()).await;
    assert_eq!(broken.length(), 0);
}

#[wasm_bindgen_test]
async fn a_failure_is_said_and_can_be_tried_again() {
    let page = Page::new("[{ status: 503 }, { labels: ['Electrician'] }]", "").await;
    page.type_into("title", "sparky");
    page.leave("title");
    page.until("the message", |page| page.text().contains("could not be looked up")).await;
    assert_eq!((page.value("status"), page.value("title")), ("failed".into(), "sparky".into()));
    let again: HtmlElement =
        page.root.query_selector("button:not([hidden])").unwrap().unwrap().unchecked_into();
    again.click();
    page.until("the list", |page| !page.options().is_empty()).await;
}

#[wasm_bindgen_test]
async fn each_refusal_has_its_own_message() {
    for (status, message) in [(429, "Many people are answering"), (404, "cannot be looked up here")] {
        let page = Page::new(&format!("[{{ status: {status} }}]"), "").await;
        page.type_into("title", "sparky");
        page.leave("title");
        page.until(message, |page| page.text().contains(message)).await;
    }
}

#[wasm_bindgen_test]
async fn no_match_asks_for_more() {
    let page = Page::new("[{ labels: [] }]", "").await;
    page.type_into("title", "qwxzkj");
    page.leave("title");
    page.until("the message", |page| page.text().contains("could not find a matching occupation")).await;
    assert_eq!(page.value("status"), "no-match");
}

#[wasm_bindgen_test]
async fn text_that_is_too_long_is_kept_and_not_sent() {
    let page = Page::new("[]", "").await;
    let text = "x".repeat(103);
    page.type_into("tasks", &text);
    page.leave("tasks");
    page.until("the counter", |page| page.text().contains("3 characters too many")).await;
    page.until("the mark", |page| {
        page.input("tasks").get_attribute("aria-invalid").as_deref() == Some("true")
    })
    .await;
    assert_eq!(page.input("tasks").value(), text);
    assert_eq!((page.value("tasks"), page.value("status")), (text, "unsuitable".into()));
    assert_eq!(page.requests.length(), 0);
}

#[wasm_bindgen_test]
async fn accents_and_curly_quotes_are_sent_in_ascii_and_kept_as_typed() {
    let page = Page::new("[{ labels: ['Cafe Manager'] }]", "").await;
    page.type_into("title", "caf\u{e9} owner\u{2019}s helper");
    page.leave("title");
    page.until("the list", |page| !page.options().is_empty()).await;
    assert!(page.requests.at(0).as_string().unwrap().contains("cafe owner's helper"));
    assert_eq!(page.value("title"), "caf\u{e9} owner\u{2019}s helper");
}

#[wasm_bindgen_test]
async fn what_was_typed_before_is_carried_over_and_looked_up() {
    let page = Page::new("[{ labels: ['Electrician'] }]", "sparky").await;
    assert_eq!(page.input("title").value(), "sparky");
    page.until("the list", |page| !page.options().is_empty()).await;
}

#[wasm_bindgen_test]
async fn a_reset_empties_and_disabling_reaches_every_input() {
    let page = Page::new("[{ labels: ['Electrician'] }]", "sparky").await;
    page.until("the list", |page| !page.options().is_empty()).await;
    page.question.as_ref().unwrap().configure(&options(&[("disabled", true.into())]));
    page.until("disabled", |page| {
        page.root.query_selector_all(":is(input, button):enabled:not([hidden])").unwrap().length() == 0
    })
    .await;
    page.question.as_ref().unwrap().fill(&object(&[]));
    page.until("the empty question", |page| page.options().is_empty()).await;
    assert_eq!((page.input("title").value(), page.value("status")), (String::new(), "empty".into()));
}

#[wasm_bindgen_test]
async fn words_are_replaced_with_their_plural_forms_at_any_time() {
    let page = Page::new("[]", "").await;
    let messages = object(&[
        ("title-label", "Jak\u{105} masz prac\u{119}?".into()),
        ("counter-left.few", "{count} znaki".into()),
        ("counter-left.many", "{count} znak\u{f3}w".into()),
    ]);
    let polish = options(&[("messages", messages), ("language", "pl".into())]);
    page.question.as_ref().unwrap().configure(&polish);
    page.until("the label", |page| page.text().contains("Jak\u{105} masz prac\u{119}?")).await;
    assert!(page.text().contains("100 znak\u{f3}w"));
    page.type_into("title", &"x".repeat(97));
    page.until("three left", |page| page.text().contains("3 znaki")).await;
}

#[wasm_bindgen_test]
async fn numbers_are_written_as_the_language_writes_them() {
    for (language, at_first, far_over) in [
        ("en-AU", "100 characters left", "2,000 characters too many"),
        ("de", "100 characters left", "2.000 characters too many"),
        (
            "ar-EG",
            "\u{661}\u{660}\u{660} characters left",
            "\u{662}\u{66c}\u{660}\u{660}\u{660} characters too many",
        ),
    ] {
        let page = Page::new("[]", "").await;
        page.question.as_ref().unwrap().configure(&options(&[("language", language.into())]));
        page.until(at_first, |page| page.text().contains(at_first)).await;
        page.type_into("title", &"x".repeat(2100));
        page.until(far_over, |page| page.text().contains(far_over)).await;
    }
}

#[wasm_bindgen_test]
async fn a_draft_comes_back_confirmed_without_a_request() {
    let page = Page::new("[]", "").await;
    let draft = object(&[
        ("title", "sparky".into()),
        ("code", "381231".into()),
        ("label", "Electrician".into()),
        ("confidence", 0.5.into()),
        ("source", "embedded".into()),
    ]);
    page.question.as_ref().unwrap().fill(&draft);
    page.until("the choice", |page| page.text().contains("Your choice: Electrician")).await;
    assert_eq!(page.input("title").value(), "sparky");
    for (field, value) in [("code", "381231"), ("status", "confirmed"), ("source", "embedded")] {
        assert_eq!(page.value(field), value, "{field}");
    }
    assert_eq!(page.requests.length(), 0);
}

#[wasm_bindgen_test]
async fn what_stands_in_a_field_is_never_written_over_while_one_types() {
    let page = Page::new("[]", "").await;
    let input = page.input("title");
    let half_an_emoji = Function::new_no_args("return 'nurse \\ud83d'").call0(&JsValue::NULL).unwrap();
    Reflect::set(&input, &"value".into(), &half_an_emoji).unwrap();
    fire(&input, "input");
    page.until("the error", |page| page.text().contains("cannot look up")).await;
    assert_eq!(Reflect::get(&input, &"value".into()).unwrap(), half_an_emoji);
}

#[wasm_bindgen_test]
async fn a_removed_question_drops_its_answer() {
    let mut page = Page::new("[{ labels: ['Electrician'] }]", "").await;
    page.type_into("title", "sparky");
    page.leave("title");
    page.question.take();
    let told = page.values.length();
    page.until("the request", |page| page.requests.length() == 1).await;
    TimeoutFuture::new(0).await;
    assert_eq!((page.values.length(), page.root.child_element_count()), (told, 0));
}

#[wasm_bindgen_test]
fn in_leptos_pages_each_input_is_described_by_what_stands_there() {
    struct Deaf;
    impl Observer for Deaf {
        fn changed(&self, _: &FormValue, _: &FormValue) {}
        fn notified(&self, _: Notice, _: &Panel) {}
    }
    let place: HtmlElement = document().create_element("div").unwrap().unchecked_into();
    document().body().unwrap().append_child(&place).unwrap();
    let mounted = leptos::mount::mount_to(place.clone(), || {
        let props = || OccupationCoderProps::builder().url("/code").observer(Rc::new(Deaf)).build();
        (OccupationCoder(props()), OccupationCoder(props()))
    });
    let inputs = place.query_selector_all("input[type=text]").unwrap();
    assert_eq!(inputs.length(), 4);
    for input in (0..4).map(|number| inputs.get(number).unwrap().unchecked_into::<Element>()) {
        for id in input.get_attribute("aria-describedby").unwrap().split(' ') {
            assert!(document().get_element_by_id(id).is_some(), "{id}");
        }
    }
    drop(mounted);
}
