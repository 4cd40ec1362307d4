// Short messages at the corner: good news of the last act, and why a region could not be loaded.
(() => {
  const box = document.getElementById("toasts");
  if (!box) return;
  const show = (text, tone) => {
    const note = document.createElement("div");
    note.className = `toast-note${tone ? ` is-${tone}` : ""}`;
    const words = document.createElement("span");
    words.textContent = text;
    const close = document.createElement("button");
    close.type = "button";
    close.textContent = "×";
    close.setAttribute("aria-label", box.dataset.dismiss);
    close.addEventListener("click", () => note.remove());
    note.append(words, close);
    box.append(note);
    if (tone !== "bad") setTimeout(() => note.remove(), 5000);
  };
  window.kedangToast = show;
  document.querySelectorAll("[data-toast]").forEach((note) => { show(note.textContent.trim(), ""); note.remove(); });
  document.addEventListener("htmx:responseError", (event) => {
    const told = event.detail.xhr.getResponseHeader("X-Kedang-Sentence");
    show(told ? decodeURIComponent(told) : `${box.dataset.failed} (${event.detail.xhr.status})`, "bad");
  });
  document.addEventListener("htmx:sendError", () => show(box.dataset.offline, "bad"));
})();
