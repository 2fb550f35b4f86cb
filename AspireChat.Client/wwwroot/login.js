// Turns the code in the address into a login. The code is taken out of the address first, so that it stays in no history.
const said = document.getElementById("said");
const code = new URLSearchParams(location.hash.slice(1)).get("code");
history.replaceState(null, "", location.pathname);

const help = "Open the link of your client in the Aspire dashboard, or run the client with \"login-link\" for a new one.";
if (!code) {
  said.textContent = "You are not logged in here. " + help;
} else {
  fetch("/login", {
    method: "POST",
    credentials: "same-origin",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ code }),
  }).then(async answer => {
    if (answer.ok) {
      location.replace("/");
    } else {
      said.textContent = (await answer.text() || "The login was refused.") + " " + help;
    }
  }, () => { said.textContent = "The client does not answer. " + help; });
}
