import { createContext, use } from "react";
import { Problem } from "../../api/problem";

/** Asks whoever sits there to confirm that it is them; whether they did. ConfirmIdentity knows how. */
export const Asking = createContext<() => Promise<boolean>>(async () => false);

/** `confirmed(action)` is what `action` gives, done again after a confirmation where it wants one. */
export function useConfirmed() {
  const ask = use(Asking);
  return async <T>(action: () => Promise<T>): Promise<T> => {
    try {
      return await action();
    } catch (error) {
      const wanted = error instanceof Problem && error.error === "confirmation_required";
      if (!wanted || !(await ask())) throw error;
      return action();
    }
  };
}
