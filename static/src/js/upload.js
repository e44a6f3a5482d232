// Drag and drop onto a [data-drop-zone], the list of what was chosen, and how much of it is sent.
// The file input and its form alone work without it.
(() => {
  "use strict";

  const size = (bytes) => (bytes < 1024 * 1024 ? `${Math.max(1, Math.round(bytes / 1024))} KB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`);

  const list = (zone, files) => {
    const limit = Number(zone.dataset.maxBytes ?? 0);
    const items = [...files].map((file) => {
      const item = document.createElement("li");
      const name = document.createElement("span");
      const bytes = document.createElement("span");
      name.textContent = file.name;
      bytes.textContent = size(file.size);
      if (limit && file.size > limit) {
        bytes.textContent += `, larger than the limit of ${size(limit)}`;
        item.className = "is-too-large";
      }
      item.append(name, bytes);
      return item;
    });
    const box = document.createElement("ul");
    box.append(...items);
    zone.querySelector("[data-chosen]").replaceChildren(box);
  };

  const enhance = (zone) => {
    if (zone.dataset.isReady) return;
    zone.dataset.isReady = "yes";
    const input = zone.querySelector('input[type="file"]');
    const target = zone.querySelector(".dropzone");
    input.addEventListener("change", () => list(zone, input.files));
    for (const name of ["dragenter", "dragover"]) {
      target.addEventListener(name, (event) => {
        event.preventDefault();
        target.classList.add("is-over");
      });
    }
    for (const name of ["dragleave", "drop"]) target.addEventListener(name, () => target.classList.remove("is-over"));
    target.addEventListener("drop", (event) => {
      event.preventDefault();
      const dropped = new DataTransfer();
      const files = input.multiple ? [...event.dataTransfer.files] : [...event.dataTransfer.files].slice(0, 1);
      for (const file of files) dropped.items.add(file);
      input.files = dropped.files;
      input.dispatchEvent(new Event("change", { bubbles: true }));
    });
  };
  const enhanceAll = (root) => {
    for (const zone of root.querySelectorAll("[data-drop-zone]")) enhance(zone);
  };
  enhanceAll(document);
  document.addEventListener("htmx:afterSwap", () => enhanceAll(document));

  // While htmx sends a form[data-upload]: the share that is sent, and what happens after it.
  const sending = (event) => {
    const form = event.target.closest?.("form[data-upload]");
    return form ? form.querySelector("[data-sending]") : null;
  };
  document.addEventListener("htmx:xhr:progress", (event) => {
    const box = sending(event);
    const { loaded, total, lengthComputable } = event.detail;
    if (!box || !lengthComputable || !total) return;
    const percent = Math.round((loaded * 100) / total);
    box.hidden = false;
    box.querySelector("progress").value = percent;
    const words = percent < 100 ? "Sending the files…" : "Sent. Looking into them…";
    const line = box.querySelector("[data-sending-words]");
    if (line.textContent !== words) line.textContent = words;
  });
  for (const name of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
    document.addEventListener(name, (event) => {
      const box = sending(event);
      if (!box) return;
      box.hidden = false;
      box.querySelector("[data-sending-words]").textContent = "The files could not be sent. Nothing was saved. Check the connection and upload again.";
    });
  }
})();
