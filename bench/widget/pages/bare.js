// The least that a script has to do: one input and a listener that does nothing.
const [label, input] = [document.createElement("label"), document.createElement("input")];
label.htmlFor = input.id = "title";
label.textContent = "What is your job title?";
input.addEventListener("input", () => {});
document.getElementById("place").append(label, input);
