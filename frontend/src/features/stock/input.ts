import { t } from "@lingui/core/macro";
import { type FieldError, Problem } from "../../api/problem";
import { type Currency, parseMoney } from "../../ui/shop/money";
import type { ItemInput } from "./queries";

/** What the form holds, as the API takes it; or what is wrong with it, field by field. */
export function readItem(value: (name: string) => string, currency: Currency): ItemInput | Problem {
  const text = (name: string) => value(name).trim();
  const wrong: FieldError[] = [];

  const price = text("price") ? parseMoney(text("price"), currency) : { minor: null };
  if ("error" in price) wrong.push({ field: "price", message: price.error });

  const onHand = text("on_hand");
  if (!/^\d{0,9}$/.test(onHand))
    wrong.push({ field: "on_hand", message: t`Write a whole number, or leave it empty.` });

  if (!text("name")) wrong.push({ field: "name", message: t`An item needs a name.` });

  if ("error" in price || wrong.length > 0) return new Problem(422, "invalid", "", wrong);
  return {
    name: text("name"),
    description: text("description"),
    price: price.minor,
    on_hand: onHand ? Number(onHand) : null,
    image_url: text("image_url") || null,
    category: text("category") || null,
  };
}
