import { useCombobox } from "downshift";
import { createElement as h, useMemo, useState } from "react";
import { createRoot } from "react-dom/client";
import { debounced, lookup } from "./lookup.js";

function Question() {
  const [items, setItems] = useState([]);
  const ask = useMemo(() => debounced((title) => lookup(title).then(setItems)), []);
  const box = useCombobox({
    items,
    itemToString: (item) => item?.codeLabel ?? "",
    onInputValueChange: ({ inputValue }) => inputValue.length > 2 && ask(inputValue),
  });
  const options = items.map((item, index) =>
    h("li", { key: item.codeCategory, ...box.getItemProps({ item, index }) }, item.codeLabel),
  );
  return h(
    "div",
    null,
    h("label", box.getLabelProps(), "What is your job title?"),
    h("input", { ...box.getInputProps(), id: "title" }),
    h("ul", box.getMenuProps(), box.isOpen && options),
  );
}

createRoot(document.getElementById("place")).render(h(Question));
