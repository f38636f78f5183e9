import { t } from "@lingui/core/macro";
import { Link } from "@tanstack/react-router";
import type { Todo } from "../../api/types";
import { Buyer } from "../../ui/shop/Buyer";

/** The shop's to-do: done by handing over the order, not by ticking it here. */
export function OrderTodo({ todo }: { todo: Todo }) {
  return (
    <li className="todo">
      <div>
        <span className={todo.done ? "todo-done" : undefined}>
          <Link to="/orders/$id" params={{ id: String(todo.order_id) }}>
            {todo.title}
          </Link>
        </span>
        <Buyer of={todo} />
      </div>
      <span className={todo.done ? "mark mark-good" : "mark mark-wait"}>
        {todo.done ? t`Done` : t`To do`}
      </span>
    </li>
  );
}
