// Counting on a phone. Every scan is kept in the phone first and sent when there is a network; sent twice it counts once (its key).
(() => {
  const root = document.getElementById("count");
  if (!root) return;
  const words = root.dataset;
  const store = `kedang.count.${words.take}`;
  const form = root.querySelector("form[data-scan]");
  const input = form.querySelector("input[name=code]");
  const at = (name) => root.querySelector(`[data-${name}]`);
  const state = { scans: [], place: "", shelf: "", ...read(store) };
  let expected = new Map();
  let seenThere = new Map();
  let places = new Set();
  let token = "";
  let isClosed = false;
  let timer = 0;

  function read(name) {
    try { return JSON.parse(localStorage.getItem(name)) || {}; } catch (error) { return {}; }
  }
  function keep() {
    try { localStorage.setItem(store, JSON.stringify(state)); } catch (error) { tell(String(error), "bad"); }
  }
  function newKey() {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  }
  function codeIn(text) {
    const told = text.trim().replace(/\s+/g, " ");
    if (!/^https?:\/\//i.test(told)) return told;
    try {
      const url = new URL(told);
      return url.searchParams.get("code") || decodeURIComponent(url.pathname.replace(/\/+$/, "").split("/").pop());
    } catch (error) { return told; }
  }
  function tell(text, tone) {
    const box = at("told");
    box.hidden = false;
    box.className = `note${tone ? ` is-${tone}` : ""}`;
    at("told-text").textContent = text;
  }
  function lastSeen() {
    const seen = new Map(seenThere);
    for (const scan of state.scans) seen.set(scan.code, scan.place);
    return seen;
  }
  function judge(code, place) {
    const line = expected.get(code);
    if (!line || line.away) return "unexpected";
    if (!place) return line.away ? "on_loan" : "open";
    return line.where === place ? "found" : "misplaced";
  }
  function tag(result) {
    const tones = { found: "good", misplaced: "warn", unexpected: "violet", on_loan: "blue", open: "plain" };
    const made = document.createElement("span");
    made.className = `tag is-${tones[result]}`;
    made.textContent = words[result] || result;
    return made;
  }

  function draw() {
    const seen = lastSeen();
    const counts = { found: 0, misplaced: 0, unexpected: 0, on_loan: 0, open: 0 };
    for (const [code, line] of expected) {
      if (line.away && !seen.has(code)) counts.on_loan += 1;
      else counts[seen.has(code) ? judge(code, seen.get(code)) : "open"] += 1;
    }
    for (const code of seen.keys()) if (!expected.has(code)) counts.unexpected += 1;
    for (const [name, number] of Object.entries(counts)) root.querySelector(`[data-n="${name}"]`).textContent = number;
    at("place").textContent = state.place || "-";
    at("place-panel").classList.toggle("is-open", Boolean(state.place));
    drawHere(seen);
    const waiting = state.scans.filter((scan) => !scan.sent).length;
    at("waiting-text").textContent = waiting ? words.waiting.replace("{n}", waiting) : words.allSent;
    const network = at("network");
    network.textContent = navigator.onLine ? words.online : words.offline;
    network.className = `tag is-${navigator.onLine ? "good" : "warn"}`;
  }
  function drawHere(seen) {
    const list = at("here");
    const lines = [];
    for (const [code, line] of expected) if (line.where === state.place) lines.push([code, seen.has(code) ? judge(code, seen.get(code)) : line.away ? "on_loan" : "open"]);
    for (const [code, place] of seen) if (place === state.place && expected.get(code)?.where !== place) lines.push([code, judge(code, place)]);
    const order = { unexpected: 0, misplaced: 1, open: 2, on_loan: 3, found: 4 };
    lines.sort((one, other) => order[one[1]] - order[other[1]] || one[0].localeCompare(other[0]));
    at("here-count").textContent = state.place ? lines.length : "";
    list.replaceChildren(...lines.slice(0, 200).map(([code, result]) => {
      const item = document.createElement("li");
      const name = document.createElement("span");
      name.className = "line-main number";
      name.textContent = code;
      const side = document.createElement("span");
      side.className = "line-side";
      side.append(tag(result));
      item.append(name, side);
      return item;
    }));
  }

  function scanned(text) {
    const code = codeIn(text);
    if (!code) return;
    if (isClosed) { tell(words.closed, "bad"); return; }
    const isPlace = places.has(code);
    const isBox = isPlace && expected.has(code);
    if (isPlace && !isBox) {
      state.place = state.shelf = code;
      keep();
      tell(words.opened.replace("{place}", code), "good");
    } else if (isBox) {
      if (state.shelf) note(code, state.shelf);
      tell(words.box.replace("{place}", state.shelf || "-"), judge(code, state.shelf) === "found" ? "good" : "warn");
      state.place = code;
      keep();
    } else if (!state.place) {
      tell(words.placeFirst, "bad");
    } else {
      const line = expected.get(code);
      const result = judge(code, state.place);
      const isKnown = lastSeen().get(code) === state.place;
      note(code, state.place);
      const why = line?.away ? words.lent : result === "misplaced" ? words.at.replace("{place}", line.where) : isKnown ? words.again : "";
      tell(`${code} ${words[result]}${why ? `：${why}` : ""}`, result === "found" ? "good" : "warn");
    }
    draw();
    plan(1500);
  }
  function note(code, place) {
    state.scans.push({ key: newKey(), code, place, at: new Date().toISOString(), sent: 0 });
    keep();
  }

  function plan(delay) {
    clearTimeout(timer);
    timer = setTimeout(send, delay);
  }
  async function send() {
    const waiting = state.scans.filter((scan) => !scan.sent).slice(0, 2000);
    if (!navigator.onLine || (!waiting.length && token)) { draw(); return; }
    try {
      if (!token) await load();
      if (!waiting.length) return;
      const answer = await fetch(words.scans, {
        method: "POST",
        headers: { "Content-Type": "application/json", "X-CSRFToken": token },
        body: JSON.stringify({ device: device(), scans: waiting.map(({ key, code, place, at: when }) => ({ key, code, place, at: when })) }),
      });
      if (answer.redirected || answer.status === 403) { token = ""; tell(words.signin, "bad"); return; }
      const told = await answer.json();
      if (answer.status === 409) { isClosed = true; tell(told.error, "bad"); return; }
      if (!answer.ok) { tell(told.error || String(answer.status), "bad"); return; }
      const keys = new Set(waiting.map((scan) => scan.key));
      state.scans.forEach((scan) => { if (keys.has(scan.key)) scan.sent = 1; });
      keep();
      [...told.conflicts, ...told.refused].forEach((one) => {
        const item = document.createElement("li");
        item.textContent = one.sentence;
        at("conflicts").prepend(item);
      });
    } catch (error) { plan(20000); }
    draw();
  }
  function device() {
    const name = localStorage.getItem("kedang.device") || newKey().slice(0, 6);
    localStorage.setItem("kedang.device", name);
    return name;
  }

  async function load() {
    const answer = await fetch(words.expected, { headers: { Accept: "application/json" } });
    if (!answer.ok || answer.redirected) throw new Error("no data");
    take(await answer.json());
  }
  function take(data) {
    token = data.token;
    isClosed = data.state === "closed";
    places = new Set(data.places);
    expected = new Map(data.lines.map(([code, where, result]) => [code, { where, away: result === "on_loan" }]));
    seenThere = new Map(data.lines.filter((line) => line[3]).map((line) => [line[0], line[3]]));
    if (isClosed) tell(words.closed, "bad");
    draw();
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    event.stopPropagation();
    const text = input.value;
    input.value = "";
    scanned(text);
    input.focus();
  });
  at("send").addEventListener("click", () => { token = token || ""; send(); });
  window.addEventListener("online", () => { token = ""; draw(); plan(300); });
  window.addEventListener("offline", draw);
  setInterval(() => plan(0), 20000);
  if ("serviceWorker" in navigator) navigator.serviceWorker.register(words.worker, { scope: words.scope }).catch(() => {});
  draw();
  load().catch(() => tell(words.nothing, "bad")).then(() => plan(500));
})();
