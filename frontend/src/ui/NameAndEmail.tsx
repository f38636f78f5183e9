import { t } from "@lingui/core/macro";
import { fieldError } from "../api/problem";
import type { User } from "../api/types";
import { Field } from "./Field";

type Props = {
  user?: User;
  /** Whether the browser may fill in what it knows of its user. */
  own?: boolean;
  emailHint?: string;
  error: unknown;
};

/** The fields `name` and `email` of a form about a user. */
export function NameAndEmail({ user, own, emailHint, error }: Props) {
  return (
    <>
      <Field
        label={t`Name`}
        name="name"
        autoComplete={own ? "name" : "off"}
        defaultValue={user?.name ?? ""}
        error={fieldError(error, "name")}
      />
      <Field
        label={t`Email`}
        name="email"
        type="email"
        autoComplete={own ? "email" : "off"}
        defaultValue={user?.email ?? ""}
        hint={emailHint}
        error={fieldError(error, "email")}
      />
    </>
  );
}
