/** Types of the custom element <occupation-coder>. docs/widget.md explains each. */

export type OccupationStatus =
  | "confirmed"
  | "none-of-these"
  | "unconfirmed"
  | "no-match"
  | "pending"
  | "failed"
  | "unsuitable"
  | "empty"
  | "not-offered";

/** The fields that a form submits, without the element's name before them. */
export interface OccupationValue {
  /** The job title as typed. */
  title: string;
  /** The main tasks as typed. */
  tasks: string;
  /** The confirmed code, or empty. */
  code: string;
  /** The confirmed code's label, or empty. */
  label: string;
  /** How likely the coder held the confirmed code, 0 to 1. */
  confidence: number | null;
  status: Exclude<OccupationStatus, "not-offered">;
  /** Who answered for these words, or empty. */
  source: string;
  /** The model that answered, or empty. */
  model: string;
}

export interface OccupationSuggestion {
  code: string;
  label: string;
  /** 0 to 1. */
  confidence: number;
}

export type OccupationDraft = Partial<Omit<OccupationValue, "status" | "confidence">> & {
  confidence?: number | string | null;
  status?: string;
};

export interface OccupationSuggestionsDetail extends OccupationValue {
  suggestions: OccupationSuggestion[];
}

export interface OccupationErrorDetail extends OccupationValue {
  reason: "offline" | "rate-limited" | "refused" | "unavailable";
}

export interface OccupationEventMap {
  "occupation-input": CustomEvent<OccupationValue>;
  "occupation-suggestions": CustomEvent<OccupationSuggestionsDetail>;
  "occupation-confirm": CustomEvent<OccupationValue>;
  "occupation-clear": CustomEvent<OccupationValue>;
  "occupation-error": CustomEvent<OccupationErrorDetail>;
}

export class OccupationCoder extends HTMLElement {
  static readonly formAssociated: true;

  name: string;
  endpoint: string;
  topic: string;
  trigger: string;
  confirm: string;
  loading: string;
  suggestions: number;
  /** Milliseconds. */
  pause: number;
  required: boolean;
  disabled: boolean;
  readOnly: boolean;
  showCodes: boolean;

  get value(): OccupationValue | null;
  set value(value: OccupationDraft | null);
  readonly defaultValue: OccupationDraft;
  readonly status: OccupationStatus;
  messages: Record<string, string>;
  readonly form: HTMLFormElement | null;
  readonly labels: NodeList;
  readonly type: string;
  readonly validity: ValidityState;
  readonly validationMessage: string;
  readonly willValidate: boolean;

  checkValidity(): boolean;
  reportValidity(): boolean;
  setCustomValidity(message: string): void;
  reset(): void;
  fail(): void;

  addEventListener<K extends keyof OccupationEventMap>(
    type: K,
    listener: (this: OccupationCoder, event: OccupationEventMap[K]) => void,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject,
    options?: boolean | AddEventListenerOptions,
  ): void;
}

declare global {
  interface HTMLElementTagNameMap {
    "occupation-coder": OccupationCoder;
  }
  interface HTMLElementEventMap extends OccupationEventMap {}
  interface DocumentEventMap extends OccupationEventMap {}
}
