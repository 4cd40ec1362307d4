// Hits under the search box: arrow keys walk through them, Escape closes.
(() => {
  const box = document.querySelector("[data-search-box]");
  const list = document.querySelector("[data-suggestions]");
  if (!box || !list) return;
  const close = () => { list.replaceChildren(); };
  box.form.addEventListener("keydown", (event) => {
    const links = [...list.querySelectorAll("a")];
    if (event.key === "Escape") { close(); box.focus(); }
    if (!links.length || !["ArrowDown", "ArrowUp"].includes(event.key)) return;
    event.preventDefault();
    const at = links.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1);
    (at < 0 ? box : links[Math.min(at, links.length - 1)]).focus();
  });
  box.form.addEventListener("submit", close);
})();
