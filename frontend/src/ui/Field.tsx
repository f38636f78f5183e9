import { type ComponentProps, useId } from "react";

type Own = { label: string; hint?: string; error?: string };
type Props =
  | (Own & { multiline?: false } & ComponentProps<"input">)
  | (Own & { multiline: true } & ComponentProps<"textarea">);

/** A labelled input; hint and error are tied to it, so that they are read out with it. */
export function Field({ label, hint, error, ...input }: Props) {
  const id = useId();
  const described = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ");
  const shared = {
    id,
    "aria-describedby": described || undefined,
    "aria-invalid": error ? true : undefined,
  };
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {input.multiline ? <Area {...input} {...shared} /> : <Input {...input} {...shared} />}
      {hint && (
        <p className="field-hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {error && (
        <p className="field-error" id={`${id}-error`}>
          {error}
        </p>
      )}
    </div>
  );
}

function Input({ multiline: _, ...props }: ComponentProps<"input"> & { multiline?: false }) {
  return <input {...props} />;
}

function Area({ multiline: _, ...props }: ComponentProps<"textarea"> & { multiline: true }) {
  return <textarea rows={3} {...props} />;
}
