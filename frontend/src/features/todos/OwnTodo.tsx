import { Trans } from "@lingui/react/macro";
import { useState } from "react";
import type { Todo } from "../../api/types";
import { Trouble } from "../../ui/Trouble";
import { useChangeTodo, useDeleteTodo } from "./queries";
import { RenameTodo } from "./RenameTodo";

export function OwnTodo({ todo, onDeleted }: { todo: Todo; onDeleted: () => void }) {
  const [renaming, setRenaming] = useState(false);
  const change = useChangeTodo(todo.id);
  const remove = useDeleteTodo(todo.id);
  // What was just ticked shows at once, until the list says how it stands.
  const [ticked, setTicked] = useState<boolean | null>(null);
  const done = ticked ?? todo.done;
  const error = change.error ?? remove.error;

  const tick = () => {
    if (ticked !== null) return;
    setTicked(!done);
    change.mutate({ done: !done }, { onSettled: () => setTicked(null) });
  };

  if (renaming) {
    return (
      <li className="todo">
        <RenameTodo todo={todo} onEnd={() => setRenaming(false)} />
      </li>
    );
  }
  return (
    <li className="todo">
      <label className={done ? "check todo-done" : "check"}>
        <input type="checkbox" checked={done} onChange={tick} />
        <span>{todo.title}</span>
      </label>
      <div className="todo-actions">
        <button type="button" className="button button-small" onClick={() => setRenaming(true)}>
          <Trans>
            Rename <span className="sr-only">{todo.title}</span>
          </Trans>
        </button>
        <button
          type="button"
          className="button button-small"
          onClick={() => remove.mutate(undefined, { onSuccess: onDeleted })}
          disabled={remove.isPending}
        >
          <Trans>
            Delete <span className="sr-only">{todo.title}</span>
          </Trans>
        </button>
      </div>
      {error && <Trouble error={error} />}
    </li>
  );
}
