import "../staff.css";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import type { User } from "../../../api/types";
import { Empty } from "../../../ui/Empty";
import { Listing } from "../../../ui/Listing";
import { Page } from "../../../ui/Page";
import { FindUsers } from "./FindUsers";
import { usersQuery, type Wanted } from "./queries";
import { Standing } from "./Standing";

const route = getRouteApi("/in/staff/staff/users");

export function Users() {
  const wanted = route.useSearch();
  const users = useQuery(usersQuery(wanted));

  return (
    <Page title="Users" aside={<NewUserLink />}>
      <FindUsers key={JSON.stringify([wanted.q, wanted.role])} wanted={wanted} />
      <p role="status" className="sr-only">
        {users.data && !users.isPlaceholderData && found(users.data.total)}
      </p>
      <Listing list={users} empty={<Nobody wanted={wanted} />}>
        {(found) => (
          <ul className="rows" aria-label="Users">
            {found.map((user) => (
              <UserRow key={user.id} user={user} />
            ))}
          </ul>
        )}
      </Listing>
    </Page>
  );
}

const found = (total: number) => (total === 1 ? "1 user" : `${total} users`);

function UserRow({ user }: { user: User }) {
  return (
    <li className="row">
      <div className="row-main">
        <h2 className="row-title">
          <Link to="/staff/users/$id" params={{ id: String(user.id) }}>
            {user.username}
          </Link>
        </h2>
        <p className="fine">{[user.name, user.email].filter(Boolean).join(" · ")}</p>
      </div>
      <Standing user={user} />
    </li>
  );
}

function Nobody({ wanted: { q, role } }: { wanted: Wanted }) {
  if (!q && !role) return <Empty title="No users yet">Whoever registers shows up here.</Empty>;
  return (
    <Empty title="Nobody found">
      <Link to="/staff/users" className="button button-quiet">
        Show all users
      </Link>
    </Empty>
  );
}

function NewUserLink() {
  return (
    <Link to="/staff/users/new" className="button">
      New user
    </Link>
  );
}
