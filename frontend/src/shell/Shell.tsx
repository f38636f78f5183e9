import "./shell.css";
import { Link, Outlet } from "@tanstack/react-router";
import { useMe } from "../api/me";
import type { User } from "../api/types";
import { BasketLink } from "../features/orders/BasketLink";

export function Shell() {
  const me = useMe();
  return (
    <>
      <a className="skip" href="#main">
        Skip to the content
      </a>
      <header className="shell-head">
        <div className="shell-bar">
          <Link to="/" className="brand">
            <img src="/favicon.svg" alt="" width="34" height="34" />
            Kiosk
          </Link>
          <nav aria-label="Main" className="shell-nav">
            <Link to="/" activeOptions={{ exact: true, includeSearch: false }}>
              Items
            </Link>
            {me && <Link to="/orders">Orders</Link>}
            {me && <Link to="/todos">To-dos</Link>}
            {me?.role === "staff" && <Link to="/staff/items">Stock</Link>}
            {me?.role === "staff" && <Link to="/staff/users">Users</Link>}
            {me?.role === "staff" && <Link to="/staff/findings">Needs attention</Link>}
            <BasketLink />
          </nav>
          <div className="shell-who">{me !== undefined && <Who me={me} />}</div>
        </div>
        <div className="awning" aria-hidden="true" />
      </header>
      <main id="main" tabIndex={-1}>
        <Outlet />
      </main>
      <footer className="shell-foot">
        <p>Kiosk, a small shop that you host yourself</p>
        <a href="/api/docs">API</a>
      </footer>
    </>
  );
}

function Who({ me }: { me: User | null }) {
  if (!me) {
    return (
      <Link to="/sign-in" className="button button-tag">
        Sign in
      </Link>
    );
  }
  return (
    <Link to="/profile" className="who" aria-label={`Profile of ${me.name || me.username}`}>
      {me.avatar_url ? (
        <img src={me.avatar_url} alt="" width="30" height="30" referrerPolicy="no-referrer" />
      ) : (
        <span className="who-initial" aria-hidden="true">
          {[...(me.name || me.username)][0]?.toUpperCase()}
        </span>
      )}
      <span className="who-name">{me.name || me.username}</span>
    </Link>
  );
}
