import { msg } from "@lingui/core/macro";
import type { Words } from "../language";

/** What a page says to an error of the API, by its code. A code that is not here is shown by its `detail`. */
export const errorTexts = {
  unreachable: msg`The shop cannot be reached. Check your connection and try again.`,
  page_not_loaded: msg`This page could not be loaded: the connection broke, or the shop was updated meanwhile. Load it again.`,
  invalid_credentials: msg`This username and password do not go together.`,
  second_factor_required: msg`A code of your authenticator app, or a recovery code, is needed too.`,
  username_taken: msg`This username is taken. Choose another one.`,
  confirmation_required: msg`Nothing was changed, since you did not confirm that it is you.`,
  wrong_password: msg`This is not your password.`,
  invalid_code: msg`This code is wrong, too old, or was used before.`,
  last_sign_in_method: msg`This is your only way to sign in. Set a password or link another account first.`,
  stale_version: msg`Another user changed this in the meantime. Your change was not saved.`,
  last_staff: msg`The shop would have no staff left. Make another user staff first.`,
  forbidden: msg`You may not do this.`,
  not_found: msg`This is not here, or not for you to see.`,

  // feature: passkeys {
  invalid_passkey: msg`This passkey was not accepted. It may have been removed from your profile.`,
  passkey_not_shown: msg`No passkey was shown. Try again, or go another way.`,
  passkey_there_already: msg`This device has a passkey of yours already.`,
  // }

  // feature: shop {
  basket_changed: msg`Your basket was changed or ordered meanwhile. Nothing was ordered just now.`,
  sold_out: msg`Sold out: there are not enough left of this.`,
  not_on_sale: msg`This is not on sale at the moment.`,
  too_many_unpaid_orders: msg`So many of your orders wait to be paid that there is no room for another. Pay or cancel one first.`,
  too_many_unpaid_units: msg`So much is set aside for your unpaid orders that there is no room for these. Pay or cancel one first.`,
  payments_unavailable: msg`Payments are not available right now. Try again in a moment.`,
  payment_declined: msg`The payment provider declined this order. Nothing was charged.`,
  payment_refused: msg`The payment provider refuses this order. Nothing was charged. Tell the shop: trying again will not help.`,
  nothing_to_pay: msg`There is nothing to pay here any more.`,
  order_not_cancellable: msg`This order is paid, or its payment is on its way: the shop can refund it, or cancel it if it was free.`,
  order_not_handed_over: msg`This order is not handed over: there is nothing to take back.`,
  order_refunded: msg`All of the money for this order went back: there is nothing to hand over.`,
  not_in_stock: msg`What was bought went back on the shelf and is sold since: there is nothing to hand over. Refund the order.`,
  provider_unavailable: msg`The payment provider does not answer. Try again in a moment.`,
  not_a_picture: msg`This file cannot be read as a picture. Choose a JPEG, PNG, WebP or GIF file.`,
  picture_too_large: msg`This picture has too many pixels: JPEG and PNG may have 50 million, WebP and GIF 16. Choose a smaller one.`,
  too_many_pages: msg`A shop has at most 20 pages. Delete one first.`,
  refund_too_large: msg`This is more than is left of what was paid.`,
  // }
} satisfies Record<string, Words>;

/** A code that a page looks for: one of those above, or one that only a single page has words for. */
export type ErrorCode =
  | keyof typeof errorTexts
  | "amount_too_small" // feature: shop
  | "order_disputed" // feature: shop
  | "email_in_use"
  | "invalid_token";

/** A sign-in was refused, before there was a session; other answers with status 401 end one. */
export const refusedSignIn: readonly string[] = [
  "invalid_credentials",
  "second_factor_required",
  "invalid_code",
  "invalid_passkey", // feature: passkeys
] satisfies ErrorCode[];

/** Not carried out for certain, though the status alone would leave it open. */
export const notCarriedOut: readonly string[] = [
  "payments_unavailable", // feature: shop
] satisfies ErrorCode[];

/** The API's own words say more: the smallest amount depends on the currency. */
export const saidByApi: readonly string[] = [
  "amount_too_small", // feature: shop
] satisfies ErrorCode[];
