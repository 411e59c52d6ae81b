// In: an element's attributes, its JSON script and its `messages` property. Out: what the question is to do, as
// src/element.rs reads it.
import { ROOT } from "./module.js";

/** `property` is what the page set as the element's messages. */
export function optionsOf(host, property, disabled) {
  const messages = { ...scripted(host), ...fromAttributes(host), ...property };
  return {
    url: urlOf(host),
    suggestions: suggestionsOf(host),
    pause: pauseOf(host),
    trigger: host.getAttribute("trigger") ?? "pause",
    confirm: host.getAttribute("confirm") ?? "choice",
    showCodes: host.hasAttribute("show-codes"),
    required: host.hasAttribute("required"),
    readonly: host.hasAttribute("readonly"),
    disabled,
    messages,
    // English words keep English plurals on a page in another language.
    language: Object.keys(messages).length ? languageOf(host) : "en",
  };
}

export function suggestionsOf(host) {
  const number = Number(host.getAttribute("suggestions") ?? 5);
  return Number.isInteger(number) && number >= 1 && number <= 16 ? number : 5;
}

/** Milliseconds. */
function pauseOf(host) {
  const number = Number(host.getAttribute("pause") ?? 700);
  return number >= 0 && number <= 10_000 ? number : 700;
}

function urlOf(host) {
  const endpoint = host.getAttribute("endpoint") ?? ROOT.href;
  const base = new URL(endpoint.endsWith("/") ? endpoint : `${endpoint}/`, document.baseURI);
  return new URL(`v1/topics/${encodeURIComponent(host.getAttribute("topic") ?? "osca")}/code`, base).href;
}

function languageOf(host) {
  try {
    return Intl.getCanonicalLocales(host.closest("[lang]")?.lang || navigator.language)[0] ?? "en";
  } catch {
    return "en";
  }
}

function scripted(host) {
  const script = host.querySelector('script[type="application/json"]');
  try {
    return script ? JSON.parse(script.textContent) : {};
  } catch (error) {
    console.error("occupation-coder: the messages are no JSON, the defaults serve:", error.message);
    return {};
  }
}

function fromAttributes(host) {
  const prefix = "message-";
  const names = host.getAttributeNames().filter((name) => name.startsWith(prefix));
  return Object.fromEntries(names.map((name) => [name.slice(prefix.length), host.getAttribute(name)]));
}
