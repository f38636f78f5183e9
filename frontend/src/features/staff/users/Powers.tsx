import { useMutation } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import type { User } from "../../../api/types";
import { Ask } from "./Ask";
import { useChangeUser, useDeleteUser, useEndSessions } from "./queries";

type Props = { user: User };
type Told = Props & { tell: (words: string) => void };

/** What staff can do to a user. Each takes a second click, and says what it did. */
export function Powers({ user }: Props) {
  const [told, tell] = useState("");
  return (
    <section className="panel" aria-labelledby="user-powers">
      <h2 id="user-powers">What they may do</h2>
      <div className="actions">
        <Role user={user} tell={tell} />
        <Active user={user} tell={tell} />
        <SignOut user={user} tell={tell} />
        <Delete user={user} />
      </div>
      <p role="status">{told}</p>
    </section>
  );
}

function Role({ user, tell }: Told) {
  const { mutateAsync } = useChangeUser(user);
  const isStaff = user.role === "staff";
  const role = isStaff ? "customer" : "staff";
  const act = useMutation({ mutationFn: () => mutateAsync({ role }) });
  return (
    <Ask
      label={isStaff ? "Make a customer" : "Make staff"}
      title={isStaff ? `Make ${user.username} a customer?` : `Make ${user.username} staff?`}
      action={isStaff ? "Make a customer" : "Make staff"}
      act={act}
      onDone={() => tell(isStaff ? "They are a customer now." : "They are staff now.")}
    >
      <p>
        {isStaff
          ? "They no longer see other people's orders, the stock or the users."
          : "They can then change the stock, hand over and refund every order, and change every user."}
      </p>
    </Ask>
  );
}

function Active({ user, tell }: Told) {
  const { mutateAsync } = useChangeUser(user);
  const act = useMutation({ mutationFn: () => mutateAsync({ active: !user.active }) });
  const verb = user.active ? "Deactivate" : "Activate";
  return (
    <Ask
      label={verb}
      title={`${verb} ${user.username}?`}
      action={verb}
      act={act}
      onDone={() => tell(user.active ? "They are deactivated now." : "They are active again.")}
    >
      <p>
        {user.active
          ? "They are signed out everywhere and cannot sign in. Nothing of theirs is lost."
          : "They can sign in again, with everything as it was."}
      </p>
    </Ask>
  );
}

function SignOut({ user, tell }: Told) {
  return (
    <Ask
      label="Sign out everywhere"
      title={`Sign ${user.username} out everywhere?`}
      action="Sign out everywhere"
      act={useEndSessions(user)}
      onDone={() => tell("They are signed in nowhere now.")}
    >
      <p>Every browser and every API client of theirs has to sign in anew.</p>
    </Ask>
  );
}

function Delete({ user }: Props) {
  const navigate = useNavigate();
  return (
    <Ask
      label="Delete"
      title={`Delete ${user.username}?`}
      action="Delete for good"
      act={useDeleteUser(user)}
      onDone={() => navigate({ to: "/staff/users" })}
    >
      <p>
        Nobody can tell afterwards whose account it was, and it cannot be undone. Their orders stay,
        without a name.
      </p>
    </Ask>
  );
}
