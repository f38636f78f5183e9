import { type ComponentProps, type FormEvent, useEffect, useRef } from "react";
import { useMe } from "../api/me";
import { giveBack } from "./typed";

export type Values = (name: string) => string;

type Props = Omit<ComponentProps<"form">, "onSubmit"> & {
  /** What the last try ended in; the first field that is wrong then takes the focus. */
  error: unknown;
  onSend: (values: Values) => void;
};

export function Form({ error, onSend, children, ...rest }: Props) {
  const form = useRef<HTMLFormElement>(null);
  const user = useMe()?.id;

  useEffect(() => {
    if (form.current && user !== undefined) giveBack(form.current, user);
  }, [user]);

  useEffect(() => {
    if (error) form.current?.querySelector<HTMLElement>("[aria-invalid]")?.focus();
  }, [error]);

  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (event.currentTarget.querySelector("[data-busy]")) return; // an upload is under way
    onSend(valuesOf(event.currentTarget));
  };

  return (
    <form noValidate {...rest} ref={form} onSubmit={submit}>
      {children}
    </form>
  );
}

/** What stands in the fields of a form. */
export function valuesOf(form: HTMLFormElement): Values {
  const data = new FormData(form);
  return (name) => String(data.get(name) ?? "");
}
