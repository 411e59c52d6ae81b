// The custom element <occupation-coder>: its place in the page and in the form.
//
// In: attributes, the fallback inputs inside the element, calls of the form. Out: the question, mounted by the WASM
// module into a shadow root, and the form's fields. Next: src/element.rs.
//
// The inputs inside the element answer until the question is there. They are then disabled, never removed, and
// enabled again if the question fails or leaves the page, so that each field stands exactly once in the form's data.

const EMPTY = { title: "", tasks: "", code: "", label: "", status: "empty", source: "", model: "" };

const elements = new Set();
let loading;

/** The WASM module and the style sheet, fetched once for all elements of a page. */
function load() {
  loading ??= Promise.all([loadModule(), loadStyles()]).then(([module, styles]) => ({ module, styles }));
  return loading;
}

async function loadModule() {
  const module = await import("./occuform.js");
  await module.default();
  module.onPanic(() => {
    loading = Promise.reject(new Error("the module broke"));
    loading.catch(() => {});
    elements.forEach((element) => element.fail());
  });
  return module;
}

async function loadStyles() {
  const response = await fetch(new URL("occupation-coder.css", import.meta.url));
  if (!response.ok) throw new Error(`the style sheet answered ${response.status}`);
  const styles = new CSSStyleSheet();
  await styles.replace(await response.text());
  return styles;
}

export class OccupationCoder extends HTMLElement {
  static formAssociated = true;

  #internals = this.attachInternals();
  #container = null;
  #question = null;
  #value = null;
  #disabledByForm = false;
  // Inputs may come after the question: a parser or a framework may still be at work.
  #newcomers = new MutationObserver(() => this.#disableFallback(true));

  connectedCallback() {
    elements.add(this);
    this.#start();
  }

  disconnectedCallback() {
    elements.delete(this);
    // A framework may only be moving the element: it is back at once then.
    queueMicrotask(() => {
      if (!this.isConnected) this.#stop();
    });
  }

  formDisabledCallback(disabled) {
    this.#disabledByForm = disabled;
    this.#question?.setDisabled(disabled);
  }

  formResetCallback() {
    this.#question?.reset();
  }

  /** The fallback inputs hold the words of a page that was gone back to, for them and the question alike. */
  formStateRestoreCallback(state) {
    if (!(state instanceof FormData)) return;
    this.#stop();
    for (const field of ["title", "tasks"]) {
      const input = this.#fallbackInput(field);
      if (input) input.value = state.get(field) ?? "";
    }
    if (this.isConnected) this.#start();
  }

  /** Brings the fallback inputs back, with what was typed. Called if the WASM module breaks. */
  fail() {
    console.error("occupation-coder: the question broke, the plain inputs are back");
    this.#stop();
  }

  get name() {
    return this.getAttribute("name") ?? "occupation";
  }

  get form() {
    return this.#internals.form;
  }

  /** What the form would submit now, or null while the fallback inputs answer. */
  get value() {
    return this.#value;
  }

  get status() {
    return this.#value?.status ?? "not-offered";
  }

  async #start() {
    if (this.#question) return;
    try {
      const { module, styles } = await load();
      if (this.isConnected && !this.#question) this.#mount(module, styles);
    } catch (error) {
      console.error("occupation-coder: the plain inputs serve, since the question could not be loaded:", error);
      this.#showFallback();
    }
  }

  #mount(module, styles) {
    const root = this.shadowRoot ?? this.attachShadow({ mode: "open", delegatesFocus: true });
    root.adoptedStyleSheets = [styles];
    const caret = this.#caret();
    this.#container = document.createElement("div");
    root.replaceChildren(this.#container);
    const options = {
      url: this.#url(),
      suggestions: this.#suggestions(),
      disabled: this.#disabledByForm,
      title: this.#fallbackInput("title")?.value ?? "",
      tasks: this.#fallbackInput("tasks")?.value ?? "",
    };
    // A question that broke may still have a request on its way. It has no say any more.
    const container = this.#container;
    const whileMounted = (act) => (first, second) => this.#container === container && act(first, second);
    this.#question = new module.Question(
      container,
      options,
      whileMounted((value) => this.#setValue(value)),
      whileMounted((name, value) => this.#notify(name, value)),
    );
    if (!this.#value) this.#setValue(EMPTY);
    this.#disableFallback(true);
    this.#newcomers.observe(this, { childList: true, subtree: true });
    this.#setCaret(caret);
  }

  #stop() {
    if (!this.#question) return;
    const question = this.#question;
    this.#question = null;
    this.#showFallback();
    try {
      question.free();
    } catch {
      // What broke cannot always be freed.
    }
  }

  #showFallback() {
    this.#newcomers.disconnect();
    for (const field of ["title", "tasks"]) {
      const input = this.#fallbackInput(field);
      const words = this.shadowRoot?.getElementById(field)?.value;
      if (input && words !== undefined) input.value = words;
    }
    this.#container = document.createElement("slot");
    this.shadowRoot?.replaceChildren(this.#container);
    this.#disableFallback(false);
    this.#value = null;
    this.#internals.setFormValue(null);
  }

  /** Only what this element disabled is enabled again. */
  #disableFallback(disable) {
    for (const control of this.querySelectorAll("input, select, textarea, button")) {
      if (disable && !control.disabled) control.setAttribute("data-occuform-disabled", "");
      if (control.hasAttribute("data-occuform-disabled")) control.disabled = disable;
      if (!disable) control.removeAttribute("data-occuform-disabled");
    }
  }

  #fallbackInput(field) {
    return this.querySelector(`[name="${CSS.escape(`${this.name}_${field}`)}"]`);
  }

  /** Where the respondent is writing in the fallback inputs. */
  #caret() {
    for (const field of ["title", "tasks"]) {
      const input = this.#fallbackInput(field);
      if (input && input === this.getRootNode().activeElement) {
        return { field, start: input.selectionStart, end: input.selectionEnd };
      }
    }
    return null;
  }

  #setCaret(caret) {
    const input = caret && this.shadowRoot.getElementById(caret.field);
    input?.focus();
    input?.setSelectionRange(caret.start, caret.end);
  }

  #setValue(value) {
    this.#value = value;
    const data = new FormData();
    for (const field of ["title", "tasks", "code", "label", "confidence", "status", "source", "model"]) {
      data.append(`${this.name}_${field}`, value[field] ?? "");
    }
    const state = new FormData();
    state.append("title", value.title);
    state.append("tasks", value.tasks);
    this.#internals.setFormValue(data, state);
  }

  #notify(name, value) {
    this.dispatchEvent(new CustomEvent(`occupation-${name}`, { detail: value, bubbles: true, composed: true }));
  }

  #url() {
    const endpoint = this.getAttribute("endpoint") ?? new URL(".", import.meta.url).href;
    const base = new URL(endpoint.endsWith("/") ? endpoint : `${endpoint}/`, document.baseURI);
    const topic = encodeURIComponent(this.getAttribute("topic") ?? "osca");
    return new URL(`v1/topics/${topic}/code`, base).href;
  }

  #suggestions() {
    const number = Number(this.getAttribute("suggestions") ?? 5);
    return Number.isInteger(number) && number >= 1 && number <= 16 ? number : 5;
  }
}

if (!customElements.get("occupation-coder")) customElements.define("occupation-coder", OccupationCoder);
