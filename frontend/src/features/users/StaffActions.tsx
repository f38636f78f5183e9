import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useMutation } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { isStaff } from "../../api/me";
import type { User } from "../../api/types";
import { say, type Words } from "../../language";
import { joinWords } from "../../ui/joinWords";
import { Section } from "../../ui/Section";
import { Ask } from "./Ask";
import { useChangeUser, useDeleteUser, useEndSessions } from "./queries";

/** What other features have to say where staff change a user. */
export type StaffTexts = {
  /** What a user who is made staff can do, as in "change the stock". */
  staffCan: Words[];
  /** What a user who is staff no more does not see, as in "the stock". */
  onlyStaffSee: Words[];
  /** Sentences about what stays of a user who is deleted. */
  stays: Words[];
};

type Props = { user: User };
type Told = Props & { tell: (words: string) => void };

/** What staff can do to a user. Each takes a second click, and says what it did. */
export function StaffActions({ user, texts }: Props & { texts: StaffTexts }) {
  const [told, tell] = useState("");
  return (
    <Section title={t`What they may do`}>
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
      label={wasStaff ? t`Make a customer` : t`Make staff`}
      title={wasStaff ? t`Make ${user.username} a customer?` : t`Make ${user.username} staff?`}
      action={wasStaff ? t`Make a customer` : t`Make staff`}
      act={act}
      onDone={() => tell(wasStaff ? t`They are a customer now.` : t`They are staff now.`)}
    >
      <p>
        {wasStaff
          ? t`They no longer see ${joinWords(texts.onlyStaffSee.map(say), "or")}.`
          : t`They can then ${joinWords(texts.staffCan.map(say))}.`}
      </p>
    </Ask>
  );
}

function ChangeActive({ user, tell }: Told) {
  const { mutateAsync } = useChangeUser(user);
  const act = useMutation({ mutationFn: () => mutateAsync({ active: !user.active }) });
  const { username, active } = user;
  const verb = active ? t`Deactivate` : t`Activate`;
  return (
    <Ask
      label={verb}
      title={active ? t`Deactivate ${username}?` : t`Activate ${username}?`}
      action={verb}
      act={act}
      onDone={() => tell(user.active ? t`They are deactivated now.` : t`They are active again.`)}
    >
      <p>
        {user.active
          ? t`They are signed out everywhere and cannot sign in. Nothing of theirs is lost.`
          : t`They can sign in again, with everything as it was.`}
      </p>
    </Ask>
  );
}

function SignOut({ user, tell }: Told) {
  return (
    <Ask
      label={t`Sign out everywhere`}
      title={t`Sign ${user.username} out everywhere?`}
      action={t`Sign out everywhere`}
      act={useEndSessions(user)}
      onDone={() => tell(t`They are signed in nowhere now.`)}
    >
      <p>
        <Trans>Every browser and every API client of theirs has to sign in anew.</Trans>
      </p>
    </Ask>
  );
}

function Delete({ user, stays }: Props & { stays: Words[] }) {
  const navigate = useNavigate();
  const forgotten = t`It cannot be undone, and it cannot be told afterwards whose account it was.`;
  return (
    <Ask
      label={t`Delete`}
      title={t`Delete ${user.username}?`}
      action={t`Delete for good`}
      act={useDeleteUser(user)}
      onDone={() => navigate({ to: "/staff/users" })}
    >
      <p>{[forgotten, ...stays.map(say)].join(" ")}</p>
    </Ask>
  );
}
