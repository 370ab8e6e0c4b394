/* Asks for something secret and reads it once. The private key never leaves this browser: it cannot be exported, and
   lies in its IndexedDB until the secret was read. What is sealed, and how, stands in bot/one_time/static/once.js. */
(() => {
  "use strict";
  const panel = document.getElementById("passed-on");
  if (!panel) return;
  const LETTERS = "bcdfghjkmqrstwxz", CURVE = { name: "ECDH", namedCurve: "P-256" };
  const words = JSON.parse(panel.dataset.words), said = document.getElementById("once-said");

  const written = (bytes) => [...bytes.slice(1)].map((b) => LETTERS[b >> 4] + LETTERS[b & 15]).join("");

  /** @param {"readonly" | "readwrite"} how @param {(keys: IDBObjectStore) => IDBRequest} work */
  const kept = (how, work) => new Promise((resolve, reject) => {
    const opening = indexedDB.open("askonce-once", 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore("keys");
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
      const request = work(opening.result.transaction("keys", how).objectStore("keys"));
      request.onsuccess = () => { opening.result.close(); resolve(request.result); };
      request.onerror = () => { opening.result.close(); reject(request.error); };
    };
  });

  const form = document.getElementById("ask-once");
  form?.addEventListener("submit", async (event) => {
    if (form.elements.key.value) return;
    event.preventDefault();
    form.querySelector("button").disabled = true;
    try {
      const pair = await crypto.subtle.generateKey(CURVE, false, ["deriveBits"]);
      const key = written(new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey)));
      const raw = await crypto.subtle.exportKey("raw", pair.publicKey);
      await kept("readwrite", (keys) => keys.put({ own: pair.privateKey, raw }, key));
      form.elements.key.value = key;
      form.submit();
    } catch {
      said.textContent = words.insecure;
      form.querySelector("button").disabled = false;
    }
  });

  /** @param {Uint8Array} sealed @param {{own: CryptoKey, raw: ArrayBuffer}} key */
  const opened = async (sealed, key) => {
    const subtle = crypto.subtle, sender = sealed.slice(0, 65);
    const theirs = await subtle.importKey("raw", sender, CURVE, false, []);
    const shared = await subtle.deriveBits({ name: "ECDH", public: theirs }, key.own, 256);
    const base = await subtle.importKey("raw", shared, "HKDF", false, ["deriveKey"]);
    const info = new Uint8Array([...sender, ...new Uint8Array(key.raw)]);
    const aes = await subtle.deriveKey({ name: "HKDF", hash: "SHA-256", salt: new Uint8Array(32), info }, base, { name: "AES-GCM", length: 256 }, false, ["decrypt"]);
    const plain = new Uint8Array(await subtle.decrypt({ name: "AES-GCM", iv: sealed.slice(65, 77) }, aes, sealed.slice(77)));
    const long = new DataView(plain.buffer).getUint32(0);
    const head = JSON.parse(new TextDecoder().decode(plain.slice(4, 4 + long)));
    return { text: String(head.text ?? ""), file: head.file, body: plain.slice(4 + long) };
  };

  const show = (place, { text, file, body }) => {
    const note = document.createElement("p");
    note.className = "muted";
    note.textContent = words.once;
    place.replaceChildren(note);
    if (text) {
      const pre = document.createElement("pre");
      pre.dir = "auto";
      pre.textContent = text;
      place.append(pre);
    }
    if (file) {
      const link = document.createElement("a");
      /* Saved and never shown here: whatever type it says it has, this page runs nothing of it. */
      link.href = URL.createObjectURL(new Blob([body], { type: "application/octet-stream" }));
      link.download = String(file.name ?? "document").replace(/[^\p{L}\p{N}._ -]/gu, "_").slice(-100) || "document";
      link.textContent = words.document.replace("{name}", link.download);
      place.append(link);
    }
    place.hidden = false;
    place.tabIndex = -1;
    place.focus();
  };

  panel.addEventListener("click", async (event) => {
    const button = event.target.closest(".read-once");
    if (!button) return;
    button.disabled = true;
    const place = button.parentElement.querySelector(".opened");
    let key = null;
    try {
      key = await kept("readonly", (keys) => keys.get(button.dataset.key));
    } catch { /* none is kept here */ }
    if (!key) { said.textContent = words.no_key; button.disabled = false; return; }
    let sealed = null;
    try {
      const answer = await fetch(`/console/one-time/${button.dataset.id}/read`, {
        method: "POST", headers: { "X-Requested-With": "console", "X-CSRF": button.dataset.csrf },
      });
      if (answer.redirected || !answer.ok) {
        said.textContent = answer.status === 410 ? (await answer.json()).said : words.failed;
        button.disabled = answer.status === 410;
        return;
      }
      sealed = new Uint8Array(await answer.arrayBuffer());
    } catch { said.textContent = words.failed; button.disabled = false; return; }
    button.parentElement.querySelector(".since").remove();
    button.remove();
    try {
      show(place, await opened(sealed, key));
      await kept("readwrite", (keys) => keys.delete(button.dataset.key));
    } catch { said.textContent = words.broken; }
  });
})();
