import { useRef } from "react";

export type Intent<T> = {
  /** The same key for the same thing, for as long as the shop has not decided. */
  keyFor: (what: T) => string;
  /** The shop has decided: whatever comes next is a new intent. */
  over: () => void;
};

/**
 * One intent has one Idempotency-Key. It stays the same for every try until the shop has decided,
 * so that neither a double click nor a torn connection does anything twice.
 */
export function useIntent<T>(): Intent<T> {
  const last = useRef<{ key: string; what: string } | null>(null);
  return {
    keyFor(wanted) {
      const what = JSON.stringify(wanted);
      if (last.current?.what !== what) last.current = { key: crypto.randomUUID(), what };
      return last.current.key;
    },
    over() {
      last.current = null;
    },
  };
}
