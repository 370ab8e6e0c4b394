/* Small helps on pages that work without them: times in the reader's zone, moving with the keyboard, running chats. */
(() => {
  "use strict";
  const csrf = document.querySelector('meta[name="csrf"]')?.content ?? "";
  const words = JSON.parse(document.querySelector('meta[name="words"]')?.content ?? "{}");
  /* The reader's own country where it goes with the page's language, else the page's language. */
  const spoken = document.documentElement.lang;
  const locale = navigator.languages?.find((tag) => tag.split("-")[0] === spoken) ?? spoken;
  const at = (id) => document.getElementById(id);

  const localTimes = (root) => {
    for (const time of root.querySelectorAll("time[data-time]")) {
      const moment = new Date(time.dateTime);
      if (Number.isNaN(moment.getTime())) continue;
      time.title = `${time.dateTime} (UTC)`;
      time.textContent = moment.toLocaleString(locale, { dateStyle: "medium", timeStyle: "short" });
    }
  };
  localTimes(document);

  /* j and k move, Enter opens, / searches; never while somebody types. */
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select, [contenteditable]")) return;
    if (event.key === "/" && document.querySelector('input[name="q"]')) {
      event.preventDefault();
      document.querySelector('input[name="q"]').focus();
      return;
    }
    if (event.key !== "j" && event.key !== "k") return;
    const turnTo = document.querySelector(event.key === "j" ? 'nav a[rel="next"]' : 'nav a[rel="prev"]');
    if (turnTo) { turnTo.click(); return; }
    const links = [...document.querySelectorAll("table.list a.open")];
    if (!links.length) return;
    const here = links.indexOf(document.activeElement);
    const next = event.key === "j" ? Math.min(here + 1, links.length - 1) : Math.max(here - 1, 0);
    links[next].focus();
    links[next].scrollIntoView({ block: "nearest" });
  });

  /* Filters that are not set stay out of the address. */
  at("filters")?.addEventListener("submit", (event) => {
    for (const field of event.target.elements) if (!field.value) field.disabled = true;
    setTimeout(() => { for (const field of event.target.elements) field.disabled = false; }, 0);
  });

  const headers = { "X-Requested-With": "console" };
  const ask = async (path) => {
    const answer = await fetch(path, { headers });
    if (answer.redirected || answer.status === 401) throw new Error("signed out");
    if (!answer.ok) throw new Error(String(answer.status));
    return answer;
  };

  const live = at("live");
  if (live) {
    const renew = async () => {
      try {
        const html = await (await ask("/console/live")).text();
        if (!live.contains(document.activeElement)) { live.innerHTML = html; localTimes(live); }
      } catch { /* the next try is two seconds away */ }
      setTimeout(renew, 2000);
    };
    setTimeout(renew, 2000);
  }

  const turns = at("turns");
  if (turns) {
    const path = `/console/conversations/${turns.dataset.id}`;
    /* Somebody who has joined is told when they are not in the chat any more; what they were writing stays. */
    const ended = (over) => {
      at("ended").hidden = !over;
      at("say").querySelector("button.main").disabled = over;
    };
    const renew = async () => {
      try {
        const found = await (await ask(`${path}/turns?after=${turns.dataset.seq}`)).json();
        if (found.seq > Number(turns.dataset.seq)) {
          turns.dataset.seq = found.seq;
          turns.insertAdjacentHTML("beforeend", found.html);
          localTimes(turns);
        }
        if (at("say") && found.here === !at("ended").hidden) ended(!found.here);
        const marks = [...turns.querySelectorAll(".seen")];
        const last = marks.findLast((mark) => Number(mark.dataset.seq) <= found.read);
        for (const mark of marks) mark.hidden = mark !== last;
        const typing = found.typing ? words.typing : "";
        if (at("typing").textContent !== typing) at("typing").textContent = typing;
      } catch { /* try again */ }
      setTimeout(renew, at("say") ? 700 : 2000);
    };
    setTimeout(renew, 700);
    const say = at("say");
    if (say) {
      const text = say.elements.text;
      /* Being there is a lease: this page renews it for as long as it is open. */
      const beat = async () => {
        try {
          const answer = await fetch(`${path}/present`, { method: "POST", headers: { ...headers, "X-CSRF": csrf } });
          if (answer.ok && !answer.redirected) ended(!(await answer.json()).present);
        } catch { /* the next beat tries again */ }
        setTimeout(beat, 1000 * Number(say.dataset.beat));
      };
      setTimeout(beat, 1000 * Number(say.dataset.beat));
      at("ended").querySelector("form").addEventListener("submit", async (event) => {
        event.preventDefault();
        try {
          const answer = await fetch(event.target.action, { method: "POST", headers, body: new URLSearchParams({ csrf }) });
          if (answer.ok && !answer.redirected) ended(false);
        } catch { at("said").textContent = words.failed; }
      });
      let told = 0, id = crypto.randomUUID?.() ?? String(Math.random());
      text.addEventListener("input", () => {
        if (Date.now() - told < 2000) return;
        told = Date.now();
        fetch(`${path}/typing`, { method: "POST", headers: { ...headers, "X-CSRF": csrf } }).catch(() => {});
      });
      text.addEventListener("keydown", (event) => { if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); say.requestSubmit(); } });
      say.addEventListener("submit", async (event) => {
        event.preventDefault();
        if (!text.value.trim()) return;
        const body = new URLSearchParams({ csrf, id, text: text.value });
        try {
          const answer = await fetch(say.action, { method: "POST", headers, body });
          if (!answer.ok) throw new Error();
          text.value = "";
          id = crypto.randomUUID?.() ?? String(Math.random());
          text.focus();
        } catch { at("said").textContent = words.unsent; }
      });
    }
  }
})();
