import { msg, t } from "@lingui/core/macro";
import type { ItemChange } from "../../api/types";
import { say, type Words } from "../../language";
import { type Currency, showMoney } from "../../ui/shop/money";

type Value = string | number | null | undefined;

/** What happened to an item, a line for each field. A field that only a newer server knows is shown as it is. */
export function describeChange({ action, changes }: ItemChange, currency: Currency): string[] {
  if (action === "added") return [t`Added`];
  if (action === "withdrawn") return [t`Deleted`];
  return Object.entries(changes).map(([field, [before, after]]) => {
    const words = fields[field] ?? { name: { id: field }, show: plain };
    const name = say(words.name);
    if (words.long) return t`${name} changed`;
    return `${name}: ${words.show(before, currency)} → ${words.show(after, currency)}`;
  });
}

type FieldWords = {
  name: Words;
  show: (value: Value, currency: Currency) => string;
  long?: boolean;
};

const plain = (value: Value) => String(value ?? t`none`);

const fields: Record<string, FieldWords> = {
  name: { name: msg`Name`, show: plain },
  description: { name: msg`Description`, show: plain, long: true },
  price: {
    name: msg`Price`,
    show: (value, currency) => (typeof value === "number" ? showMoney(value, currency) : t`draft`),
  },
  on_hand: { name: msg`On hand`, show: (value) => String(value ?? t`no limit`) },
  image_url: { name: msg`Picture`, show: plain, long: true },
  category: { name: msg`Category`, show: plain },
};
