import type { ItemChange } from "../../api/types";
import { type Currency, showMoney } from "../../ui/shop/money";

type Value = string | number | null | undefined;

/** What happened to an item, a line for each field. A field that only a newer server knows is shown as it is. */
export function describeChange({ action, changes }: ItemChange, currency: Currency): string[] {
  if (action === "added") return ["Added"];
  if (action === "withdrawn") return ["Deleted"];
  return Object.entries(changes).map(([field, [before, after]]) => {
    const words = fields[field] ?? { name: field, show: plain };
    if (words.long) return `${words.name} changed`;
    return `${words.name}: ${words.show(before, currency)} → ${words.show(after, currency)}`;
  });
}

type Words = { name: string; show: (value: Value, currency: Currency) => string; long?: boolean };

const plain = (value: Value) => String(value ?? "none");

const fields: Record<string, Words> = {
  name: { name: "Name", show: plain },
  description: { name: "Description", show: plain, long: true },
  price: {
    name: "Price",
    show: (value, currency) => (typeof value === "number" ? showMoney(value, currency) : "draft"),
  },
  on_hand: { name: "On hand", show: (value) => String(value ?? "no limit") },
  image_url: { name: "Picture", show: plain, long: true },
  category: { name: "Category", show: plain },
};
