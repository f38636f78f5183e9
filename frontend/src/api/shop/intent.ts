import { useRef } from "react";

export type Intent<T> = {
  /** The same key for the same request, for as long as the shop has not decided. */
  keyFor: (request: T) => string;
  /** The shop has decided: the next try is a new intent. */
  over: () => void;
};

/**
 * One intent has one Idempotency-Key. It stays the same for every try until the shop has decided,
 * so that neither a double click nor a torn connection does anything twice.
 */
export function useIntent<T>(): Intent<T> {
  const last = useRef<{ key: string; request: string } | null>(null);
  return {
    keyFor(request) {
      const text = JSON.stringify(request);
      if (last.current?.request !== text)
        last.current = { key: crypto.randomUUID(), request: text };
      return last.current.key;
    },
    over() {
      last.current = null;
    },
  };
}
