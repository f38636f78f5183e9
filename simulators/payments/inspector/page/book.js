// What the page knows: the simulator's lines, in the order in which they happened, by payment.

const MOST = 5000; // lines, as many as the simulator keeps
const SHARED = ["fault", "mended", "clock", "webhooks"]; // they concern every payment that is under way

export class Book {
  #lines = new Map(); // by number

  clear() {
    this.#lines.clear();
  }

  add(lines) {
    for (const line of lines) this.#lines.set(line.number, line);
    if (this.#lines.size <= MOST) return;
    const numbers = [...this.#lines.keys()].sort((a, b) => a - b);
    for (const number of numbers.slice(0, numbers.length - MOST)) this.#lines.delete(number);
  }

  /**
   * [{id, lines, objects}], that which something happened to last first; `id` is null for what belongs to no payment.
   * The lines are in order of time; what concerns all payments is among those of each that was under way.
   */
  payments() {
    const all = [...this.#lines.values()].sort((a, b) => a.number - b.number);
    const byId = new Map();
    for (const line of all) {
      if (!byId.has(line.payment)) byId.set(line.payment, []);
      byId.get(line.payment).push(line);
    }
    const shared = all.filter((line) => SHARED.includes(line.kind));
    const payments = [...byId].map(([id, own]) => ({ id, lines: id ? woven(own, shared) : own, last: own.at(-1).number }));
    for (const payment of payments) payment.objects = objects(payment.lines);
    return payments.sort((a, b) => (b.id !== null) - (a.id !== null) || b.last - a.last);
  }
}

function woven(own, shared) {
  const [first, last] = [own[0].number, own.at(-1).number];
  const between = shared.filter((line) => line.number > first && line.number < last);
  return [...own, ...between].sort((a, b) => a.number - b.number);
}

/** The objects of a payment as they are now, the first one that was made first. */
function objects(lines) {
  const byId = new Map();
  for (const line of lines) if (line.kind === "object") byId.set(line.about, line);
  return [...byId.values()];
}

/** Whether any id, key or order number of the payment has this in it. */
export function isAbout(payment, text) {
  const wanted = text.trim().toLowerCase();
  const told = (line) => [line.payment, line.about, line.reference, line.event, line.key, line.request];
  return payment.lines.some((line) => told(line).some((each) => each?.toLowerCase().includes(wanted)));
}
