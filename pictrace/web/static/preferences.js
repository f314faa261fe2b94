// What this browser remembers for its person. Without storage it forgets, and all works on.

const KEY = "pictrace";
const DEFAULTS = Object.freeze({ theme: "system", threshold: 60, size: 220, mirrored: true });

function stored() {
  try {
    const value = JSON.parse(localStorage.getItem(KEY) || "{}");
    return typeof value === "object" && value !== null ? value : {};
  } catch {
    return {};
  }
}

const known = stored();
const current = Object.fromEntries(
  Object.entries(DEFAULTS).map(([name, value]) => [name, typeof known[name] === typeof value ? known[name] : value]),
);

export const preference = (name) => current[name];

export function remember(name, value) {
  current[name] = value;
  try {
    localStorage.setItem(KEY, JSON.stringify(current));
  } catch {
    // Full or forbidden: it holds until the page is left.
  }
}

/** The sign-in page was seen here: there is something to sign out of. */
export function mustSignIn() {
  try {
    return localStorage.getItem(`${KEY}-token`) === "needed";
  } catch {
    return false;
  }
}

export function applyTheme() {
  const theme = preference("theme");
  if (theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  document.dispatchEvent(new Event("themechange"));
}
