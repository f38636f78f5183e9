import { expect, test } from "vitest";
import { bars, HEIGHT, kept, WIDTH } from "./bars";

const day = (amount: number, refunded = 0) => ({ day: "2026-05-04", orders: 1, amount, refunded });

test("the best day fills the chart, and the others stand beside it in proportion", () => {
  const [half, best] = bars([day(500), day(1000)]);

  expect(best).toMatchObject({ y: 0, height: HEIGHT });
  expect(half).toMatchObject({ y: HEIGHT / 2, height: HEIGHT / 2 });
});

test("the bars fill the width, and none lies over another", () => {
  const made = bars(Array.from({ length: 30 }, () => day(100)));

  for (const [number, bar] of made.entries())
    expect(bar.x + bar.width).toBeLessThanOrEqual(made[number + 1]?.x ?? WIDTH);
});

test("a day that brought little can be seen, and one that brought nothing is told apart from it", () => {
  const [nothing, little] = bars([day(0), day(1), day(1_000_000)]);

  expect(little?.height).toBeGreaterThan(nothing?.height ?? 0);
});

test("a shop that sold nothing has a chart as well", () => {
  expect(bars([day(0)])[0]?.height).toBe(1);
  expect(bars([])).toEqual([]);
});

test("what went back is not kept", () => {
  expect(kept(day(1000, 400))).toBe(600);
  expect(kept(day(0, 400))).toBe(-400);
});
