import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useNavigate } from "@tanstack/react-router";
import { Form } from "../../ui/Form";
import type { UserSearch } from "./queries";
import { RoleField } from "./RoleField";
import { isRole } from "./roles";

export function FindUsers({ search }: { search: UserSearch }) {
  const navigate = useNavigate();
  const find = (value: (name: string) => string) => {
    const role = value("role");
    navigate({
      to: "/staff/users",
      search: { q: value("q").trim() || undefined, role: isRole(role) ? role : undefined },
    });
  };

  return (
    <Form role="search" className="find-users" error={null} onSend={find}>
      <div className="field find-users-words">
        <label htmlFor="find-users-q">
          <Trans>Username, name or email</Trans>
        </label>
        <input id="find-users-q" type="search" name="q" maxLength={200} defaultValue={search.q} />
      </div>
      <RoleField of="many" all={t`All users`} defaultValue={search.role ?? ""} />
      <button type="submit" className="button">
        <Trans>Search</Trans>
      </button>
    </Form>
  );
}
