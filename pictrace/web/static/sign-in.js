// The form works without this. A link "/sign-in#TOKEN" signs in by itself: what follows a # is never sent as part of an
// address, so it stands in no log; it is taken out of the browser's history too.

try {
  // Only here is it known that there is something to sign out of.
  localStorage.setItem("pictrace-token", "needed");
} catch {
  // Without storage nothing offers to sign out; the sign-in holds all the same.
}

const said = location.hash.slice(1);
history.replaceState(null, "", location.pathname);
const token = decoded(said);

if (token) {
  const response = await fetch("/sign-in", { method: "POST", body: new URLSearchParams({ token }) });
  if (response.ok) location.replace("/");
  else {
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    document.getElementById("message").textContent = page.getElementById("message").textContent;
  }
} else {
  // A link from elsewhere came without the cookie, which this page has all the same.
  const response = await fetch("/sign-in");
  if (response.redirected) location.replace("/");
}

/** Browsers write some letters of what follows a # in their own way. */
function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
