// What every peer is given: the same request after the same pause, as its authors would write it.
export const PAUSE = 700;

export function debounced(act) {
  let timer;
  return (...values) => {
    clearTimeout(timer);
    timer = setTimeout(() => act(...values), PAUSE);
  };
}

export async function lookup(title) {
  const response = await fetch("/v1/topics/osca/code", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ record: { occp_text: title, tasks_text: "" }, numberOfSuggestions: 5 }),
  });
  return (await response.json()).result;
}
