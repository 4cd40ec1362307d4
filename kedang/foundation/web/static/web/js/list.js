// Lists: pick all rows of the page, say how many, carry the present address into forms beside the table, jump to a page.
(() => {
  const present = () => location.search.replace(/^\?/, "");
  const count = () => {
    const picked = document.querySelectorAll("input[name=pick]:checked").length;
    document.querySelectorAll("[data-pick-count]").forEach((place) => { place.textContent = picked; place.hidden = !picked; });
  };
  document.addEventListener("htmx:afterSwap", count);
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-pick-all]")) {
      event.target.closest("table")?.querySelectorAll("input[name=pick]").forEach((box) => { box.checked = event.target.checked; });
    }
    if (event.target.matches("input[name=pick], [data-pick-all]")) {
      event.target.closest("table")?.querySelectorAll("tbody tr").forEach((row) => row.classList.toggle("is-picked", Boolean(row.querySelector("input[name=pick]:checked"))));
      count();
    }
  });
  document.addEventListener("click", (event) => { event.target.closest("[data-conditions-open]")?.closest(".conditions").classList.add("is-open"); });
  document.addEventListener("submit", (event) => {
    event.target.querySelectorAll("[data-query-copy]").forEach((input) => { input.value = present(); });
  }, true);
  document.addEventListener("htmx:configRequest", (event) => {
    if (event.target.matches("[data-follow-query]")) event.detail.path = `${event.detail.path.split("?")[0]}?${present()}`;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.matches("[data-jump]")) {
      event.preventDefault();
      const address = new URL(location.href);
      address.searchParams.set("page", event.target.value.replace(/\D/g, "") || "1");
      location.assign(address);
    }
  });
})();
