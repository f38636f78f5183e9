import "../staff.css";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import type { User } from "../../../api/types";
import { Page } from "../../../ui/Page";
import { Skeleton } from "../../../ui/Skeleton";
import { Trouble } from "../../../ui/Trouble";
import { When } from "../../../ui/When";
import { EditUser } from "./EditUser";
import { Powers } from "./Powers";
import { userQuery } from "./queries";
import { Standing } from "./Standing";
import { Trail } from "./Trail";

const route = getRouteApi("/in/staff/staff/users/$id");

export function UserPage() {
  const id = Number(route.useParams().id);
  const { page = 1 } = route.useSearch();
  const { data, error, isFetching, refetch } = useQuery(userQuery(id));
  return (
    <Page title={data ? data.username : "User"} aside={data && <Standing user={data} />}>
      {error && <Trouble error={error} retry={() => refetch()} />}
      {!data && isFetching && <Skeleton lines={6} />}
      {data && (
        <div className="user">
          <Facts user={data} />
          <EditUser key={`${data.name} ${data.email}`} user={data} />
          <Powers user={data} />
          <Trail user={data} page={page} />
        </div>
      )}
    </Page>
  );
}

function Facts({ user }: { user: User }) {
  const providers = user.identities.map((each) => each.provider);
  return (
    <section className="panel" aria-labelledby="user-facts">
      <h2 id="user-facts">Account</h2>
      <dl className="facts">
        <dt>Since</dt>
        <dd>
          <When at={user.created_at} />
        </dd>
        <dt>Email</dt>
        <dd>{emailInWords(user)}</dd>
        <dt>Providers</dt>
        <dd>{providers.length > 0 ? providers.join(", ") : "None linked"}</dd>
      </dl>
      <Link to="/orders" search={{ user: user.id }}>
        Orders of {user.username}
      </Link>
    </section>
  );
}

function emailInWords({ email, email_verified }: User): string {
  if (!email) return "None";
  return email_verified ? `${email}, verified` : `${email}, not verified`;
}
