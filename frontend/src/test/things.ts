import type { Item, Order, Todo, User } from "../api/types";

const at = "2026-05-04T10:00:00Z";

export const alice: User = {
  id: 1,
  username: "alice",
  email: "alice@example.org",
  email_verified: true,
  name: null,
  avatar_url: null,
  role: "customer",
  active: true,
  identities: [],
  created_at: at,
};

export const sam: User = { ...alice, id: 2, username: "sam", role: "staff" };

export const mug: Item = {
  id: 7,
  name: "Mug",
  description: "Holds tea.",
  price: 1850,
  currency: "EUR",
  currency_digits: 2,
  on_hand: 3,
  available: 3,
  image_url: null,
  on_sale: true,
  version: 1,
};

export const order: Order = {
  id: 5,
  number: "1005",
  status: "pending",
  total: 3700,
  currency: "EUR",
  currency_digits: 2,
  refunded: 0,
  refundable: 0,
  lines: [{ item_id: 7, name: "Mug", quantity: 2, unit_price: 1850 }],
  checkout_url: "https://pay.example.org/5",
  created_at: at,
  paid_at: null,
};

export const todo: Todo = { id: 3, title: "Water the plant", done: false, order_id: null };

export const noFactors = {
  has_password: true,
  totp: false,
  recovery_codes_left: 0,
  passkeys: [],
  passkeys_possible: true,
};

export const listOf = <T>(...items: T[]) => ({ items, total: items.length, page: 1, per_page: 20 });

export const problemBody = (status: number, error: string, more: object = {}) => ({
  type: "about:blank",
  title: error,
  status,
  detail: error,
  error,
  ...more,
});
