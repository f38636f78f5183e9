import { useMutation } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { isStaff } from "../../api/me";
import type { User } from "../../api/types";
import { joinWords } from "../../ui/joinWords";
import { Section } from "../../ui/Section";
import { Ask } from "./Ask";
import { useChangeUser, useDeleteUser, useEndSessions } from "./queries";

/** What other features have to say where staff change a user. */
export type StaffTexts = {
  /** What a user who is made staff can do, as in "change the stock". */
  staffCan: string[];
  /** What a user who is staff no more does not see, as in "the stock". */
  onlyStaffSee: string[];
  /** Sentences about what stays of a user who is deleted. */
  stays: string[];
};

type Props = { user: User };
type Told = Props & { tell: (words: string) => void };

/** What staff can do to a user. Each takes a second click, and says what it did. */
export function StaffActions({ user, texts }: Props & { texts: StaffTexts }) {
  const [told, tell] = useState("");
  return (
    <Section title="What they may do">
      <div className="actions">
        <ChangeRole user={user} tell={tell} texts={texts} />
        <ChangeActive user={user} tell={tell} />
        <SignOut user={user} tell={tell} />
        <Delete user={user} stays={texts.stays} />
      </div>
      <p role="status">{told}</p>
    </Section>
  );
}

function ChangeRole({ user, tell, texts }: Told & { texts: StaffTexts }) {
  const { mutateAsync } = useChangeUser(user);
  const wasStaff = isStaff(user);
  const role = wasStaff ? "customer" : "staff";
  const act = useMutation({ mutationFn: () => mutateAsync({ role }) });
  return (
    <Ask
      label={wasStaff ? "Make a customer" : "Make staff"}
      title={wasStaff ? `Make ${user.username} a customer?` : `Make ${user.username} staff?`}
      action={wasStaff ? "Make a customer" : "Make staff"}
      act={act}
      onDone={() => tell(wasStaff ? "They are a customer now." : "They are staff now.")}
    >
      <p>
        {wasStaff
          ? `They no longer see ${joinWords(texts.onlyStaffSee, "or")}.`
          : `They can then ${joinWords(texts.staffCan)}.`}
      </p>
    </Ask>
  );
}

function ChangeActive({ user, tell }: Told) {
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

function Delete({ user, stays }: Props & { stays: string[] }) {
  const navigate = useNavigate();
  const forgotten = "It cannot be undone, and it cannot be told afterwards whose account it was.";
  return (
    <Ask
      label="Delete"
      title={`Delete ${user.username}?`}
      action="Delete for good"
      act={useDeleteUser(user)}
      onDone={() => navigate({ to: "/staff/users" })}
    >
      <p>{[forgotten, ...stays].join(" ")}</p>
    </Ask>
  );
}
