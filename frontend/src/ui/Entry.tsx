import "./lists.css";
import type { ReactNode } from "react";

type Props = {
  name: ReactNode;
  /** In small print below the name. */
  detail: ReactNode;
  children?: ReactNode;
};

/** An entry of a list in a section: what it is, and what can be done with it. */
export function Entry({ name, detail, children }: Props) {
  return (
    <li className="entry">
      <div className="row-main">
        <p className="entry-name">{name}</p>
        <p className="fine">{detail}</p>
      </div>
      {children}
    </li>
  );
}
