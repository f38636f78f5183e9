import { msg } from "@lingui/core/macro";
import { BasketCount } from "./features/basket/BasketCount"; // feature: shop
import { byPasskey } from "./features/passkeys/ConfirmByPasskey"; // feature: passkeys
import { shopLook } from "./features/shop/look"; // feature: shop
import { CodeFieldOnDemand } from "./features/totp/CodeField"; // feature: totp
import { byPassword } from "./shell/ConfirmByPassword";
import { byProvider } from "./shell/ConfirmByProvider";
import type { Parts } from "./shell/parts";
import { plainLook } from "./shell/plainLook";

/** The first of these stands on the links to the start page. */
const [toStart] = [
  msg`To the items`, // feature: shop
  msg`To your profile`,
] as const;

/** The first of these. */
const [look] = [
  shopLook, // feature: shop
  plainLook,
];

/** What features add to the frame around the pages; routes.tsx and pages/ have what they add to the pages. */
export const parts: Parts = {
  toStart,
  look,
  navigation: [
    { label: msg`Items`, to: "/", exact: true }, // feature: shop
    { label: msg`Orders`, to: "/orders", for: "users" }, // feature: shop
    { label: msg`To-dos`, to: "/todos", for: "users" }, // feature: todos
    { label: msg`Overview`, to: "/staff", for: "staff", exact: true }, // feature: shop
    { label: msg`Stock`, to: "/staff/items", for: "staff" }, // feature: shop
    { label: msg`Users`, to: "/staff/users", for: "staff" },
    { label: msg`Shop`, to: "/staff/shop", for: "staff" }, // feature: shop
    { label: msg`Needs attention`, to: "/staff/findings", for: "staff" }, // feature: shop
    { label: msg`Basket`, to: "/basket", Count: BasketCount }, // feature: shop
  ],
  waysToConfirm: {
    password: byPassword,
    passkey: byPasskey, // feature: passkeys
    provider: byProvider,
  },
  CodeField: CodeFieldOnDemand, // feature: totp
};
