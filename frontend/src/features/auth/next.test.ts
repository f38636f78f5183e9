import { expect, test } from "vitest";
import { localPath } from "./next";

test.each(["/", "/orders/5", "/?q=tea&page=2", "/items/7#top", "/?q=50%25", "/?q=a//b"])(
  "%s is a path of this shop",
  (next) => {
    expect(localPath(next)).toBe(next);
  },
);

test.each([
  undefined,
  "",
  "orders",
  "https://evil.example",
  "//evil.example",
  "/..//evil.example",
  "/\\evil.example",
  "/%2Fevil.example",
  "/%252Fevil.example",
  "/%5Cevil.example",
  "/%09/evil.example",
  "/\t/evil.example",
  "javascript:alert(1)",
])("%j is not, and leads to the start page", (next) => {
  expect(localPath(next)).toBe("/");
});
