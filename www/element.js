// The custom element <occupation-coder>: its place in the page and in the form.
//
// In: attributes, properties, the fallback inputs inside the element, calls of the form. Out: the question, mounted by
// the WASM module into a shadow root, the form's fields, and events. Next: src/element.rs.
//
// The inputs inside the element answer until the question is there. They are then disabled, never removed, and
// enabled again if the question fails or leaves the page, so that each field stands exactly once in the form's data.
import { Fallback, caretIn, setCaret } from "./fallback.js";
import { check, load, watch } from "./module.js";
import { optionsOf, suggestionsOf } from "./options.js";
import { reflect } from "./reflect.js";

const FIELDS = ["title", "tasks", "code", "label", "confidence", "status", "source", "model"];
const REHEARSED_LENGTH = 25;
const EMPTY = { title: "", tasks: "", code: "", label: "", confidence: null, status: "empty", source: "", model: "" };

/** Whether what a key needs has been called once: the module is the same for all elements. */
let rehearsed = false;

export class OccupationCoder extends HTMLElement {
  static formAssociated = true;

  #internals = this.attachInternals();
  #fallback = new Fallback(this);
  #container = null;
  #question = null;
  #value = null;
  #data = null;
  #draft = null;
  #messages = {};
  #disabled = false;
  #composing = false;
  #customError = "";
  #unwatch = null;
  #nearby = null;
  // Attributes may change, and inputs come after the question: a parser or a framework may still be at work.
  #changes = new MutationObserver(() => this.#configure());

