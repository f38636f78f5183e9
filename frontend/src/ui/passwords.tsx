import { t } from "@lingui/core/macro";
import { useQuery } from "@tanstack/react-query";
import { passwordRuleQuery } from "../api/passwordRule";
import { Field } from "./Field";

type Props = { label: string; name: string; shown: boolean; error?: string };

/** The rule stands there before the first try. */
export function NewPasswordField({ label, name, shown, error }: Props) {
  const rule = useQuery(passwordRuleQuery).data;
  const advice = t`Length is what counts: a few words in a row make a good one.`;
  return (
    <Field
      label={label}
      name={name}
      type={passwordType(shown)}
      autoComplete="new-password"
      autoCapitalize="none"
      spellCheck={false}
      required
      hint={rule ? `${t`At least ${rule.min_length} characters.`} ${advice}` : advice}
      error={error}
    />
  );
}

type ShowProps = { label: string; shown: boolean; onChange: (shown: boolean) => void };

/** Long passwords are easily mistyped: the user may look at what they type. */
export function ShowPassword({ label, shown, onChange }: ShowProps) {
  return (
    <label className="check">
      <input type="checkbox" checked={shown} onChange={() => onChange(!shown)} />
      {label}
    </label>
  );
}

export const passwordType = (shown: boolean) => (shown ? "text" : "password");
