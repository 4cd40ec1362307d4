// Before the first paint: scripts run, and the menu is as wide as it was left.
document.documentElement.classList.add("has-script");
try {
  if (localStorage.getItem("kedang.menu") === "narrow") document.documentElement.classList.add("menu-narrow");
} catch (error) { /* storage may be switched off */ }
