import { expect, test } from "vitest";
import type { WaitingOrder } from "../../api/types";
import { merged, notOrdered, rebased, withQuantity } from "./lines";

const of = (item_id: number, quantity: number) => ({ item_id, quantity });
const waiting = (quantity: number, from_basket = true): WaitingOrder => ({
  id: 5,
  number: "K1005",
  status: "pending",
  from_basket,
  lines: [{ ...of(7, quantity), name: "Mug", unit_price: 1850 }],
});

test("a quantity replaces the one that was there, and none takes the item out", () => {
  expect(withQuantity([of(7, 1), of(8, 1)], 7, 3)).toEqual([of(7, 3), of(8, 1)]);
  expect(withQuantity([of(7, 1)], 8, 2)).toEqual([of(7, 1), of(8, 2)]);
  expect(withQuantity([of(7, 1), of(8, 1)], 7, 0)).toEqual([of(8, 1)]);
});

test("a basket that was filled before signing in comes to the account's, and nothing counts twice", () => {
  expect(merged([of(7, 1), of(8, 3)], [of(8, 2), of(9, 1)])).toEqual([
    of(7, 1),
    of(8, 3),
    of(9, 1),
  ]);
  expect(merged([of(7, 1)], [of(7, 4)])).toEqual([of(7, 4)]);
});

test("what was changed here comes to what was changed elsewhere", () => {
  const base = [of(7, 2), of(8, 1)];

  expect(rebased([of(9, 1)], base, [of(7, 3), of(8, 1)])).toEqual([of(9, 1), of(7, 1)]);
  expect(rebased([...base, of(9, 1)], base, [of(8, 1)])).toEqual([of(8, 1), of(9, 1)]);
  expect(rebased([], base, base)).toEqual([]);
});

test("what waits to be paid is not ordered again", () => {
  expect(notOrdered([of(7, 3), of(8, 1)], [waiting(2)])).toEqual([of(7, 1), of(8, 1)]);
  expect(notOrdered([of(7, 2)], [waiting(2)])).toEqual([]);
  expect(notOrdered([of(7, 1)], [waiting(2)])).toEqual([]);
  expect(notOrdered([of(7, 2)], [waiting(2, false)])).toEqual([of(7, 2)]);
});
