import { Field } from "./Field";

type Props = { label: string; name: string; shown: boolean; error?: string };

export function NewPasswordField({ label, name, shown, error }: Props) {
  return (
    <Field
      label={label}
      name={name}
      type={passwordType(shown)}
      autoComplete="new-password"
      autoCapitalize="none"
      spellCheck={false}
      required
      hint="Length is what counts: a few words in a row make a good one."
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
