// Keyboard entry in a table marked [data-grid]: Enter and the arrow keys move between its inputs.
// Saving is htmx's: each input carries hx-post with hx-trigger="change"; this only marks saved and failed ones.
(() => {
  "use strict";

  const inputsOf = (row) => [...row.querySelectorAll("input.grid__input")];

  const neighbour = (input, key) => {
    const row = input.closest("tr");
    const column = inputsOf(row).indexOf(input);
    const rows = [...input.closest("[data-grid]").querySelectorAll("tbody tr")].filter((one) => inputsOf(one).length);
    const place = rows.indexOf(row);
    if (key === "ArrowUp") return inputsOf(rows[place - 1] ?? row)[column];
    if (key === "ArrowDown" || key === "Enter") return inputsOf(rows[place + 1] ?? row)[column];
    if (key === "ArrowLeft" && input.selectionStart === 0) return inputsOf(row)[column - 1];
    if (key === "ArrowRight" && input.selectionEnd === input.value.length) return inputsOf(row)[column + 1];
    return null;
  };

  document.addEventListener("keydown", (event) => {
    if (!event.target.matches?.("[data-grid] input.grid__input")) return;
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (event.key === "Escape") {
      event.target.value = event.target.defaultValue;
      return;
    }
    const next = neighbour(event.target, event.key);
    if (event.key === "Enter") event.preventDefault();
    if (!next) return;
    event.preventDefault();
    if (next === event.target) next.dispatchEvent(new Event("change", { bubbles: true }));
    next.focus();
    next.select();
  });

  const mark = (input, name) => {
    input.classList.remove("is-saved", "is-failed");
    input.classList.add(name);
    input.toggleAttribute("aria-invalid", name === "is-failed");
  };
  document.addEventListener("htmx:afterRequest", (event) => {
    const input = event.detail.elt;
    if (!input?.matches?.("input.grid__input")) return;
    mark(input, event.detail.successful ? "is-saved" : "is-failed");
    if (event.detail.successful) input.defaultValue = input.value;
  });
})();
