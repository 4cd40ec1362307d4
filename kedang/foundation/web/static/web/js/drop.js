// Menus that open from a button: one at a time, closed by Esc and by a click elsewhere.
(() => {
  const close = (except) => document.querySelectorAll("details[data-drop][open]").forEach((drop) => { if (drop !== except) drop.open = false; });
  document.addEventListener("click", (event) => close(event.target.closest("details[data-drop]")));
  document.addEventListener("htmx:afterSwap", (event) => { if (event.target.closest("dialog")) close(null); });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const open = document.querySelector("details[data-drop][open]");
    if (open) { open.open = false; open.querySelector("summary").focus(); }
  });
})();
