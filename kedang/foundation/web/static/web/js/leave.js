// Forms with unsaved typing ask before the page is left.
(() => {
  document.addEventListener("input", (event) => { const form = event.target.closest("form[data-leave]"); if (form) form.dataset.changed = "1"; });
  document.addEventListener("submit", (event) => { if (event.target.matches("form[data-leave]")) delete event.target.dataset.changed; });
  window.addEventListener("beforeunload", (event) => {
    if (document.querySelector("form[data-leave][data-changed]")) { event.preventDefault(); event.returnValue = ""; }
  });
  document.querySelector("[data-first-error]")?.closest("form")?.querySelector(".has-error input, .has-error select, .has-error textarea")?.focus();
})();
