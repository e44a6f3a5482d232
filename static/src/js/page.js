// What every page gains from JavaScript: menus that close, focus on errors, disclosures opened for print.
// Reading and every form work without it.
(() => {
  "use strict";

  const openMenus = () => document.querySelectorAll("details[data-menu][open]");

  document.addEventListener("click", (event) => {
    for (const menu of openMenus()) if (!menu.contains(event.target)) menu.open = false;
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of openMenus()) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });

  // A search box inside a longer form: its results come as one types, so Enter must not send the whole form.
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.matches("[data-enter-stays]")) event.preventDefault();
  });

  const focusErrors = (root) => {
    const summary = root.querySelector("[data-error-summary]");
    if (summary) summary.focus();
  };
  focusErrors(document);
  document.addEventListener("htmx:afterSwap", (event) => focusErrors(event.target));

  // A half-filled form asks before it is left; saving it and Cancel do not.
  for (const form of document.querySelectorAll("form[data-warn-leave]")) {
    let isChanged = "isChanged" in form.dataset;
    for (const kind of ["input", "change"]) form.addEventListener(kind, () => (isChanged = true));
    form.addEventListener("submit", () => (isChanged = false));
    for (const link of form.querySelectorAll("[data-leaves]")) link.addEventListener("click", () => (isChanged = false));
    window.addEventListener("beforeunload", (event) => {
      if (isChanged) event.preventDefault();
    });
  }

  const opened = new Set();
  window.addEventListener("beforeprint", () => {
    for (const details of document.querySelectorAll("details[data-print-open]:not([open])")) {
      details.open = true;
      opened.add(details);
    }
  });
  window.addEventListener("afterprint", () => {
    for (const details of opened) details.open = false;
    opened.clear();
  });

  const copy = async (button) => {
    const source = document.getElementById(button.dataset.copy);
    await navigator.clipboard.writeText(source.value ?? source.textContent.trim());
    button.textContent = "Copied";
  };
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-copy]");
    if (button) copy(button);
  });
  for (const button of document.querySelectorAll("[data-copy][hidden]")) button.hidden = false;

  const offerToShow = (input) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "usa-button usa-button--unstyled showpassword";
    button.setAttribute("aria-controls", input.id);
    button.textContent = "Show password";
    button.addEventListener("click", () => {
      const isHidden = input.type === "password";
      input.type = isHidden ? "text" : "password";
      button.textContent = isHidden ? "Hide password" : "Show password";
    });
    input.after(button);
  };
  document.querySelectorAll("input[type=password][id]").forEach(offerToShow);
})();
