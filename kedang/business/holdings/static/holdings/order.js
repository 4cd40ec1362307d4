// Items of a volume are moved by their grip; letting go sends the whole new order. Everything here also works by buttons and numbers.
document.addEventListener("DOMContentLoaded", () => {
  const form = document.querySelector("form[data-order]");
  if (!form) return;
  const body = form.querySelector("tbody");
  let moving = null;

  const place = (y) => {
    const others = [...body.rows].filter((row) => row !== moving);
    return others.find((row) => { const box = row.getBoundingClientRect(); return y < box.top + box.height / 2; }) || null;
  };

  const keys = () => [...body.rows].map((row) => row.dataset.key).join(",");

  form.querySelectorAll("[data-grip]").forEach((grip) => {
    grip.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      event.preventDefault();
      moving = grip.closest("tr");
      const before = keys();
      moving.classList.add("is-moving");

      const move = (now) => {
        const next = place(now.clientY);
        if (next !== moving.nextElementSibling) body.insertBefore(moving, next);
        const edge = 60;
        if (now.clientY < edge) window.scrollBy(0, -12);
        else if (now.clientY > window.innerHeight - edge) window.scrollBy(0, 12);
      };
      const done = (now) => {
        document.removeEventListener("pointermove", move);
        document.removeEventListener("pointerup", done);
        document.removeEventListener("pointercancel", done);
        moving.classList.remove("is-moving");
        moving = null;
        if (now.type === "pointerup" && keys() !== before) {
          form.querySelector("[data-order-value]").value = keys();
          form.submit();
        }
      };
      document.addEventListener("pointermove", move);
      document.addEventListener("pointerup", done);
      document.addEventListener("pointercancel", done);
    });
  });
});
