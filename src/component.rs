//! In: typed props of a Leptos page. Out: the question as one of its views. Next: `view.rs`.

use crate::client::Client;
use crate::messages::Messages;
use crate::runtime::{Observer, Runtime, Setup};
use crate::view;
use leptos::prelude::*;
use occuform_flow::{Flow, Settings};
use std::rc::Rc;
use std::sync::atomic::{AtomicU32, Ordering};

static QUESTIONS: AtomicU32 = AtomicU32::new(0);

/// The occupation question, for pages that are made with Leptos. Outside of a shadow root, `occupation-coder.css`
/// gives it its look.
#[component]
pub fn OccupationCoder(
    /// The URL of the coding call: `https://.../v1/topics/osca/code`.
    #[prop(into)]
    url: String,
    /// How many suggestions to show at most, 1 to 16.
    #[prop(default = 5)]
    suggestions: u8,
    /// When to ask, how to confirm.
    #[prop(optional)]
    settings: Settings,
    /// Whether the codes are shown with the suggestions.
    #[prop(optional)]
    shows_codes: bool,
    /// Whether the job title has to be answered.
    #[prop(optional)]
    required: bool,
    /// Whether the inputs are disabled.
    #[prop(optional, into)]
    disabled: Signal<bool>,
    /// Whether the answer can be read and not changed.
    #[prop(optional, into)]
    readonly: Signal<bool>,
    /// The language of the words, a BCP 47 tag.
    #[prop(default = "en")]
    language: &'static str,
    /// Words in the place of the defaults, by the keys of [`crate::DEFAULTS`].
    #[prop(optional)]
    messages: Vec<(String, String)>,
    /// Told of every change and of what the page may act on.
    observer: Rc<dyn Observer>,
) -> impl IntoView {
    let number = QUESTIONS.fetch_add(1, Ordering::Relaxed);
    let setup = Setup {
        client: Client { url, suggestions },
        prefix: format!("occuform-{number}-"),
        disabled: disabled.get_untracked(),
        readonly: readonly.get_untracked(),
        required,
        shows_codes,
    };
    let messages = Messages::new(language, messages);
    let runtime = Runtime::new(setup, messages, Flow::new(settings), observer);
    Effect::new(move |_| {
        let (disabled, readonly) = (disabled.get(), readonly.get());
        runtime.configure(|state| {
            state.setup.disabled = disabled;
            state.setup.readonly = readonly;
        });
    });
    view::question(runtime)
}
