import type { Day } from "../../api/types";

export type Bar = { day: Day; x: number; y: number; width: number; height: number };

export const WIDTH = 600;
export const HEIGHT = 160;
const GAP = 4;

/** What stays of a day's money, after what went back on that day; it can be less than nothing. */
export const kept = (day: Day) => day.amount - day.refunded;

/** A bar for each day, as high as what was paid on it; a day that brought something is never too low to be seen. */
export function bars(days: Day[]): Bar[] {
  const most = Math.max(1, ...days.map((day) => day.amount));
  const step = WIDTH / Math.max(1, days.length);
  return days.map((day, number) => {
    const height = day.amount > 0 ? Math.max(3, (day.amount / most) * HEIGHT) : 1;
    return { day, x: number * step + GAP / 2, y: HEIGHT - height, width: step - GAP, height };
  });
}
