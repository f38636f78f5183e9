import { t } from "@lingui/core/macro";
import { Link } from "@tanstack/react-router";
import { use } from "react";
import { isStaff } from "../api/me";
import type { User } from "../api/types";
import { say } from "../language";
import { type NavigationLink, Parts } from "./parts";

export function Navigation({ me }: { me: User | null | undefined }) {
  const { navigation } = use(Parts);
  return (
    <nav aria-label={t`Main`} className="shell-nav">
      {navigation
        .filter((link) => isFor(me, link))
        .map(({ to, label, exact = false, Count }) => (
          <Link key={to} to={to} activeOptions={{ exact, includeSearch: !exact }}>
            {say(label)}
            {Count && <Count />}
          </Link>
        ))}
    </nav>
  );
}

const isFor = (me: User | null | undefined, { for: audience }: NavigationLink) =>
  audience === undefined || (audience === "staff" ? isStaff(me) : !!me);
