import { Trans } from "@lingui/react/macro";
import { useId } from "react";
import type { Role } from "../../api/types";
import { say } from "../../language";
import { roles } from "./roles";

type Props = {
  of: "one" | "many";
  /** Stands for every role. */
  all?: string;
  defaultValue: Role | "";
};

/** The field `role` of a form: which role one user has, or of which users to see the many. */
export function RoleField({ of, all, defaultValue }: Props) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>
        <Trans>Role</Trans>
      </label>
      <select id={id} name="role" defaultValue={defaultValue}>
        {all && <option value="">{all}</option>}
        {Object.entries(roles).map(([role, words]) => (
          <option key={role} value={role}>
            {say(words[of])}
          </option>
        ))}
      </select>
    </div>
  );
}
