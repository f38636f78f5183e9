import "./todos.css";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useRef } from "react";
import type { Todo } from "../../api/types";
import { Empty } from "../../ui/Empty";
import { Listing } from "../../ui/Listing";
import { Page } from "../../ui/Page";
import { AddTodo } from "./AddTodo";
import { OrderTodo } from "./OrderTodo";
import { OwnTodo } from "./OwnTodo";
import { todosQuery } from "./queries";

const route = getRouteApi("/in/todos");

export function Todos() {
  const { page = 1 } = route.useSearch();
  const todos = useQuery(todosQuery(page));
  const list = useRef<HTMLDivElement>(null);
  // What had the focus is gone with a deleted to-do; the list is the nearest thing that stays.
  const keepFocus = () => list.current?.focus();

  return (
    <Page title={t`To-dos`} narrow>
      <AddTodo />
      <div ref={list} tabIndex={-1}>
        <Listing list={todos} empty={<NothingToDo />}>
          {(shown) => <Lists todos={shown} onDeleted={keepFocus} />}
        </Listing>
      </div>
    </Page>
  );
}

function Lists({ todos, onDeleted }: { todos: Todo[]; onDeleted: () => void }) {
  const shop = todos.filter((todo) => todo.order_id !== null);
  const own = todos.filter((todo) => todo.order_id === null);

  return (
    <div className="todo-lists">
      {shop.length > 0 && (
        <section>
          <h2>
            <Trans>For the shop</Trans>
          </h2>
          <ul className="todos">
            {shop.map((todo) => (
              <OrderTodo key={todo.id} todo={todo} />
            ))}
          </ul>
        </section>
      )}
      {own.length > 0 && (
        <section>
          <h2>
            <Trans>For yourself</Trans>
          </h2>
          <ul className="todos">
            {own.map((todo) => (
              <OwnTodo key={todo.id} todo={todo} onDeleted={onDeleted} />
            ))}
          </ul>
        </section>
      )}
    </div>
  );
}

function NothingToDo() {
  return (
    <Empty title={t`Nothing to do`}>
      <Trans>Enjoy the quiet, or add something.</Trans>
    </Empty>
  );
}