  constructor() {
    super();
    this.addEventListener("compositionstart", () => (this.#composing = true));
    this.addEventListener("compositionend", () => {
      this.#composing = false;
      if (this.#nearby === null) this.#start();
    });
    this.addEventListener("focusin", () => this.#nearby && this.#come());
  }

  connectedCallback() {
    if (this.#question || this.#nearby) return;
    if (this.getAttribute("loading") !== "lazy" || this.matches(":focus-within")) return void this.#start();
    this.#nearby = new IntersectionObserver(
      (entries) => entries.some((entry) => entry.isIntersecting) && this.#come(),
      {
        rootMargin: "400px",
      },
    );
    this.#nearby.observe(this);
  }

  disconnectedCallback() {
    // A framework may only be moving the element: it is back at once then.
    queueMicrotask(() => {
      if (!this.isConnected) this.#stop();
    });
  }

  formDisabledCallback(disabled) {
    this.#disabled = disabled;
    if (this.#question) this.#configure();
    else this.#fallback.disable(disabled);
  }

  formResetCallback() {
    this.reset();
  }

  /** The page was gone back to, or the browser fills it in. */
  formStateRestoreCallback(state) {
    if (!(state instanceof FormData)) return;
    this.value = Object.fromEntries(FIELDS.map((field) => [field, state.get(`${this.name}_${field}`)]));
  }

  get form() {
    return this.#internals.form;
  }

  get labels() {
    return this.#internals.labels;
  }

  get type() {
    return this.localName;
  }

  /** What the form would submit now, or null while the fallback inputs answer. */
  get value() {
    return this.#value && { ...this.#value };
  }

  /** Fills the question in; fields that are missing are empty. With a code, that is confirmed. */
  set value(value) {
    const draft = withNumber({ ...EMPTY, ...value });
    this.#draft = draft;
    this.#fallback.words = draft;
    this.#question?.fill(draft);
  }

  /** What a reset brings back: the `value` attribute, or what the page wrote into the fallback inputs. */
  get defaultValue() {
    try {
      const value = this.getAttribute("value");
      if (value) return { ...EMPTY, ...JSON.parse(value) };
    } catch (error) {
      console.error("occupation-coder: the attribute 'value' is no JSON:", error.message);
    }
    return { ...EMPTY, ...this.#fallback.preset };
  }

  get status() {
    return this.#value?.status ?? "not-offered";
  }

  /** Words in the place of the defaults, by their keys. */
  get messages() {
    return { ...this.#messages };
  }

  set messages(messages) {
    this.#messages = { ...messages };
    this.#configure();
  }

  get validity() {
    return this.#internals.validity;
  }

  get validationMessage() {
    return this.#internals.validationMessage;
  }

  get willValidate() {
    return this.#internals.willValidate;
  }

  checkValidity() {
    return this.#internals.checkValidity();
  }

  reportValidity() {
    return this.#internals.reportValidity();
  }

  setCustomValidity(message) {
    this.#customError = String(message);
    this.#validate();
  }

  /** Brings the default value back. */
  reset() {
    this.value = this.defaultValue;
    this.#draft = null;
  }

  /** Brings the fallback inputs back, with what was typed. Called if the WASM module breaks. */
  fail() {
    console.error("occupation-coder: the question broke, the plain inputs are back");
    this.#stop();
  }

  #come() {
    this.#nearby?.disconnect();
    this.#nearby = null;
    this.#start();
  }

  async #start() {
    if (this.#question || !this.isConnected) return;
    try {
      const { Question, styles } = await load();
      if (this.isConnected && !this.#question && !this.#composing) this.#mount(Question, styles);
    } catch (error) {
      console.error("occupation-coder: the plain inputs serve, since the question could not be loaded:", error);
      this.#showFallback();
      check(error);
    }
  }

  #mount(Question, styles) {
    const root = this.shadowRoot ?? this.attachShadow({ mode: "open", delegatesFocus: true });
    root.adoptedStyleSheets = [styles];
    const { caret } = this.#fallback;
    const container = document.createElement("div");
    this.#container = container;
    root.replaceChildren(container);
    container.addEventListener("mousedown", keepFocus);
    // A question that broke may still have a request on its way. It has no say any more.
    const whileMounted = (act) => (first, second) => this.#container === container && act(first, second);
    this.#value = EMPTY;
    this.#data = new FormData();
    this.#question = new Question(
      container,
      this.#options(),
      whileMounted((fields) => this.#change(fields)),
      whileMounted((name, more) => this.#notify(name, more)),
    );
    const initial = this.#draft ?? this.#fallback.typed ?? this.defaultValue;
    // An empty one is not filled in: the browser would compile what does that, and the respondent wait for it.
    if (initial.title || initial.tasks) this.#question.fill(withNumber(initial));
    this.#setAll();
    this.#fallback.disable(true);
    this.#changes.observe(this, { attributes: true, childList: true, subtree: true, characterData: true });
    this.#unwatch = watch(() => this.fail());
    setCaret(caret, this.#input);
    if (!rehearsed) whenIdle(() => this.#question && rehearse(Question));
    rehearsed = true;
  }

  #stop() {
    this.#nearby?.disconnect();
    this.#nearby = null;
    if (!this.#question) return;
    const question = this.#question;
    this.#question = null;
    this.#unwatch();
    this.#draft = this.#value;
    this.#showFallback();
    try {
      question.free();
    } catch (error) {
      // What broke cannot always be freed.
      check(error);
    }
  }

  #showFallback() {
    this.#changes.disconnect();
    const caret = this.shadowRoot && caretIn(this.shadowRoot, this.#input);
    const words = Object.fromEntries(["title", "tasks"].map((field) => [field, this.#input(field)?.value]));
    if (words.title !== undefined) this.#fallback.words = words;
    this.#container = document.createElement("slot");
    this.shadowRoot?.replaceChildren(this.#container);
    this.#fallback.disable(this.#disabled);
    this.#fallback.caret = caret;
    this.#value = null;
    this.#internals.setFormValue(null);
    this.#validate();
  }

  #options() {
    const options = optionsOf(this, this.#messages, this.#disabled);
    this.#container.lang = options.language;
    this.#container.style.setProperty("--rows", suggestionsOf(this) + 1);
    return options;
  }

  #configure() {
    if (!this.#question) return;
    this.#fallback.disable(true);
    this.#question.configure(this.#options());
    this.#setAll();
    this.#changes.takeRecords();
  }

  #input = (field) => this.shadowRoot?.getElementById(field);

  #change(fields) {
    this.#value = { ...this.#value, ...fields };
    const { name } = this;
    for (const field in fields) this.#data.set(`${name}_${field}`, fields[field] ?? "");
    this.#internals.setFormValue(this.#data);
    this.#validate();
  }

  /** The element's name may be another: all fields anew. */
  #setAll() {
    this.#data = new FormData();
    this.#change(this.#value);
  }

  /** A job title that has to be given and is not, or what the page says. Never what the title is like. */
  #validate() {
    const valueMissing = !!this.#value && this.required && !this.#value.title.trim();
    const customError = !!this.#customError;
    const message = this.#customError || (valueMissing ? this.#question?.message("required") : "");
    if (message === undefined || (!message && this.validity.valid)) return;
    const anchor = this.#input("title") ?? undefined;
    this.#internals.setValidity({ valueMissing, customError }, message, anchor);
  }

  #notify(name, more) {
    const detail = { ...this.#value, ...more };
    this.dispatchEvent(new CustomEvent(`occupation-${name}`, { detail, bubbles: true, composed: true }));
  }
}

/**
 * The browser compiles what a key needs of the module when it is first called, and better when it was called often:
 * rather now, in a question that nobody sees and that asks nobody, than while somebody types.
 */
function rehearse(Question) {
  const place = document.createElement("div");
  const ignore = () => {};
  const question = new Question(place, { trigger: "button" }, ignore, ignore);
  question.fill({ title: "a job", code: "1", label: "a", confidence: 1 });
  const input = place.querySelector("input");
  const press = () => {
    if (input.value.length >= REHEARSED_LENGTH) return question.free();
    input.dispatchEvent(new KeyboardEvent("keydown"));
    input.value += "a";
    input.dispatchEvent(new Event("input"));
    whenIdle(press);
  };
  whenIdle(press);
}

/** Safari has no idle callbacks. */
function whenIdle(act) {
  (window.requestIdleCallback ?? setTimeout)(act);
}

/** A press on plain text takes the focus away, as anywhere, and does not hand it on to the first field. */
function keepFocus(event) {
  if (event.target.closest("label, input, button")) return;
  const container = event.currentTarget;
  container.tabIndex = -1;
  addEventListener("mouseup", () => container.removeAttribute("tabindex"), { once: true });
}

/** A form keeps text. */
function withNumber(value) {
  return { ...value, confidence: Number(value.confidence ?? 0) };
}

reflect(OccupationCoder);
if (!customElements.get("occupation-coder")) customElements.define("occupation-coder", OccupationCoder);
