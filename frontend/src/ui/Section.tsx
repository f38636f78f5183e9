import { type ReactNode, useId } from "react";

type Props = {
  title: string;
  /** Of the heading, where links lead to it. */
  id?: string;
  children: ReactNode;
};

/** A part of a page under a heading of its own. */
export function Section({ title, id, children }: Props) {
  const own = useId();
  return (
    <section className="panel" aria-labelledby={id ?? own}>
      <h2 id={id ?? own}>{title}</h2>
      {children}
    </section>
  );
}
