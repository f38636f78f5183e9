import { expect, test } from "vitest";
import { readSearch, tableAddress } from "./search";

test("what an address asks for is read, and what makes no sense is left out", () => {
  const asked = {
    q: "honey",
    status: "paid",
    from: "2026-03-01",
    to: "soon",
    sort: "key",
    page: "2",
  };

  expect(readSearch(asked)).toEqual({ q: "honey", status: "paid", from: "2026-03-01", page: 2 });
});

test("the table for a spreadsheet has the same orders as the list, of all pages", () => {
  expect(tableAddress({})).toBe("/api/orders.csv?spreadsheet=en");
  expect(tableAddress({ user: 7, q: "Ada & Bob", page: 3 })).toBe(
    "/api/orders.csv?q=Ada+%26+Bob&user_id=7&spreadsheet=en",
  );
});
