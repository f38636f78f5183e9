// Draws the payments. What has not changed stays in place, so that focus, selection and open parts do too.

import { isAbout } from "./book.js";
import { money, named, state, time, words } from "./words.js";

const MOST_SHOWN = 100;
const OPEN_AT_FIRST = 3;

function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

export class View {
  #cards = new Map(); // by the payment's id

  constructor(list, count, resend) {
    this.list = list;
    this.count = count;
    this.resend = resend;
  }

  clear() {
    this.#cards.clear();
    this.list.replaceChildren();
  }

  show(payments, wanted) {
    const found = wanted ? payments.filter((each) => isAbout(each, wanted)) : payments;
    const shown = found.slice(0, MOST_SHOWN);
    const parts = shown.map((payment, position) => this.#card(payment, position).part);
    const kept = new Set(parts);
    for (const [id, { part }] of this.#cards) {
      if (kept.has(part)) continue;
      part.remove();
      this.#cards.delete(id);
    }
    arrange(this.list, parts);
    this.count.textContent = counted(found, shown, wanted);
  }

  #card(payment, position) {
    let card = this.#cards.get(payment.id);
    if (!card) {
      card = new Card(this.resend, position < OPEN_AT_FIRST);
      this.#cards.set(payment.id, card);
    }
    card.show(payment);
    return card;
  }
}

class Card {
  #rows = new Map(); // by the number of the line
  #payment = null;

  constructor(resend, open) {
    this.resend = resend;
    this.title = element("h3");
    this.hint = element("span");
    this.objects = element("ul", { class: "objects", "aria-label": "Objects as they are now" });
    this.lines = element("ol", { class: "timeline", "aria-label": "Timeline" });
    const summary = element("summary", {}, this.title, " ", this.hint);
    this.part = element("details", {}, summary, this.objects, this.lines);
    this.part.open = open;
    this.part.addEventListener("toggle", () => this.#fill());
  }

  show(payment) {
    this.#payment = payment;
    const [title, hint] = headline(payment);
    this.title.textContent = title;
    this.hint.textContent = hint;
    this.#fill();
  }

  /** Only what is open is drawn: there may be thousands of lines. */
  #fill() {
    if (!this.part.open) return;
    const { lines, objects } = this.#payment;
    this.objects.hidden = objects.length === 0;
    const items = objects.map((each) => element("li", {}, `${named(each.object)} ${each.about}: ${state(each)}`));
    if (items.map((each) => each.textContent).join() !== [...this.objects.children].map((each) => each.textContent).join()) {
      this.objects.replaceChildren(...items);
    }
    const kept = new Map();
    for (const line of lines) {
      const row = this.#rows.get(line.number);
      kept.set(line.number, row?.line === line ? row : { line, part: this.#row(line) });
    }
    this.#rows = kept;
    arrange(this.lines, [...kept.values()].map((row) => row.part));
  }

  #row(line) {
    const { kind, text, mark, tone, more } = words(line);
    const what = element("span", { class: "what" }, text, " ", element("span", { class: tone }, mark));
    if (more.length) what.append(element("small", {}, more.join(" · ")));
    const at = element("time", { datetime: new Date(line.at * 1000).toISOString() }, time(line.at));
    const row = element("li", {}, at);
    row.append(element("span", { class: "kind" }, kind), what);
    if (line.kind === "event") row.append(this.#again(line));
    return row;
  }

  #again(line) {
    const button = element("button", { type: "button" }, "Send again");
    button.append(element("span", { class: "hidden" }, ` ${line.type} ${line.event}`));
    button.addEventListener("click", () => this.resend(line, button));
    return button;
  }
}

function headline({ id, lines, objects }) {
  if (id === null) {
    const many = lines.length === 1 ? "1 line that belongs" : `${lines.length} lines that belong`;
    return ["Everything else", `${many} to no payment`];
  }
  const main = objects.find((each) => each.about === id);
  const order = main?.reference ? `Order ${main.reference}` : id;
  const sum = main?.currency && main.amount !== undefined ? ` · ${money(main.amount, main.currency)}` : "";
  const now = [main?.status, main?.payment_status].filter(Boolean).join(", ");
  return [order + sum, [now, main?.reference ? id : ""].filter(Boolean).join(" · ")];
}

function counted(found, shown, wanted) {
  const payments = found.filter((each) => each.id !== null).length;
  if (found.length === 0) return wanted ? "Nothing has this in it." : "Nothing has happened yet.";
  const told = payments === 1 ? "1 payment" : `${payments} payments`;
  return shown.length < found.length ? `${told}; the newest ${shown.length} are shown.` : `${told}.`;
}

/** Has `parent` hold these children in this order, moving only what is elsewhere. */
function arrange(parent, children) {
  const wanted = new Set(children);
  for (const child of [...parent.children]) if (!wanted.has(child)) child.remove();
  children.forEach((child, position) => {
    if (parent.children[position] !== child) parent.insertBefore(child, parent.children[position] ?? null);
  });
}
