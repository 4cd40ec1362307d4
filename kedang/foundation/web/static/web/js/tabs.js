// On a narrow screen the tab one is on is brought into sight.
document.querySelectorAll(".tabs [aria-current], .view-tabs [aria-current]").forEach((tab) => {
  const line = tab.parentElement;
  line.scrollLeft = tab.offsetLeft - (line.clientWidth - tab.offsetWidth) / 2;
});
