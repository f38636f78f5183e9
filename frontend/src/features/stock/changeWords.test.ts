import { expect, test } from "vitest";
import type { ItemChange } from "../../api/types";
import { mug } from "../../test/shop/goods";
import { describeChange } from "./changeWords";

const change = (action: ItemChange["action"], changes: ItemChange["changes"] = {}): ItemChange => ({
  id: 1,
  at: "2026-05-04T10:00:00Z",
  action,
  actor: { id: 2, username: "sam" },
  changes,
});

test("each field has its line, with money as people write it", () => {
  const changes = { name: ["Mug", "Cup"], price: [1850, null], on_hand: [null, 4] };

  const [name, price, stock] = describeChange(change("changed", changes), mug);

  expect(name).toBe("Name: Mug → Cup");
  expect(price).toMatch(/^Price: €?18[.,]50.* → draft$/);
  expect(stock).toBe("On hand: no limit → 4");
});

test("a long text is not shown again", () => {
  const changes = { description: ["Holds tea.", "Holds coffee."] };

  expect(describeChange(change("changed", changes), mug)).toEqual(["Description changed"]);
});

test("an item that was added or deleted has no fields to compare", () => {
  expect(describeChange(change("added", { name: [null, "Mug"] }), mug)).toEqual(["Added"]);
  expect(describeChange(change("withdrawn"), mug)).toEqual(["Deleted"]);
});
