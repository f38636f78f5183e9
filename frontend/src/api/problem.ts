import { plural, t } from "@lingui/core/macro";
import { say, type Words } from "../language";
import { type ErrorCode, errorTexts, notCarriedOut, refusedSignIn, saidByApi } from "./errorTexts";

export type FieldError = { field: string; message: string };

/** A request that did not succeed. `status` 0 and `error` "unreachable": no answer came at all. */
export class Problem extends Error {
  override name = "Problem";

  constructor(
    readonly status: number,
    readonly error: string,
    detail: string,
    readonly fields: FieldError[] = [],
    readonly requestId: string | null = null,
    readonly retryAfter: number | null = null,
  ) {
    super(detail);
  }

  /** Whether the request may have been carried out, so that only the same one may be sent again. */
  get undecided(): boolean {
    if (notCarriedOut.includes(this.error)) return false;
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }

  /** Whether the session is over. */
  get signedOut(): boolean {
    return this.status === 401 && !refusedSignIn.includes(this.error);
  }
}

/** Whether a request failed with one of these codes. */
export const hasCode = (error: unknown, ...codes: ErrorCode[]): error is Problem =>
  error instanceof Problem && (codes as string[]).includes(error.error);

export const isNotFound = (error: unknown) => error instanceof Problem && error.status === 404;

export const isUndecided = (error: unknown) => error instanceof Problem && error.undecided;

/** What the API has against one field of a form. */
export const fieldError = (error: unknown, field: string): string | undefined =>
  error instanceof Problem ? error.fields.find((each) => each.field === field)?.message : undefined;

export function unreachable(): Problem {
  return new Problem(0, "unreachable", t`The shop cannot be reached.`);
}

/** Reads RFC 9457 problem+json; any other answer (a proxy's HTML page) becomes a plain Problem. */
export async function problemFrom(response: Response): Promise<Problem> {
  const body = await response
    .clone()
    .json()
    .catch(() => ({}));
  return new Problem(
    response.status,
    body.error ?? "unexpected",
    body.detail ?? body.title ?? "",
    Array.isArray(body.errors) ? body.errors : [],
    response.headers.get("X-Request-ID"),
    Number(response.headers.get("Retry-After")) || null,
  );
}

const texts: Record<string, Words | undefined> = errorTexts;

/** What went wrong, in words for the person in front of the screen. */
export function explain(error: unknown): string {
  if (isNotLoaded(error)) return say(errorTexts.page_not_loaded);
  if (!(error instanceof Problem)) return t`Something went wrong on this page.`;
  if (error.signedOut) return t`You are no longer signed in.`;
  if (error.status === 429) return tooMany(error.retryAfter);
  if (saidByApi.includes(error.error)) return error.message;
  if (error.fields.length > 0) return t`Please look at what is marked below.`;
  const text = texts[error.error];
  if (text) return say(text);
  if (error.status >= 500) return t`Something went wrong in the shop. Try again in a moment.`;
  return error.message || t`The shop did not accept this.`;
}

/** The code of a page did not come; each browser has words of its own for it. */
export const isNotLoaded = (error: unknown) =>
  error instanceof TypeError &&
  /dynamically imported module|importing a module script/i.test(error.message);

function tooMany(seconds: number | null): string {
  if (!seconds) return t`Too many tries. Wait a moment, then try again.`;
  const minutes = Math.ceil(seconds / 60);
  return seconds < 90
    ? t`Too many tries. Wait ${plural(seconds, { one: "# second", other: "# seconds" })}, then try again.`
    : t`Too many tries. Wait ${plural(minutes, { one: "# minute", other: "# minutes" })}, then try again.`;
}
