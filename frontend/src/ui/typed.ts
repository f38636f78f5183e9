import type { User } from "../api/types";

/** What a user typed and did not send, when their session ended: they find it again once they are back. */
type Typed = { user: number; path: string; forms: Record<string, Fields> };
type Fields = Record<string, string | boolean>;
type Input = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;

const SLOT = "kiosk.typed";

/** Keeps what is in the forms of this page and was changed, but for passwords. */
export function keepTyped(user: User): void {
  const changed = [...document.forms].map((form) => [nameOf(form), changesOf(form)] as const);
  const forms = Object.fromEntries(changed.filter(([, fields]) => Object.keys(fields).length > 0));
  store({ user: user.id, path: location.pathname, forms });
}

/** Gives a form back what this user had typed into it. */
export function giveBack(form: HTMLFormElement, user: number): void {
  const typed = kept();
  const fields = typed?.forms[nameOf(form)];
  if (!typed || !fields || typed.user !== user || typed.path !== location.pathname) return;
  const { [nameOf(form)]: _, ...forms } = typed.forms;
  store({ ...typed, forms });
  const details = form.closest("details");
  if (details) details.open = true;
  for (const input of inputsOf(form)) fill(input, fields[input.name]);
}

const inputsOf = (form: HTMLFormElement) =>
  [...form.querySelectorAll<Input>("input, textarea, select")].filter((input) => input.name);

/** The same form of the same page has the same fields. */
const nameOf = (form: HTMLFormElement) =>
  inputsOf(form)
    .map((input) => input.name)
    .join(" ");

function changesOf(form: HTMLFormElement): Fields {
  const fields: Fields = {};
  for (const input of inputsOf(form)) {
    if (input instanceof HTMLSelectElement) fields[input.name] = input.value;
    else if (isSecret(input)) continue;
    else if (isBox(input)) {
      if (input.checked !== input.defaultChecked) fields[input.name] = input.checked;
    } else if (input.value !== input.defaultValue) fields[input.name] = input.value;
  }
  return fields;
}

/** As the user would, so that React hears of it too. */
function fill(input: Input, value: string | boolean | undefined): void {
  if (value === undefined) return;
  if (typeof value === "boolean") {
    if (isBox(input) && input.checked !== value) input.click();
    return;
  }
  Object.getOwnPropertyDescriptor(Object.getPrototypeOf(input), "value")?.set?.call(input, value);
  input.dispatchEvent(
    new Event(input instanceof HTMLSelectElement ? "change" : "input", { bubbles: true }),
  );
}

const isBox = (input: Input): input is HTMLInputElement =>
  input.type === "checkbox" || input.type === "radio";

/** Also a password that is shown as text, and a code. */
const isSecret = ({ type, autocomplete }: HTMLInputElement | HTMLTextAreaElement) =>
  type === "password" || type === "hidden" || /password|one-time-code/.test(autocomplete);

function kept(): Typed | null {
  try {
    return JSON.parse(sessionStorage.getItem(SLOT) ?? "null");
  } catch {
    return null;
  }
}

function store(typed: Typed): void {
  try {
    if (Object.keys(typed.forms).length > 0) sessionStorage.setItem(SLOT, JSON.stringify(typed));
    else sessionStorage.removeItem(SLOT);
  } catch {
    // It is not kept then.
  }
}
