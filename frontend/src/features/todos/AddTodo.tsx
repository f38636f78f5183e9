import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useRef } from "react";
import { fieldError } from "../../api/problem";
import { Field } from "../../ui/Field";
import { Form } from "../../ui/Form";
import { Trouble } from "../../ui/Trouble";
import { useAddTodo } from "./queries";

export function AddTodo() {
  const form = useRef<HTMLDivElement>(null);
  const { mutate, error, isPending } = useAddTodo();
  const about = fieldError(error, "title");

  const add = (title: string) => {
    const input = form.current?.querySelector("input");
    if (!title) return input?.focus();
    const clear = () => {
      if (input) input.value = "";
      input?.focus();
    };
    mutate(title, { onSuccess: clear });
  };

  return (
    <div ref={form}>
      <Form className="todo-add" error={error} onSend={(value) => add(value("title").trim())}>
        <Field
          label={t`What is to be done?`}
          name="title"
          autoComplete="off"
          required
          error={about}
        />
        <button type="submit" className="button" disabled={isPending}>
          <Trans>Add</Trans>
        </button>
        {error && !about && <Trouble error={error} />}
      </Form>
    </div>
  );
}
