// Column settings: move a column up or down.
document.addEventListener("click", (event) => {
  const up = event.target.closest("[data-up]");
  const down = event.target.closest("[data-down]");
  if (!up && !down) return;
  const line = (up || down).closest("li");
  if (up && line.previousElementSibling) line.previousElementSibling.before(line);
  if (down && line.nextElementSibling) line.nextElementSibling.after(line);
  (up || down).focus();
});
