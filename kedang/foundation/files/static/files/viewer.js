// Turning pages by keys (← → PageUp PageDown, + − for the size) and by a swipe; everything works by plain links without this.
(() => {
  const go = (selector) => { const link = document.querySelector(selector); if (link) location.assign(link.href); return Boolean(link); };
  const isTyping = (node) => node instanceof Element && node.closest("input, textarea, select");
  const step = (by) => {
    const steps = [...document.querySelectorAll(".viewer-zoom-step")];
    const link = steps[steps.findIndex((one) => one.hasAttribute("aria-current")) + by];
    if (link) location.assign(link.href);
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    if (event.key === "ArrowLeft" || event.key === "PageUp") { if (go('.viewer-tools [rel="prev"]')) event.preventDefault(); }
    else if (event.key === "ArrowRight" || event.key === "PageDown") { if (go('.viewer-tools [rel="next"]')) event.preventDefault(); }
    else if (event.key === "+" || event.key === "=") step(1);
    else if (event.key === "-") step(-1);
  });
  const paper = document.querySelector(".viewer-paper");
  let from = null;
  paper?.addEventListener("touchstart", (event) => { from = event.touches.length === 1 ? event.touches[0] : null; }, { passive: true });
  paper?.addEventListener("touchend", (event) => {
    if (!from || paper.scrollWidth > paper.clientWidth + 4) return;
    const to = event.changedTouches[0], across = to.clientX - from.clientX, down = to.clientY - from.clientY;
    if (Math.abs(across) > 70 && Math.abs(across) > 2 * Math.abs(down)) go(`.viewer-tools [rel="${across > 0 ? "prev" : "next"}"]`);
  }, { passive: true });
  const strip = document.querySelector(".viewer-strip"), here = strip?.querySelector("[aria-current]");
  if (here) { strip.scrollTop = here.offsetTop - strip.clientHeight / 2; strip.scrollLeft = here.offsetLeft - strip.clientWidth / 2; }
})();
