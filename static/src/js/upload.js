// Drag and drop onto a [data-drop-zone], and the list of what was chosen; the file input alone works without it.
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

  for (const zone of document.querySelectorAll("[data-drop-zone]")) enhance(zone);
})();
