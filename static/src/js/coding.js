// The form of a coding rule: a found code is added to its segment's field without leaving the page.
// Without this script the same button asks the server to add it.
(() => {
  "use strict";

  const terms = (text) => text.split(",").map((term) => term.trim()).filter(Boolean);

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-coding] [data-add-code]");
    if (!button) return;
    const input = document.getElementById(button.dataset.addTo);
    if (!input) return;
    event.preventDefault();
    const held = terms(input.value);
    if (!held.includes(button.dataset.addCode)) held.push(button.dataset.addCode);
    input.value = held.join(",");
    const folded = input.closest("details");
    if (folded) folded.open = true;
    input.dispatchEvent(new Event("input", { bubbles: true }));
    input.focus();
  });

  // Enter in the search for codes searches; it must not save the rule.
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.matches?.("[data-coding] [name='find_text']")) event.preventDefault();
  });
})();
