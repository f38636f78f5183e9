import { keepPreviousData, queryOptions, useMutation } from "@tanstack/react-query";
import { api, body } from "../../api/client";
import { keys } from "../../api/keys";
import { useRefresh } from "../../api/refresh";

export const todosQuery = (page: number) =>
  queryOptions({
    queryKey: keys.todoList({ page }),
    queryFn: () => body(api.GET("/api/todos", { params: { query: { page, per_page: 50 } } })),
    placeholderData: keepPreviousData,
  });

export function useAddTodo() {
  return useMutation({
    mutationFn: (title: string) => body(api.POST("/api/todos", { body: { title, done: false } })),
    onSuccess: useRefresh(keys.todos),
  });
}

export function useChangeTodo(id: number) {
  return useMutation({
    mutationFn: (change: { title?: string; done?: boolean }) =>
      body(
        api.PATCH("/api/todos/{todo_id}", {
          params: { path: { todo_id: id } },
          body: { title: null, done: null, ...change },
        }),
      ),
    onSettled: useRefresh(keys.todos),
  });
}

export function useDeleteTodo(id: number) {
  return useMutation({
    mutationFn: () =>
      body(api.DELETE("/api/todos/{todo_id}", { params: { path: { todo_id: id } } })),
    onSuccess: useRefresh(keys.todos),
  });
}
