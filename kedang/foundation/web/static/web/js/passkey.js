// Passkeys: fetches a challenge, lets the browser ask for finger, face or number, puts the answer into the form and sends it.
// Also the eye of password inputs and the print button of recovery codes. Works on whatever htmx puts into the page.
(() => {
  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/").padEnd(Math.ceil(text.length / 4) * 4, "=")), (sign) => sign.charCodeAt(0));
  const letters = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const opened = (known) => (known || []).map((one) => ({ ...one, id: bytes(one.id) }));

  async function make(options) {
    const made = await navigator.credentials.create({ publicKey: { ...options, challenge: bytes(options.challenge), user: { ...options.user, id: bytes(options.user.id) }, excludeCredentials: opened(options.excludeCredentials) } });
    return { id: made.id, rawId: letters(made.rawId), type: made.type, clientExtensionResults: {}, response: { clientDataJSON: letters(made.response.clientDataJSON), attestationObject: letters(made.response.attestationObject) } };
  }

  async function use(options) {
    const asked = { ...options, challenge: bytes(options.challenge) };
    if (options.allowCredentials) asked.allowCredentials = opened(options.allowCredentials);
    const used = await navigator.credentials.get({ publicKey: asked });
    const said = used.response;
    return { id: used.id, rawId: letters(used.rawId), type: used.type, clientExtensionResults: {}, response: { clientDataJSON: letters(said.clientDataJSON), authenticatorData: letters(said.authenticatorData), signature: letters(said.signature), userHandle: said.userHandle ? letters(said.userHandle) : null } };
  }

  async function act(button) {
    const form = button.closest("form");
    const problem = form.querySelector("[data-passkey-problem]");
    problem.hidden = true;
    button.disabled = true;
    try {
      const token = form.querySelector("[name=csrfmiddlewaretoken]").value;
      const response = await fetch(button.dataset.options, { method: "POST", headers: { "X-CSRFToken": token }, credentials: "same-origin" });
      if (!response.ok) throw new Error(String(response.status));
      const options = (await response.json()).publicKey;
      const answer = button.dataset.passkey === "add" ? await make(options) : await use(options);
      form.querySelector("[data-passkey-answer]").value = JSON.stringify(answer);
      form.requestSubmit();
    } catch {
      problem.textContent = button.dataset.failed;
      problem.hidden = false;
      button.disabled = false;
    }
  }

  function show(root) {
    if (window.PublicKeyCredential) root.querySelectorAll("[data-passkey]").forEach((button) => { button.hidden = false; });
    root.querySelectorAll("[data-print]").forEach((button) => { button.hidden = false; });
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-passkey]");
    if (button) act(button);
    if (event.target.closest("[data-print]")) window.print();
  });
  document.addEventListener("htmx:afterSwap", (event) => show(event.target));
  show(document);
})();
