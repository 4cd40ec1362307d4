// One box ticks all rows of the inbox; the region may be drawn anew after an upload.
document.addEventListener("change", (event) => {
  const all = event.target.closest(".inbox-tools [data-pick-all]");
  if (!all) return;
  document.querySelectorAll("input[name=pick][form=inbox-picked]").forEach((box) => { box.checked = all.checked; });
});
