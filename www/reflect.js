// In: a class. Out: the same with a property for each attribute, as HTML's own elements have it.

const TEXTS = {
  name: "occupation",
  endpoint: "",
  topic: "osca",
  trigger: "pause",
  confirm: "choice",
  loading: "eager",
};
const NUMBERS = { suggestions: 5, pause: 700 };
const FLAGS = { required: "required", disabled: "disabled", readOnly: "readonly", showCodes: "show-codes" };

export function reflect({ prototype }) {
  for (const [name, fallback] of Object.entries({ ...TEXTS, ...NUMBERS })) {
    Object.defineProperty(prototype, name, {
      configurable: true,
      enumerable: true,
      get() {
        const text = this.getAttribute(name) ?? fallback;
        return name in NUMBERS ? Number(text) : text;
      },
      set(value) {
        this.setAttribute(name, value);
      },
    });
  }
  for (const [name, attribute] of Object.entries(FLAGS)) {
    Object.defineProperty(prototype, name, {
      configurable: true,
      enumerable: true,
      get() {
        return this.hasAttribute(attribute);
      },
      set(value) {
        this.toggleAttribute(attribute, Boolean(value));
      },
    });
  }
}
