type Props = {
  label: string;
  /** Stands on the button while the form is being sent. */
  busyLabel?: string;
  busy: boolean;
  className?: string;
};

export function Submit({ label, busyLabel = label, busy, className = "button" }: Props) {
  return (
    <button type="submit" className={className} disabled={busy}>
      {busy ? busyLabel : label}
    </button>
  );
}
