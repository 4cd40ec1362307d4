// The left menu: fold it, remember closed groups, open it over the page on a phone.
(() => {
  const root = document.documentElement;
  const keep = (key, value) => { try { localStorage.setItem(key, value); } catch (error) { /* not kept */ } };
  const kept = (key) => { try { return localStorage.getItem(key); } catch (error) { return null; } };

  document.querySelectorAll("[data-menu-group]").forEach((group) => {
    const key = `kedang.menu.${group.dataset.menuGroup}`;
    if (kept(key) === "closed" && !group.querySelector("[aria-current]")) group.open = false;
    group.addEventListener("toggle", () => keep(key, group.open ? "open" : "closed"));
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-menu-fold]")) {
      keep("kedang.menu", root.classList.toggle("menu-narrow") ? "narrow" : "wide");
    } else if (event.target.closest("[data-menu-open]")) {
      event.preventDefault();
      root.classList.add("menu-open");
      document.querySelector("#menu a")?.focus();
    } else if (root.classList.contains("menu-open") && (event.target.closest("[data-menu-close]") || !event.target.closest("#menu"))) {
      root.classList.remove("menu-open");
    }
  });
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") root.classList.remove("menu-open"); });
})();
