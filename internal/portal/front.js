// The pages work without this. It asks further questions as answers are given, and uploads large files in resumable parts.
(() => {
  const form = document.querySelector("form[data-request]");
  if (form) {
    let turn = 0;
    form.addEventListener("change", async (e) => {
      if (!e.target.name || !e.target.name.startsWith("f.")) return;
      const mine = ++turn;
      const data = new URLSearchParams();
      for (const [k, v] of new FormData(form)) if (typeof v === "string") data.append(k, v);
      try {
        const res = await fetch(form.action + (form.action.includes("?") ? "&" : "?") + "questions=1", { method: "POST", body: data });
        if (!res.ok || mine !== turn) return;
        const next = new DOMParser().parseFromString(await res.text(), "text/html").getElementById("questions");
        const old = document.getElementById("questions");
        if (!next || next.querySelectorAll("[name=asked]").length === 0 && old.querySelectorAll("[name=asked]").length === 0) return;
        const focus = document.activeElement && document.activeElement.id;
        // What was typed meanwhile stays: only fields that are new or gone change.
        for (const f of [...next.querySelectorAll(".field")]) {
          const name = f.querySelector("[name=asked]").value;
          const there = [...old.querySelectorAll("[name=asked]")].find((x) => x.value === name);
          if (there) f.replaceWith(there.closest(".field"));
        }
        old.replaceWith(next);
        if (focus) document.getElementById(focus)?.focus();
      } catch { /* sending shows the questions, too */ }
    });
    // Articles that may answer it, while the subject and the words are typed.
    let look = 0, timer;
    const typed = () => form.elements.subject.value.trim() + "\n" + form.elements.text.value.trim();
    let asked = typed();
    form.addEventListener("input", (e) => {
      if (e.target.name !== "subject" && e.target.name !== "text") return;
      clearTimeout(timer);
      timer = setTimeout(async () => {
        if (typed() === asked || typed().length < 8) return;
        asked = typed();
        const mine = ++look, data = new URLSearchParams({ subject: form.elements.subject.value, text: form.elements.text.value.slice(0, 4000) });
        for (const x of form.querySelectorAll("[name=seen]")) data.append("seen", x.value);
        try {
          const res = await fetch(form.action + (form.action.includes("?") ? "&" : "?") + "articles=1", { method: "POST", body: data });
          if (!res.ok || mine !== look) return;
          const next = new DOMParser().parseFromString(await res.text(), "text/html").getElementById("offers"), old = document.getElementById("offers");
          if (next && !old.contains(document.activeElement)) old.replaceChildren(...next.childNodes);
        } catch { /* without the network nothing is offered */ }
      }, 700);
    });
    form.addEventListener("submit", (e) => {
      if (form.dataset.sent) return e.preventDefault();
      form.dataset.sent = "1";
      setTimeout(() => delete form.dataset.sent, 8000);
    });
  }

  const up = document.querySelector("form[data-upload]");
  if (!up) return;
  document.querySelectorAll("[data-script]").forEach((x) => { x.hidden = false; });
  const words = JSON.parse(up.dataset.words), put = (text, ...values) => text.replace(/\{(\d)\}/g, (_, n) => values[n - 1]);
  const base = up.dataset.upload, part = 8 << 20, wait = (ms) => new Promise((r) => setTimeout(r, ms));
  const bytes = (n) => n >= 1 << 30 ? (n / (1 << 30)).toFixed(1).replace(".", words.decimal) + " GB" : n >= 1 << 20 ? (n >> 20) + " MB" : (n >> 10) + " kB";
  const say = async (res) => { try { return (await res.json()).detail; } catch { return put(words.refused, res.status); } };
  let list = document.querySelector("#uploads ul");
  if (!list) { list = document.createElement("ul"); list.className = "files"; document.getElementById("uploads").append(list); }

  async function send(file) {
    const li = document.createElement("li"), name = document.createElement("span"), bar = document.createElement("progress"), text = document.createElement("span");
    name.className = "name"; name.textContent = file.name; bar.max = 1; bar.value = 0; bar.setAttribute("aria-label", file.name); text.className = "quiet"; text.setAttribute("role", "status");
    li.append(name, bar, text); list.append(li);
    const fail = (t) => { text.textContent = t; text.style.color = "var(--danger)"; bar.remove(); return false; };
    const began = performance.now();
    let res = await fetch(base + "/files", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ filename: file.name, size: file.size }) });
    if (!res.ok) return fail(await say(res));
    let u = await res.json(), tries = 0;
    const from = u.received;
    while (u.state === "open") {
      bar.value = file.size ? u.received / file.size : 1;
      const speed = (u.received - from) / Math.max(1, performance.now() - began) * 1000;
      const left = speed > 0 ? Math.ceil((file.size - u.received) / speed) : 0;
      const so = put(words.of, bytes(u.received), bytes(file.size));
      text.textContent = left > 90 ? put(words.minutes, so, Math.ceil(left / 60)) : left > 5 ? put(words.seconds, so, left) : so;
      try {
        res = await fetch(base + "/files/" + u.id + "?offset=" + u.received, { method: "PUT", headers: { "Content-Type": "application/octet-stream" }, body: file.slice(u.received, u.received + part) });
        if (res.ok) { u = await res.json(); tries = 0; continue; }
        if (res.status !== 409 && res.status < 500) return fail(await say(res));
      } catch { /* the connection broke: go on from where it stopped */ }
      if (++tries > 60) return fail(words.away);
      text.textContent = words.broke;
      await wait(Math.min(30000, 500 * 2 ** Math.min(tries, 6)));
      try { res = await fetch(base + "/files/" + u.id); if (res.ok) u = await res.json(); } catch { /* still away */ }
    }
    bar.remove();
    text.textContent = put(words.arrived, bytes(file.size));
    if (u.sha256) { const sha = document.createElement("span"), c = document.createElement("code"); sha.className = "sha"; c.textContent = u.sha256; sha.append("SHA-256 ", c); li.append(sha); }
    return true;
  }
  up.addEventListener("submit", async (e) => {
    e.preventDefault();
    const input = up.querySelector("input[type=file]"), button = up.querySelector("button");
    if (!input.files.length) return input.focus();
    const leave = (e) => e.preventDefault();
    button.disabled = true;
    addEventListener("beforeunload", leave);
    for (const f of input.files) await send(f).catch(() => {});
    removeEventListener("beforeunload", leave);
    button.disabled = false;
    input.value = "";
  });
})();
