import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
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
      <Field label={t`New name`} name="title" defaultValue={todo.title} error={about} autoFocus />
      <button type="submit" className="button" disabled={isPending}>
        <Trans>Save</Trans>
      </button>
      <button type="button" className="button button-quiet" onClick={onEnd}>
        <Trans>Leave it</Trans>
      </button>
      {error && !about && <Trouble error={error} />}
    </Form>
  );
}
