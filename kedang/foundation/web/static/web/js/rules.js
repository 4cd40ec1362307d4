// Lines of 高级筛选: drawn anew by the server when a field or comparison changes; dropped and added here.
(() => {
  const redraw = (form, more) => {
    const url = form.querySelector("[data-rule-add]").dataset.rulesUrl;
    const values = new URLSearchParams(new FormData(form));
    if (more) values.set("more", "1");
    window.htmx.ajax("GET", `${url}?${values}`, { target: "#rules", swap: "innerHTML" });
  };
  document.addEventListener("change", (event) => {
    const many = event.target.closest("[data-many]");
    if (many) many.parentElement.querySelector("[data-many-value]").value = [...many.selectedOptions].map((option) => option.value).join(",");
    if (event.target.matches("[data-rule-field]")) {
      const row = event.target.closest("[data-rule]");
      row.querySelector("[data-rule-operator]").add(new Option("", "", true, true), 0);
      row.querySelectorAll("[name=cv], [name=cw]").forEach((input) => { input.value = ""; });
    }
    if (event.target.matches("[data-rule-field], [data-rule-operator]")) redraw(event.target.form, false);
  });
  document.addEventListener("click", (event) => {
    const add = event.target.closest("[data-rule-add]");
    if (add) { event.preventDefault(); redraw(add.form, true); }
    const drop = event.target.closest("[data-rule-drop]");
    if (drop) {
      const form = drop.closest("form");
      drop.closest("[data-rule]").remove();
      form.requestSubmit();
    }
  });
})();
