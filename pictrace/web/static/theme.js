// Runs before anything is painted, so that the remembered theme does not flash; no module, which would wait.
"use strict";
try {
  const theme = JSON.parse(localStorage.getItem("pictrace") || "{}").theme;
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  // Without storage, or with something foreign in it, the system's theme serves.
}
