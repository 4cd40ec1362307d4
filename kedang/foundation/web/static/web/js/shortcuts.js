// "/" goes to the search box, Ctrl+Enter saves a form, [data-back] goes back.
(() => {
  const isTyping = (node) => node.closest("input, textarea, select, [contenteditable]");
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && !event.ctrlKey && !event.metaKey && !event.altKey && !isTyping(event.target)) {
      const box = document.querySelector("[data-search-box]");
      if (box) { event.preventDefault(); box.focus(); box.select(); }
    }
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) event.target.closest("form[method=post]")?.requestSubmit();
  });
  document.addEventListener("click", (event) => { if (event.target.closest("[data-back]")) history.back(); });
})();
