// In: an element and the plain inputs inside it. Out: the same inputs, at rest while the question is there, and their
// words, focus and caret carried over in both directions. They are disabled, never removed: a framework may own them.

const OURS = "data-occuform-disabled";
const FIELDS = ["title", "tasks"];

export class Fallback {
  #host;

  constructor(host) {
    this.#host = host;
  }

  /** Only what was disabled here is enabled again. */
  disable(disable) {
    for (const control of this.#host.querySelectorAll("input, select, textarea, button")) {
      if (disable && !control.disabled) control.setAttribute(OURS, "");
      if (control.hasAttribute(OURS) && control.disabled !== disable) control.disabled = disable;
      if (!disable) control.removeAttribute(OURS);
    }
  }

  /** What the inputs hold, or undefined if that is what they held from the beginning. */
  get typed() {
    const inputs = FIELDS.map((field) => this.#input(field));
    if (inputs.every((input) => !input || input.value === input.defaultValue)) return undefined;
    return Object.fromEntries(FIELDS.map((field, number) => [field, inputs[number]?.value ?? ""]));
  }

  /** What the page wrote into the inputs. */
  get preset() {
    const names = [...FIELDS, "code", "label", "confidence", "source", "model"];
    return Object.fromEntries(names.map((name) => [name, this.#input(name)?.defaultValue ?? ""]));
  }

  set words(value) {
    for (const field of FIELDS) {
      const input = this.#input(field);
      if (input) input.value = value[field] ?? "";
    }
  }

  /** Where the respondent is writing. */
  get caret() {
    return caretIn(this.#host.getRootNode(), (field) => this.#input(field));
  }

  set caret(caret) {
    setCaret(caret, (field) => this.#input(field));
  }

  #input(field) {
    return this.#host.querySelector(`[name="${CSS.escape(`${this.#host.name}_${field}`)}"]`);
  }
}

/** The field that has the focus in `root`, and the selection in it. */
export function caretIn(root, inputOf) {
  const field = FIELDS.find((field) => inputOf(field) && inputOf(field) === root.activeElement);
  if (!field) return null;
  const { selectionStart, selectionEnd, selectionDirection } = inputOf(field);
  return { field, selection: [selectionStart, selectionEnd, selectionDirection] };
}

export function setCaret(caret, inputOf) {
  const input = caret && inputOf(caret.field);
  input?.focus({ preventScroll: true });
  // The text itself is put in a moment later.
  queueMicrotask(() => input?.setSelectionRange(...caret.selection));
}
