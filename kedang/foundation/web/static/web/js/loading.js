// A thin line at the top while a region loads; links to other pages show it too.
(() => {
  const body = document.body;
  document.addEventListener("htmx:beforeRequest", (event) => { if (!event.target.matches("[data-poll]")) body.classList.add("is-loading"); });
  document.addEventListener("htmx:afterRequest", () => body.classList.remove("is-loading"));
  window.addEventListener("pageshow", () => body.classList.remove("is-loading"));
})();
