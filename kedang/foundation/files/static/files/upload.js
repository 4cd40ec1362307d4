// Files are dropped or chosen, several times over, also whole folders; the form is sent with a bar that moves. Works without: a plain input.
(() => {
  const SHOWN = 200;
  const size = (bytes) => (bytes < 1024 ? `${bytes} B` : bytes < 1048576 ? `${(bytes / 1024).toFixed(0)} KB` : bytes < 1073741824 ? `${(bytes / 1048576).toFixed(1)} MB` : `${(bytes / 1073741824).toFixed(2)} GB`);
  const walk = async (entry, way, found) => {
    if (entry.isFile) found.push({ file: await new Promise((good, bad) => entry.file(good, bad)), path: way ? `${way}/${entry.name}` : "" });
    else {
      const reader = entry.createReader();
      for (let part = [null]; part.length;) {
        part = await new Promise((good, bad) => reader.readEntries(good, bad));
        for (const one of part) await walk(one, way ? `${way}/${entry.name}` : entry.name, found);
      }
    }
  };
  const begin = (box) => {
    if (box.classList.contains("is-ready")) return;
    box.classList.add("is-ready");
    const at = (name) => box.querySelector(`[data-upload-${name}]`);
    const form = box.closest("form"), input = box.querySelector(".upload-zone input"), single = "single" in box.dataset;
    const list = at("list"), sum = at("sum"), bar = at("progress"), words = at("words"), error = at("error");
    let chosen = [], sending = null;
    const tell = (sentence) => { error.hidden = !sentence; error.querySelector("span").textContent = sentence; };
    const draw = () => {
      list.hidden = sum.hidden = !chosen.length;
      list.replaceChildren(...chosen.slice(0, SHOWN).map((one, number) => {
        const line = document.createElement("li"), name = document.createElement("span"), many = document.createElement("span"), away = document.createElement("button");
        name.className = "upload-name";
        const way = one.path.slice(0, one.path.lastIndexOf("/") + 1);
        if (way) { const told = document.createElement("span"); told.className = "upload-path"; told.textContent = way; name.append(told); }
        name.append(one.file.name);
        many.className = "upload-size";
        many.textContent = size(one.file.size);
        away.type = "button"; away.className = "btn btn-quiet btn-small"; away.textContent = box.dataset.remove;
        away.setAttribute("aria-label", `${box.dataset.remove} ${one.file.name}`);
        away.addEventListener("click", () => { chosen.splice(number, 1); draw(); });
        line.append(name, many, away);
        return line;
      }));
      sum.textContent = box.dataset.size.replace("%n", chosen.length).replace("%s", size(chosen.reduce((all, one) => all + one.file.size, 0)));
    };
    const take = (found) => { if (!found.length) return; chosen = single ? found.slice(-1) : chosen.concat(found); tell(""); draw(); };
    const plain = (files) => [...files].map((file) => ({ file, path: file.webkitRelativePath || "" }));
    input.addEventListener("change", () => { take(plain(input.files)); input.value = ""; });
    const more = at("more");
    if (more) {
      const folder = at("folder-input");
      more.hidden = !("webkitdirectory" in folder);
      at("folder").addEventListener("click", () => folder.click());
      folder.addEventListener("change", () => { take(plain(folder.files)); folder.value = ""; });
    }
    ["dragenter", "dragover"].forEach((kind) => box.addEventListener(kind, (event) => { event.preventDefault(); box.classList.add("is-over"); }));
    ["dragleave", "drop"].forEach((kind) => box.addEventListener(kind, (event) => { event.preventDefault(); box.classList.remove("is-over"); }));
    box.addEventListener("drop", async (event) => {
      const entries = [...event.dataTransfer.items].map((item) => (item.webkitGetAsEntry ? item.webkitGetAsEntry() : null)).filter(Boolean);
      if (!entries.length) { take(plain(event.dataTransfer.files)); return; }
      const found = [];
      for (const entry of entries) await walk(entry, "", found);
      take(found);
    });
    const ended = (sentence) => { sending = null; bar.hidden = true; form.classList.remove("is-sending"); form.querySelectorAll("button:not([type=button])").forEach((one) => { one.disabled = false; }); if (sentence) tell(sentence); };
    const show = (html) => {
      const read = new DOMParser().parseFromString(html, "text/html").getElementById("main"), main = document.getElementById("main");
      if (!read) { ended(box.dataset.failed); return; }
      main.replaceWith(read);
      if (window.htmx) window.htmx.process(read);
      read.querySelectorAll("[data-upload-box]").forEach(begin);
      window.scrollTo(0, 0);
    };
    form.addEventListener("submit", (event) => {
      if (sending) { event.preventDefault(); return; }
      if (!chosen.length) return;
      event.preventDefault();
      const data = new FormData(form, event.submitter);
      data.delete(box.dataset.name);
      data.delete("paths");
      chosen.forEach((one) => { data.append(box.dataset.name, one.file, one.file.name); data.append("paths", one.path); });
      sending = new XMLHttpRequest();
      sending.open("POST", event.submitter?.getAttribute("formaction") || form.getAttribute("action") || location.href);
      sending.setRequestHeader("X-Kedang-Upload", "1");
      sending.upload.addEventListener("progress", (step) => {
        const percent = Math.floor((100 * step.loaded) / step.total);
        bar.querySelector("progress").value = percent;
        words.textContent = percent < 100 ? box.dataset.sending.replace("%p", percent) : box.dataset.keeping;
      });
      sending.addEventListener("load", () => {
        const leads = sending.getResponseHeader("HX-Redirect");
        if (leads) location.assign(leads);
        else if (sending.status === 413) ended(box.dataset.tooLarge);
        else show(sending.responseText);
      });
      sending.addEventListener("error", () => ended(box.dataset.failed));
      sending.addEventListener("abort", () => ended(""));
      tell("");
      bar.hidden = false;
      words.textContent = box.dataset.sending.replace("%p", 0);
      form.classList.add("is-sending");
      form.querySelectorAll("button:not([type=button])").forEach((one) => { one.disabled = true; });
      sending.send(data);
    });
    at("stop").addEventListener("click", () => sending?.abort());
  };
  document.querySelectorAll("[data-upload-box]").forEach(begin);
  document.addEventListener("htmx:load", (event) => event.detail.elt.querySelectorAll?.("[data-upload-box]").forEach(begin));
})();
