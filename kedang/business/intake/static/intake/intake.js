// Upload: the chosen file's name in the drop zone, files dropped onto it, and a busy button. Works without: a plain file input.
(() => {
  const zone = document.querySelector("[data-drop-zone]");
  if (!zone) return;
  const input = zone.querySelector("input[type=file]");
  const name = zone.querySelector("[data-file-name]");
  const show = () => {
    const file = input.files[0];
    name.textContent = file ? `${file.name}（${(file.size / 1048576).toFixed(file.size < 1048576 ? 2 : 1)} MB）` : name.dataset.empty;
  };
  input.addEventListener("change", show);
  ["dragenter", "dragover"].forEach((kind) => zone.addEventListener(kind, (event) => { event.preventDefault(); zone.classList.add("is-over"); }));
  ["dragleave", "drop"].forEach((kind) => zone.addEventListener(kind, (event) => { event.preventDefault(); zone.classList.remove("is-over"); }));
  zone.addEventListener("drop", (event) => { if (event.dataTransfer.files.length) { input.files = event.dataTransfer.files; show(); } });
  zone.closest("form").addEventListener("submit", (event) => {
    const button = event.target.querySelector("[data-busy]");
    button.textContent = button.dataset.busy;
    button.classList.add("htmx-request");
  });
})();
