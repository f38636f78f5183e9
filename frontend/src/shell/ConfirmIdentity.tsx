import { useRouterState } from "@tanstack/react-router";
import { type ReactNode, useCallback, useEffect, useRef, useState } from "react";
import { AskToConfirm } from "../api/confirmation";
import { ConfirmDialog } from "./ConfirmDialog";

type Question = { answered: Promise<boolean>; answer: (yes: boolean) => void };

/** Below this, an action that the server wants a confirmation for asks for it, and is then done again. */
export function ConfirmIdentity({ children }: { children: ReactNode }) {
  const question = useRef<Question>(null);
  const [asking, setAsking] = useState(false);
  const path = useRouterState({ select: ({ location }) => location.pathname });

  const ask = useCallback(() => {
    question.current ??= newQuestion();
    setAsking(true);
    return question.current.answered;
  }, []);
  const settle = useCallback((yes: boolean) => {
    question.current?.answer(yes);
    question.current = null;
    setAsking(false);
  }, []);

  // A user who goes to another page has given up what they were about to do.
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is the path that ends it
  useEffect(() => () => settle(false), [path, settle]);

  return (
    <AskToConfirm value={ask}>
      {children}
      {asking && <ConfirmDialog onConfirmed={() => settle(true)} onClose={() => settle(false)} />}
    </AskToConfirm>
  );
}

/** One for all actions that want a confirmation at the same time. */
function newQuestion(): Question {
  let answer: Question["answer"] = () => {};
  const answered = new Promise<boolean>((resolve) => {
    answer = resolve;
  });
  return { answered, answer };
}
