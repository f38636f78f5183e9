import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useEffect, useRef, useState } from "react";

type Props = { codes: string[]; onKept: () => void };

/** Shown once, with every means to keep them. */
export function RecoveryCodes({ codes, onKept }: Props) {
  const heading = useRef<HTMLHeadingElement>(null);
  const [done, setDone] = useState("");
  const text = `${t`Recovery codes for ${location.host}`}\n\n${codes.join("\n")}\n`;

  useEffect(() => heading.current?.focus(), []);

  const copy = () =>
    navigator.clipboard.writeText(text).then(
      () => setDone(t`Copied.`),
      () => setDone(t`Copying did not work. Select them, and copy them by hand.`),
    );
  return (
    <div className="stack recovery-codes">
      <h3 ref={heading} tabIndex={-1}>
        <Trans>Keep these recovery codes</Trans>
      </h3>
      <p>
        <Trans>
          Each signs you in once, should you lose the app. They are not shown again: put them where
          you keep your papers.
        </Trans>
      </p>
      <ol aria-label={t`Recovery codes`} className="totp-codes">
        {codes.map((code) => (
          <li key={code}>
            <code>{code}</code>
          </li>
        ))}
      </ol>
      <div className="actions">
        <button type="button" className="button button-quiet" onClick={copy}>
          <Trans>Copy</Trans>
        </button>
        <a
          className="button button-quiet"
          href={`data:text/plain;charset=utf-8,${encodeURIComponent(text)}`}
          download={`recovery-codes-${location.hostname}.txt`}
        >
          <Trans>Download</Trans>
        </a>
        <button type="button" className="button button-quiet" onClick={() => print()}>
          <Trans>Print</Trans>
        </button>
        <p role="status">{done}</p>
      </div>
      <button type="button" className="button" onClick={onKept}>
        <Trans>I have kept them</Trans>
      </button>
    </div>
  );
}
