// How a line reads: {kind, text, mark, tone, more}. `mark` is what came of it, `tone` its colour: good, bad, odd.

export function money(amount, currency) {
  if (!/^[a-z]{3}$/i.test(currency)) return `${amount} ${currency}`; // a test may have altered it
  const format = new Intl.NumberFormat(undefined, { style: "currency", currency });
  return format.format(amount / 10 ** format.resolvedOptions().maximumFractionDigits);
}

export function words(line) {
  return { mark: "", tone: "", more: [], ...WORDS[line.kind](line) };
}

const WORDS = {
  request: (line) => ({ kind: "Request", text: `${line.method} ${line.path}`, ...outcome(line), more: about(line) }),
  object: (line) => ({ kind: "Object", text: `${named(line.object)} ${short(line.about)}`, mark: state(line) }),
  event: (line) => ({ kind: "Event", text: line.type, more: [line.event] }),
  delivery: (line) => ({ kind: "Delivery", text: line.type, ...delivered(line), more: [line.event, line.endpoint].filter(Boolean) }),
  buyer: (line) => ({ kind: "Buyer", text: `${named(line.step)} on the payment page` }),
  control: (line) => ({ kind: "Control", text: line.path.split("/").map(short).join("/") }),
  fault: (line) => ({ kind: "Fault", text: fault(line.fault), mark: "set", tone: "odd" }),
  mended: () => ({ kind: "Fault", text: "All faults", mark: "mended", tone: "good" }),
  clock: (line) => ({ kind: "Clock", text: `moved by ${duration(line.moved)}` }),
  webhooks: (line) => ({ kind: "Webhooks", text: treated(line) }),
};

export const named = (name) => name.replace("checkout.", "").replaceAll("_", " ");

function outcome(line) {
  if (!line.done) return { mark: line.fault ? `no answer yet: ${line.fault}` : "no answer yet", tone: "odd" };
  if (line.status === null) return { mark: `no answer: ${line.fault ?? "hung up"}`, tone: "bad" };
  const why = [line.error, line.fault && `fault: ${line.fault}`].filter(Boolean).join(", ");
  return { mark: why ? `${line.status} ${why}` : `${line.status}`, tone: line.status < 400 ? "good" : "bad" };
}

function about(line) {
  const key = line.key && `key ${line.key}${line.replayed ? ", answered from the saved answer" : ""}`;
  return [line.reference && `order ${line.reference}`, key].filter(Boolean);
}

export function state(line) {
  const sum = line.currency && line.amount !== undefined ? money(line.amount, line.currency) : "";
  const back = line.amount_refunded ? `${money(line.amount_refunded, line.currency)} refunded` : "";
  return [line.status, line.payment_status, sum, back, line.reason].filter(Boolean).join(", ");
}

function delivered(line) {
  if (!line.attempt && line.state === "held") return { mark: "held", tone: "odd" };
  if (!line.attempt && line.state === "lost") return { mark: "lost, to order", tone: "bad" };
  const taken = line.status >= 200 && line.status < 300;
  const answer = line.status ?? `no answer (${line.error ?? "none"})`;
  const way = line.state === "out of turn" ? "sent out of turn" : `try ${line.attempt}`;
  const next = line.again ? `, again at ${time(line.again)}` : line.state === "given up" ? ", given up" : "";
  const forged = line.forged ? `, forged: ${line.forged}` : "";
  return { mark: `${answer}, ${way}${forged}${next}`, tone: taken ? "good" : "bad" };
}

export function fault({ kind, times, skip, method, path, when, seconds, status, saved, executed }) {
  const what = {
    delay: `late by ${seconds} s, ${when} the work`,
    hang: `no answer, ${when} the work`,
    drop: `hangs up ${when} the work`,
    error: `${status}${saved ? ", saved under the key" : ""}${executed ? ", executed" : ""}`,
  }[kind];
  const many = times === null ? "until it is mended" : times === 1 ? "one call" : `${times} calls`;
  return `${what}: ${method ?? "any"} ${path}, ${many}${skip ? `, after ${skip} others` : ""}`;
}

export function treated({ mode = "send", types, copies = 1, skew, forge, thin }) {
  const how = { send: "sent", hold: "held", lose: "lost" }[mode];
  const rest = [copies !== 1 && `${copies} times each`, skew && `signed ${skew} s off`, forge && `forged: ${forge}`];
  const which = types ? `of the types ${types.join(", ")} ` : "";
  return [`Webhooks ${which}are ${how}`, ...rest, thin && "thin"].filter(Boolean).join(", ");
}

export function duration(seconds) {
  for (const [size, unit] of [[86400, "d"], [3600, "h"], [60, "min"]]) {
    if (Math.abs(seconds) >= size) return `${+(seconds / size).toFixed(2)} ${unit}`;
  }
  return `${+seconds.toFixed(1)} s`;
}

/** To the millisecond, as `18:05:09.042`, in the browser's time zone. */
export function time(seconds) {
  const parts = { hour: "2-digit", minute: "2-digit", second: "2-digit", fractionalSecondDigits: 3 };
  return new Date(seconds * 1000).toLocaleTimeString("en-GB", parts);
}

/** Ids of sessions have 60 characters; the ends tell them apart. */
function short(id) {
  return id.length > 30 ? `${id.slice(0, 12)}…${id.slice(-6)}` : id;
}
