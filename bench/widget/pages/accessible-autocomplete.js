import accessibleAutocomplete from "accessible-autocomplete";
import "accessible-autocomplete/dist/accessible-autocomplete.min.css";
import { debounced, lookup } from "./lookup.js";

accessibleAutocomplete({
  element: document.getElementById("place"),
  id: "title",
  minLength: 3,
  source: debounced((title, show) => lookup(title).then((found) => show(found.map(({ codeLabel }) => codeLabel)))),
});
