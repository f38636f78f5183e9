export type FieldError = { field: string; message: string };

const refusals = [
  "invalid_credentials",
  "second_factor_required",
  "invalid_code",
  "invalid_passkey",
];

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
    if (this.error === "payments_unavailable") return false;
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }

  /** Whether the session is over; not where a sign-in was refused, before there was one. */
  get signedOut(): boolean {
    return this.status === 401 && !refusals.includes(this.error);
  }

  about(field: string): string | undefined {
    return this.fields.find((entry) => entry.field === field)?.message;
  }
}

export function unreachable(): Problem {
  return new Problem(0, "unreachable", "The shop cannot be reached.");
}

/** Reads RFC 9457 problem+json; whatever else answers (a proxy's HTML page) becomes a plain Problem. */
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

const inWords: Record<string, string> = {
  unreachable: "The shop cannot be reached. Check your connection and try again.",
  invalid_credentials: "This username and password do not go together.",
  second_factor_required: "A code of your authenticator app, or a recovery code, is needed too.",
  invalid_passkey: "This passkey was not accepted. It may have been removed from your profile.",
  passkey_not_shown: "No passkey was shown. Try again, or go another way.",
  passkey_there_already: "This device has a passkey of yours already.",
  username_taken: "This username is taken. Choose another one.",
  confirmation_required: "Nothing was changed, since you did not confirm that it is you.",
  wrong_password: "This is not your password.",
  invalid_code: "This code is wrong, too old, or was used before.",
  last_sign_in_method:
    "This is your only way to sign in. Set a password or link another account first.",
  sold_out: "Sold out: there are not enough left of this.",
  not_on_sale: "This is not on sale at the moment.",
  too_many_unpaid_orders:
    "So many of your orders wait to be paid that there is no room for another. Pay or cancel one first.",
  payments_unavailable: "Payments are not available right now. Try again in a moment.",
  payment_declined: "The payment provider declined this order. Nothing was charged.",
  payment_refused:
    "The payment provider refuses this order. Nothing was charged. Tell the shop: trying again will not help.",
  nothing_to_pay: "There is nothing to pay here any more.",
  order_not_cancellable:
    "This order is paid, or its payment is on its way: it can be refunded, but not cancelled.",
  order_refunded: "All of the money for this order went back: there is nothing to hand over.",
  not_in_stock:
    "What was bought went back on the shelf and is sold since: there is nothing to hand over. Refund the order.",
  provider_unavailable: "The payment provider does not answer. Try again in a moment.",
  refund_too_large: "This is more than is left of what was paid.",
  stale_version: "Somebody else changed this in the meantime. Your change was not saved.",
  last_staff: "Nobody would be left to run the shop. Make somebody else staff first.",
  forbidden: "You may not do this.",
  not_found: "This is not here, or not for you to see.",
};

/** What went wrong, in words for the person in front of the screen. */
export function words(error: unknown): string {
  if (!(error instanceof Problem)) return "Something went wrong on this page.";
  if (error.signedOut) return "You are no longer signed in.";
  if (error.status === 429) return tooMany(error.retryAfter);
  // The smallest sum depends on the currency, so that the API's own words say more than any of ours.
  if (error.error === "amount_too_small") return error.message;
  if (error.fields.length > 0) return "Please look at what is marked below.";
  const known = inWords[error.error];
  if (known) return known;
  if (error.status >= 500) return "Something went wrong in the shop. Try again in a moment.";
  return error.message || "The shop did not accept this.";
}

function tooMany(seconds: number | null): string {
  if (!seconds) return "Too many tries. Wait a moment, then try again.";
  const wait = seconds < 90 ? `${seconds} seconds` : `${Math.ceil(seconds / 60)} minutes`;
  return `Too many tries. Wait ${wait}, then try again.`;
}
