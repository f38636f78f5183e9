import { fieldError } from "../../api/problem";
import type { Todo } from "../../api/types";
import { Field } from "../../ui/Field";
import { Form } from "../../ui/Form";
import { Trouble } from "../../ui/Trouble";
import { useChangeTodo } from "./queries";

export function RenameTodo({ todo, onEnd }: { todo: Todo; onEnd: () => void }) {
  const { mutate, error, isPending } = useChangeTodo(todo.id);
  const about = fieldError(error, "title");
  return (
    <Form
      className="todo-add"
      error={error}
      onKeyDown={(event) => event.key === "Escape" && onEnd()}
      onSend={(value) => mutate({ title: value("title").trim() }, { onSuccess: onEnd })}
    >
      {/* The focus was on the button that this form takes the place of. */}
      <Field label="New name" name="title" defaultValue={todo.title} error={about} autoFocus />
      <button type="submit" className="button" disabled={isPending}>
        Save
      </button>
      <button type="button" className="button button-quiet" onClick={onEnd}>
        Leave it
      </button>
      {error && !about && <Trouble error={error} />}
    </Form>
  );
}
