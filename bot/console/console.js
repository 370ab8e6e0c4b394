/* The console's first page: tickets with exactly what was passed, conversations, and beside each turn why. Everything that
   people wrote is set as text, never as HTML. The token is kept for this tab alone. */
(() => {
  "use strict";
  const at = (id) => document.getElementById(id);
  const make = (tag, text, ...children) => {
    const element = document.createElement(tag);
    if (text != null) element.textContent = text;
    element.append(...children);
    return element;
  };
  let token = sessionStorage.getItem("askonce:token") || "";

  const get = async (path) => {
    const answer = await fetch(path, { headers: { Authorization: `Bearer ${token}` } });
    if (answer.status === 401) throw new Error("This token is not the administrator's.");
    if (!answer.ok) throw new Error(`The bot answered with status ${answer.status}; try again shortly.`);
    return answer.json();
  };

  const post = async (path) => {
    const answer = await fetch(path, { method: "POST", headers: { Authorization: `Bearer ${token}` } });
    if (!answer.ok) throw new Error((await answer.json()).detail ?? `The bot answered with status ${answer.status}.`);
  };

  const table = (heads, rows) => {
    const body = make("tbody", null, ...rows.map((cells) => make("tr", null, ...cells.map((c) =>
      make("td", null, c instanceof Node ? c : document.createTextNode(c ?? ""))))));
    return make("table", null, make("thead", null, make("tr", null, ...heads.map((h) => make("th", h)))), body);
  };

  const link = (words, go) => {
    const button = make("button", words);
    button.type = "button";
    button.className = "link";
    button.addEventListener("click", go);
    return button;
  };

  const when = (iso) => new Date(iso).toLocaleString();

  const show = async (id) => {
    const found = await get(`/api/conversations/${encodeURIComponent(id)}`);
    at("o").textContent = `Conversation ${id}`;
    at("verdict").textContent = found.violations.length
      ? `The referee: ${found.violations.map((v) => `${v.rule} at turn ${v.seq} (${v.reason})`).join("; ")}`
      : "The referee: no violation of the strict rules.";
    at("turns").replaceChildren(...found.turns.map((turn) => {
      const words = make("p", turn.text);
      words.className = "words";
      words.dir = "auto";
      const intents = (turn.understood?.intents ?? []).map((i) => `${i.name} ${i.confidence}`).join(", ");
      const why = turn.who === "shopper" ? `Understood by ${turn.understood?.by}: ${intents || "nothing"} — ${turn.milliseconds} ms`
        : `${turn.act} — ${turn.rule}`;
      const reason = make("p", why);
      reason.className = "why";
      return make("li", null, make("div", null, make("strong", turn.who), words), reason);
    }));
    at("one").hidden = false;
    at("o").focus();
  };

  /* What a ticket's delivery has come to; a refused one can be sent again once its cause is mended. */
  const delivery = (ticket) => {
    const said = ticket.attempts.at(-1)?.detail ?? "";
    if (ticket.delivery === "filed") return `filed as ${ticket.external_id}`;
    if (ticket.delivery !== "refused") return `${ticket.attempts.length ? `tried ${ticket.attempts.length} times, ${said}` : "on its way"}`;
    const again = link("Deliver again", async () => {
      try {
        await post(`/api/tickets/${encodeURIComponent(ticket.reference)}/deliver`);
        await new Promise((resolve) => setTimeout(resolve, 1500));
        await load();
        at("told").textContent = `${ticket.reference} was sent again; its delivery is shown in the table.`;
      } catch (error) {
        at("told").textContent = error.message;
      }
    });
    again.setAttribute("aria-label", `Deliver ${ticket.reference} again`);
    return make("span", `refused: ${said} `, again);
  };

  const load = async () => {
    const [tickets, conversations] = await Promise.all([get("/api/tickets"), get("/api/conversations")]);
    at("tickets").replaceChildren(tickets.items.length ? table(
      ["Reference", "Status", "Name", "Email", "Reason", "Delivery"],
      tickets.items.map((t) => [link(t.reference, () => show(t.conversation)), t.status, t.fields.name, t.fields.email,
        t.fields.reason, delivery(t)])) : make("p", "No tickets yet."));
    at("conversations").replaceChildren(conversations.items.length ? table(
      ["Last turn", "Turns", "Channel", ""],
      conversations.items.map((c) => [when(c.updated_at), String(c.turns), c.channel, link("Read", () => show(c.id))]))
      : make("p", "No conversations yet."));
  };

  const enter = async () => {
    try {
      await load();
      sessionStorage.setItem("askonce:token", token);
      at("enter").hidden = true;
      at("desk").hidden = at("leave").hidden = false;
      at("wrong").textContent = "";
    } catch (error) {
      at("wrong").textContent = error.message;
    }
  };

  at("enter").addEventListener("submit", (event) => {
    event.preventDefault();
    token = at("token").value.trim();
    enter();
  });
  at("leave").addEventListener("click", () => { sessionStorage.removeItem("askonce:token"); location.reload(); });
  if (token) enter();
})();
