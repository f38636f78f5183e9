import "./shell.css";
import { Trans } from "@lingui/react/macro";
import { Link, Outlet } from "@tanstack/react-router";
import { use } from "react";
import { useMe } from "../api/me";
import type { User } from "../api/types";
import { SiteName } from "../ui/SiteName";
import { useOwnLanguage } from "./inLanguage";
import { LanguageSwitch } from "./LanguageSwitch";
import { Navigation } from "./Navigation";
import { Offline } from "./Offline";
import { Parts } from "./parts";
import { useTimeZone } from "./timeZone";

export function Shell() {
  useOwnLanguage();
  useTimeZone();
  const me = useMe();
  const { useName, Logo, Foot } = use(Parts).look;
  const name = useName();
  return (
    <SiteName value={name}>
      <a className="skip" href="#main">
        <Trans>Skip to the content</Trans>
      </a>
      <header className="shell-head">
        <div className="shell-bar">
          <Link to="/" className="brand">
            <Logo />
            {name}
          </Link>
          <Navigation me={me} />
          <div className="shell-user">{me !== undefined && <UserLink me={me} />}</div>
        </div>
        <div className="awning" aria-hidden="true" />
      </header>
      <main id="main" tabIndex={-1}>
        <Offline />
        <Outlet />
      </main>
      <footer className="shell-foot">
        <Foot />
        <LanguageSwitch />
        <a href="/api/docs">
          <Trans>API</Trans>
        </a>
      </footer>
    </SiteName>
  );
}

function UserLink({ me }: { me: User | null }) {
  if (!me) {
    return (
      <Link to="/sign-in" className="button button-tag">
        <Trans>Sign in</Trans>
      </Link>
    );
  }
  const name = me.name || me.username;
  return (
    <Link to="/profile" className="user-link" title={name}>
      <span className="sr-only">
        <Trans>Profile of {name}</Trans>
      </span>
      {me.avatar_url ? (
        <img src={me.avatar_url} alt="" width="30" height="30" referrerPolicy="no-referrer" />
      ) : (
        <span className="user-initial" aria-hidden="true">
          {[...name][0]?.toUpperCase()}
        </span>
      )}
      <span className="user-name" aria-hidden="true">
        {name}
      </span>
    </Link>
  );
}
