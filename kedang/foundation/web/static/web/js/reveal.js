// An eye beside every password input: what one types may be looked at.
(() => {
  function add(root) {
    root.querySelectorAll("input[data-reveal]").forEach((input) => {
      if (input.parentElement.classList.contains("reveal")) return;
      const box = document.createElement("span");
      box.className = "reveal";
      input.replaceWith(box);
      const button = document.createElement("button");
      button.type = "button";
      button.className = "reveal-button";
      button.setAttribute("aria-label", input.dataset.reveal);
      button.setAttribute("aria-pressed", "false");
      button.tabIndex = -1;
      box.append(input, button);
      if (input.autofocus) input.focus();
      button.addEventListener("click", () => {
        const isShown = input.type === "password";
        input.type = isShown ? "text" : "password";
        button.setAttribute("aria-pressed", String(isShown));
        input.focus();
      });
    });
  }
  document.addEventListener("htmx:afterSwap", (event) => add(event.target));
  add(document);
})();
