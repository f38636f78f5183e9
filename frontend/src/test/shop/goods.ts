import type { Item, Order, Shop } from "../../api/types";

export const shop: Shop = {
  name: "Kiosk",
  currency: "EUR",
  currency_digits: 2,
  hold_minutes: 30,
  contact: "",
  delivery: "",
  logo_url: null,
  logo_size: null,
  colours: { primary: "#0d4a4a", accent: "#ffd35c" },
  time_zone: "UTC",
  pages: [],
  adds_shipping: false,
  adds_tax: false,
};

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
  category: null,
  on_sale: true,
  version: 1,
};

export const order: Order = {
  id: 5,
  number: "1005",
  status: "pending",
  total: 3700,
  subtotal: 3700,
  discount: 0,
  shipping: 0,
  tax: 0,
  currency: "EUR",
  currency_digits: 2,
  refunded: 0,
  refundable: 0,
  lines: [{ item_id: 7, name: "Mug", quantity: 2, unit_price: 1850 }],
  checkout_url: "https://pay.example.org/5",
  created_at: "2026-05-04T10:00:00Z",
  paid_at: null,
};
