// Calls of the control API, which is at the page's own address.

async function ask(path, options) {
  const answer = await fetch(path, { cache: "no-store", ...options });
  const body = await answer.json().catch(() => null); // what is too large is refused without JSON
  if (!answer.ok) throw new Error(body?.error?.message ?? `The simulator answered ${answer.status}.`);
  return body;
}

/** What changed after `change`: {log, last, more, lines, now, offset, faults, webhooks, held}. */
export const changes = (change) => ask(`timeline?after=${change}`);

export const post = (path, body = {}) =>
  ask(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });

export const mend = () => ask("faults", { method: "DELETE" });
