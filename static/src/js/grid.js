// Keyboard entry in a table marked [data-grid]: Enter and the arrow keys move between its inputs.
// Saving is htmx's: each input carries hx-post with hx-trigger="change"; this only marks saved and failed ones.
(() => {
  "use strict";

  const inputsOf = (row) => [...row.querySelectorAll("input.grid__input")].filter((one) => one.offsetParent);

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

  const mark = (input, name) => {
    input.classList.remove("is-saved", "is-failed", "is-restored");
    input.classList.add(name);
    if (name === "is-failed") input.setAttribute("aria-invalid", "true");
    else input.removeAttribute("aria-invalid");
  };

  // What was refused or asked stays in its own cell until the cell is saved or put back.
  const forget = (input) => {
    input.parentElement.querySelector(".cellproblem")?.remove();
    input.removeAttribute("aria-describedby");
  };

  const tell = (input, { words, sure }) => {
    forget(input);
    const problem = document.createElement("span");
    problem.className = "cellproblem";
    problem.id = `problem-${Math.random().toString(36).slice(2)}`;
    problem.textContent = words;
    if (sure) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "usa-button usa-button--unstyled";
      button.textContent = "Save it all the same";
      button.addEventListener("click", () => {
        input.focus();
        window.htmx.ajax("POST", input.getAttribute("hx-post"), { source: input, swap: "none", values: { sure } });
      });
      problem.append(" ", button);
    }
    input.after(problem);
    input.setAttribute("aria-describedby", problem.id);
  };

  document.addEventListener("allocation-refused", (event) => {
    if (event.target.matches?.("input.grid__input")) tell(event.target, event.detail);
  });

  window.addEventListener("beforeunload", (event) => {
    const isUnsaved = (input) => input.value !== input.defaultValue;
    if ([...document.querySelectorAll("[data-grid] input.grid__input")].some(isUnsaved)) event.preventDefault();
  });

  // A phone shows one funding source at a time: the one chosen above the table.
  const pick = document.querySelector("[data-grid-pick]");
  const narrow = window.matchMedia("(max-width: 40rem)");
  const show = (key) => {
    const table = document.querySelector("[data-grid]");
    table.classList.toggle("is-picked", narrow.matches);
    table.querySelectorAll("td[data-column]").forEach((cell) => cell.classList.toggle("is-off", narrow.matches && cell.dataset.column !== key));
    const first = [...table.querySelectorAll("tbody tr")].flatMap(inputsOf)[0];
    const link = document.querySelector('.usa-skipnav[href^="#cell-"]');
    if (first && link) link.setAttribute("href", `#${first.id}`);
  };
  if (pick) {
    const select = pick.querySelector("select");
    pick.classList.add("is-ready");
    select.addEventListener("change", () => show(select.value));
    narrow.addEventListener("change", () => show(select.value));
    show(select.value);
  }

  // Ctrl+Z takes back the last saved cell through the server; while something is being typed it is the browser's.
  document.addEventListener("keydown", (event) => {
    const form = document.querySelector("form[data-grid-undo]");
    const isUndo = event.key.toLowerCase() === "z" && (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey;
    if (!form || !isUndo) return;
    const isField = event.target.matches?.("input:not([type=checkbox]), textarea, select");
    const isCell = event.target.matches?.("[data-grid] input.grid__input");
    if (isField && !(isCell && event.target.value === event.target.defaultValue)) return;
    event.preventDefault();
    if (form.classList.contains("htmx-request")) return;
    form.requestSubmit();
  });

  document.addEventListener("allocation-undone", (event) => {
    const input = document.getElementById(event.detail.cell);
    if (!input) return;
    const { column } = input.closest("td").dataset;
    if (pick && narrow.matches && input.closest("td").classList.contains("is-off")) {
      pick.querySelector("select").value = column;
      show(column);
    }
    input.value = input.defaultValue = event.detail.text;
    forget(input);
    mark(input, "is-saved");
    input.focus();
    input.select();
  });

  document.addEventListener("keydown", (event) => {
    if (!event.target.matches?.("[data-grid] input.grid__input")) return;
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (event.key === "Escape") {
      event.target.value = event.target.defaultValue;
      if (event.target.classList.contains("is-failed")) mark(event.target, "is-restored");
      forget(event.target);
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

  document.addEventListener("htmx:afterRequest", (event) => {
    const input = event.detail.elt;
    if (!input?.matches?.("input.grid__input")) return;
    // A refusal (422) is swapped in, so htmx calls it a success: only the status says whether it was kept.
    const isKept = event.detail.xhr.status >= 200 && event.detail.xhr.status < 300;
    mark(input, isKept ? "is-saved" : "is-failed");
    if (!isKept) return;
    forget(input);
    input.defaultValue = event.detail.requestConfig.parameters.get?.(input.name) ?? input.value;
  });
})();
