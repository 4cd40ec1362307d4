// Dropping files: what was chosen or dropped is listed, and the button says that it is busy. Without script a plain file input does.
(() => {
  document.querySelectorAll("[data-drop-form]").forEach((form) => {
    const zone = form.querySelector("[data-drop-zone]");
    const list = form.querySelector("[data-drop-list]");
    const inputs = [...form.querySelectorAll("input[type=file]")];
    const size = (bytes) => bytes < 1048576 ? `${(bytes / 1024).toFixed(0)} KB` : `${(bytes / 1048576).toFixed(1)} MB`;
    const show = () => {
      const files = inputs.flatMap((input) => [...input.files]);
      const lines = files.slice(0, 50).map((file) => {
        const line = document.createElement("li");
        const name = document.createElement("span");
        const bytes = document.createElement("span");
        name.textContent = file.webkitRelativePath || file.name;
        bytes.textContent = size(file.size);
        line.append(name, bytes);
        return line;
      });
      if (files.length > 50) {
        const line = document.createElement("li");
        line.textContent = `${list.dataset.more} ${files.length - 50} ${list.dataset.unit}`;
        lines.push(line);
      }
      list.replaceChildren(...lines);
      list.hidden = !files.length;
    };
    inputs.forEach((input) => input.addEventListener("change", show));
    ["dragenter", "dragover"].forEach((kind) => zone.addEventListener(kind, (event) => { event.preventDefault(); zone.classList.add("is-over"); }));
    ["dragleave", "drop"].forEach((kind) => zone.addEventListener(kind, (event) => { event.preventDefault(); zone.classList.remove("is-over"); }));
    zone.addEventListener("drop", (event) => {
      if (!event.dataTransfer.files.length) return;
      const kept = new DataTransfer();
      [...inputs[0].files, ...event.dataTransfer.files].forEach((file) => kept.items.add(file));
      inputs[0].files = kept.files;
      show();
    });
    form.addEventListener("submit", () => {
      const button = form.querySelector("[data-busy]");
      button.textContent = button.dataset.busy;
      button.classList.add("htmx-request");
    });
  });
  // One box ticks all rows.
  document.querySelectorAll("[data-picked]").forEach((form) => {
    const all = document.querySelector(".inbox-tools [data-pick-all]");
    if (!all) return;
    all.addEventListener("change", () => {
      document.querySelectorAll(`input[name=pick][form="${form.id}"]`).forEach((box) => { box.checked = all.checked; });
    });
  });
})();
