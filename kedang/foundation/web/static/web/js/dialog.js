// Drawer and dialog: shown when htmx has filled them, closed by Esc, by [data-close] and by a click beside them.
(() => {
  let opener = null;
  document.addEventListener("htmx:beforeRequest", (event) => { if (event.target.matches("[data-dialog], [data-drawer]")) opener = event.target; });
  document.addEventListener("htmx:afterSwap", (event) => {
    const box = event.target.closest("dialog");
    if (!box || event.target.parentElement !== box) return;
    if (!box.open) box.showModal();
    (box.querySelector(".has-error input, .has-error select, .has-error textarea") || box.querySelector("form input:not([type=hidden]), form select, form textarea"))?.focus();
  });
  document.addEventListener("click", (event) => {
    const box = event.target.closest("dialog");
    if (!box) return;
    if (event.target.closest("[data-close]") || event.target === box) { event.preventDefault(); window.kedangClose(box); }
  });
  document.addEventListener("submit", (event) => {
    if (event.target.matches("[data-close-after]")) setTimeout(() => event.target.closest("dialog")?.close(), 50);
  });
  window.kedangClose = (box) => {
    const form = box.querySelector("form[data-leave]");
    if (form && form.dataset.changed && !window.confirm(form.dataset.leave)) return;
    box.close();
  };
  document.querySelectorAll("dialog").forEach((box) => {
    box.addEventListener("cancel", (event) => {
      const form = box.querySelector("form[data-leave]");
      if (form && form.dataset.changed && !window.confirm(form.dataset.leave)) event.preventDefault();
    });
    box.addEventListener("close", () => { box.querySelector(".drawer-content").replaceChildren(); opener?.focus(); });
  });
  document.addEventListener("kedang:unmasked", () => document.getElementById("dialog")?.close());
})();
