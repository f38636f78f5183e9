import { type ReactNode, use } from "react";
import { SiteName } from "./SiteName";

type Props = { title: string; aside?: ReactNode; narrow?: boolean; children: ReactNode };

/** A page's title and heading. The heading takes the focus after a navigation (shell/focus.ts). */
export function Page({ title, aside, narrow, children }: Props) {
  const site = use(SiteName);
  return (
    <div className={narrow ? "page page-narrow" : "page"}>
      <title>{`${title} · ${site}`}</title>
      <div className="page-head">
        <h1 tabIndex={-1}>{title}</h1>
        {aside}
      </div>
      {children}
    </div>
  );
}
