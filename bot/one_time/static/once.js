/* Seals what a shopper passes on, for the one who asked: ECDH (P-256) with the key behind the # sign of the address,
   which no server gets with it; HKDF and AES-GCM. Nothing is sent that is not sealed. */
(() => {
  "use strict";
  const LETTERS = "bcdfghjkmqrstwxz";
  const at = (id) => document.getElementById(id);
  const told = JSON.parse(document.querySelector('meta[name="told"]').content);
  const words = told.words, form = at("form"), path = location.pathname.replace(/\/$/, "");
  const key = bytesOf(location.hash.slice(1));

  /** @param {string} text two letters a byte; null where it is no key @returns {Uint8Array | null} */
  function bytesOf(text) {
    if (text.length !== 128 || [...text].some((c) => !LETTERS.includes(c))) return null;
    const found = new Uint8Array(65);
    found[0] = 4;
    for (let n = 0; n < 64; n++) found[n + 1] = 16 * LETTERS.indexOf(text[2 * n]) + LETTERS.indexOf(text[2 * n + 1]);
    return found;
  }

  const local = (iso) => new Date(iso).toLocaleString(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });

  const say = (text, fault = false) => {
    if (at("said").textContent !== text) at("said").textContent = text;
    at("said").className = fault ? "fault" : "";
  };

  /** Where things stand, as the server tells it. */
  const show = ({ state, at: when }) => {
    const works = key && globalThis.crypto?.subtle;
    form.hidden = state !== "open" || !works;
    at("how").hidden = state !== "open";
    const before = at("when").textContent;
    const now = state === "over" ? "" : words[{ open: "open_until", sealed: "until", read: "read_at" }[state]].replace("{time}", local(when));
    if (before !== now) at("when").textContent = now;
    if (state === "over") say(words.over_why, true);
    else if (state !== "open") say(words[state]);
    else if (!key) say(words.no_key, true);
    else if (!works) say(words.insecure, true);
  };

  /** Sealed for the owner of `key`: a key of this moment, the nonce, the ciphertext.
      @param {Uint8Array} plain @param {Uint8Array} forWhom @returns {Promise<Uint8Array>} */
  const sealed = async (plain, forWhom) => {
    const curve = { name: "ECDH", namedCurve: "P-256" }, subtle = crypto.subtle;
    const theirs = await subtle.importKey("raw", forWhom, curve, false, []);
    const own = await subtle.generateKey(curve, false, ["deriveBits"]);
    const shared = await subtle.deriveBits({ name: "ECDH", public: theirs }, own.privateKey, 256);
    const sender = new Uint8Array(await subtle.exportKey("raw", own.publicKey));
    const base = await subtle.importKey("raw", shared, "HKDF", false, ["deriveKey"]);
    const info = new Uint8Array([...sender, ...forWhom]);
    const aes = await subtle.deriveKey({ name: "HKDF", hash: "SHA-256", salt: new Uint8Array(32), info }, base, { name: "AES-GCM", length: 256 }, false, ["encrypt"]);
    const nonce = crypto.getRandomValues(new Uint8Array(12));
    const ciphertext = new Uint8Array(await subtle.encrypt({ name: "AES-GCM", iv: nonce }, aes, plain));
    const whole = new Uint8Array(sender.length + nonce.length + ciphertext.length);
    whole.set(sender); whole.set(nonce, sender.length); whole.set(ciphertext, sender.length + nonce.length);
    return whole;
  };

  /** Length of the head (4 bytes), the head as JSON, the document's bytes. */
  const plainOf = async (text, file) => {
    const head = new TextEncoder().encode(JSON.stringify({ text, file: file ? { name: file.name, type: file.type } : null }));
    const body = file ? new Uint8Array(await file.arrayBuffer()) : new Uint8Array();
    const whole = new Uint8Array(4 + head.length + body.length);
    new DataView(whole.buffer).setUint32(0, head.length);
    whole.set(head, 4); whole.set(body, 4 + head.length);
    return whole;
  };

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const text = at("text").value.trim(), file = at("file").files[0] ?? null;
    if (!text && !file) { say(words.nothing, true); at("text").focus(); return; }
    if (file && file.size > told.largest) { say(words.too_large, true); at("file").focus(); return; }
    at("send").disabled = true;
    say(words.sending);
    try {
      const body = await sealed(await plainOf(text, file), key);
      const answer = await fetch(path, { method: "POST", body, headers: { "Content-Type": "application/octet-stream" } });
      const found = await answer.json();
      if (answer.ok || answer.status === 409 || answer.status === 410) {
        form.reset();
        show(found);
        watch();
      } else say(found.said ?? words.failed, true);
    } catch { say(words.failed, true); }
    at("send").disabled = false;
  });

  let watching = false;
  /** Until it is read, whoever left the page open sees when. */
  const watch = () => {
    if (watching) return;
    watching = true;
    const look = async () => {
      try {
        const found = await (await fetch(`${path}/state`)).json();
        if (found.state !== "error") show(found);
        if (found.state === "read" || found.state === "over") return;
      } catch { /* the next look tries again */ }
      setTimeout(look, 3000);
    };
    setTimeout(look, 3000);
  };

  show(told);
  if (told.state === "sealed") watch();
})();
