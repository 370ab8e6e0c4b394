/* Two enhancements of the help centre's pages, which work without them: what a search finds is shown while somebody
   types, and the link to the chat of this page appears where the chat can. */

const WAIT = 300, SLOW = 700;  // milliseconds after the last letter; and after which a search says that it runs

const box = document.getElementById("q");
const found = () => document.getElementById("found");

if (box && found()) {
  const form = box.form, before = found().cloneNode(true), title = document.title;
  let timer, asking;

  const show = (next) => { found().replaceWith(next); };

  const search = async () => {
    asking?.abort();
    const words = box.value.trim();
    if (!words) {
      document.title = title;
      show(before.cloneNode(true));
      return;
    }
    asking = new AbortController();
    const slow = setTimeout(() => {
      const told = document.createElement("p");
      told.setAttribute("role", "status");
      told.textContent = form.dataset.searching;
      found().prepend(told);
    }, SLOW);
    try {
      const answer = await fetch(`${form.action}?q=${encodeURIComponent(words)}`, { signal: asking.signal });
      if (!answer.ok) return;  // the form's own button says why
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const next = page.getElementById("found");
      if (!next || box.value.trim() !== words) return;
      /* A live region is read out where it changes, not where it comes: it comes empty and gets its words after. */
      const status = next.querySelector("[role=status]"), said = status?.textContent ?? "";
      if (status) status.textContent = "";
      show(document.adoptNode(next));
      document.title = page.title;
      if (status) requestAnimationFrame(() => { status.textContent = said; });
    } catch { /* another letter came, or the network is away: the form's button still works */
    } finally {
      clearTimeout(slow);
    }
  };

  box.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(search, WAIT);
  });
}

const chat = document.querySelector("a.chat[hidden]");
const reveal = () => {
  chat.hidden = false;
  chat.addEventListener("click", (event) => {
    event.preventDefault();
    globalThis.Askonce.open(new URL(chat.href).searchParams.get("askonce_about"));
  });
};
if (chat) {
  if (globalThis.Askonce) reveal(); else addEventListener("askonce:ready", reveal, { once: true });
}
