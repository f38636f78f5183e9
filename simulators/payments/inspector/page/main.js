// Asks for what happened each second while the page is looked at, and wires the forms to the control API.

import { changes, mend, post } from "./api.js";
import { Book } from "./book.js";
import { View } from "./view.js";
import { duration, fault, treated } from "./words.js";

const PAUSE = 1000; // ms
const part = (id) => document.getElementById(id);

const book = new Book();
const view = new View(part("payments"), part("count"), (line, button) =>
  act(button, async () => {
    const answers = await post("webhooks/deliver", { event: line.event });
    return `${line.type} was sent again: ${answers.map((answer) => answer.status ?? answer.error).join(", ")}.`;
  }),
);
const seen = { log: "", last: 0, webhooks: {} };

// What happens

let reading = null;
let lost = false;

/** One reading at a time. */
function read() {
  reading ??= readAll().finally(() => {
    reading = null;
  });
  return reading;
}

async function readAll() {
  try {
    let told;
    let isNew = false;
    do {
      told = await changes(seen.last);
      if (told.log !== seen.log) {
        const isFirst = seen.last === 0;
        isNew = true;
        Object.assign(seen, { log: told.log, last: 0 });
        book.clear();
        view.clear();
        if (!isFirst) told = await changes(0);
      }
      seen.last = told.last;
      seen.webhooks = told.webhooks;
      book.add(told.lines);
      isNew ||= told.lines.length > 0;
    } while (told.more);
    if (lost) say("");
    lost = false;
    showState(told);
    if (isNew) draw();
  } catch (error) {
    lost = true;
    say(`The simulator does not answer: ${error.message}`);
  }
}

function draw() {
  view.show(book.payments(), part("search").value.trim());
}

function showState({ now, offset, faults, webhooks, held }) {
  const ahead = Math.abs(offset) >= 1 ? ` (${offset > 0 ? "+" : "−"}${duration(Math.abs(offset))})` : "";
  part("clock").textContent = `Clock: ${new Date(now * 1000).toLocaleString()}${ahead}`;
  const set = faults.filter((each) => each.times !== 0).map(fault);
  part("faults-now").textContent = set.length ? `Set: ${set.join("; ")}.` : "None is set.";
  part("webhooks-now").textContent = `${treated(webhooks)}; ${held} held.`;
}

function say(words) {
  if (part("said").textContent !== words) part("said").textContent = words;
}

function keepReading() {
  if (document.visibilityState === "visible") read();
}

// What the buttons do

/** Runs `action`, says what it returns or why it failed, and takes no second press meanwhile. */
async function act(button, action) {
  if (button.getAttribute("aria-disabled") === "true") return;
  button.setAttribute("aria-disabled", "true"); // not `disabled`, which would take the focus away
  try {
    const words = await action();
    await read();
    say(words);
  } catch (error) {
    say(`That failed: ${error.message}`);
  } finally {
    button.removeAttribute("aria-disabled");
  }
}

const onPress = (id, action) => part(id).addEventListener("click", () => act(part(id), action));

function onSubmit(id, action) {
  part(id).addEventListener("submit", (event) => {
    event.preventDefault();
    act(part(id).querySelector("button"), () => action(part(id).elements));
  });
}

/** Only the fields that this kind of fault has; the others are out of the form's checks too. */
function fitFields() {
  for (const label of part("fault").querySelectorAll("[data-of]")) {
    label.hidden = !label.dataset.of.split(" ").includes(part("fault").elements.what.value);
    label.querySelector("input, select").disabled = label.hidden;
  }
}

onSubmit("fault", async ({ what, when, seconds, status, executed, method, path, times }) => {
  const body = { kind: what.value, method: method.value || null, path: path.value };
  if (times.value) body.times = Number(times.value);
  else body.lasting = true;
  if (!when.disabled) body.when = when.value;
  if (what.value === "delay") body.seconds = Number(seconds.value);
  if (what.value === "error") body.status = Number(status.value);
  if (what.value === "broken") Object.assign(body, { kind: "error", saved: true, executed: executed.checked });
  return `Set: ${fault(await post("faults", body))}.`;
});
onPress("mend", async () => {
  await mend();
  return "Nothing goes wrong any more.";
});
onPress("hold", async () => `${treated(await post("webhooks", { ...seen.webhooks, mode: "hold" }))}.`);
onSubmit("release", async ({ order }) => {
  await post("webhooks", { ...seen.webhooks, mode: "send" });
  const sent = await post("webhooks/release", { order: order.value });
  return `Deliveries continue; ${sent.length} held ones were sent.`;
});
onPress("hurry", async () => {
  await post("webhooks/hurry");
  return "Failed deliveries are tried again now.";
});
onSubmit("move", async ({ amount, unit }) => {
  const seconds = Number(amount.value) * Number(unit.value);
  await post("clock", { advance: seconds });
  return `The clock was moved by ${duration(seconds)}.`;
});
onSubmit("play", async ({ scenario }) => {
  showPlayed([]);
  say("The scenario is being played …");
  const { told } = await post("play", { scenario: scenario.value });
  showPlayed(told);
  return `The scenario was played: ${told.length === 1 ? "1 step" : `${told.length} steps`}.`;
});

/** What each step did. `step 1: ` goes, since the list has numbers. */
function showPlayed(told) {
  const items = told.map((words) => {
    const item = document.createElement("li");
    item.textContent = words.replace(/^step \d+: /, "");
    return item;
  });
  part("played").replaceChildren(...items);
  part("played").hidden = items.length === 0;
}

/** The file's text, to be read and changed before it is played. */
part("play").elements.file.addEventListener("change", async ({ target }) => {
  const [file] = target.files;
  if (!file) return;
  part("play").elements.scenario.value = await file.text();
  say(`${file.name} was read.`);
});
part("fault").elements.what.addEventListener("change", fitFields);
part("search").addEventListener("input", draw);
document.addEventListener("visibilitychange", keepReading);
fitFields();
keepReading();
setInterval(keepReading, PAUSE);
