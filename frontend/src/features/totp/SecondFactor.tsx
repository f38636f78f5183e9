import "./totp.css";
import { t } from "@lingui/core/macro";
import { Plural, Trans } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { factorsQuery } from "../../api/factors";
import { Loaded } from "../../ui/Loaded";
import { Section } from "../../ui/Section";
import { Trouble } from "../../ui/Trouble";
import { useBeginApp, useRenewCodes } from "./queries";
import { RecoveryCodes } from "./RecoveryCodes";
import { RemoveApp } from "./RemoveApp";
import { SetUpApp } from "./SetUpApp";

const FEW = 3;

/** An authenticator app: set up, with recovery codes that are shown once, and removed. */
export function SecondFactor() {
  const factors = useQuery(factorsQuery);
  const [codes, setCodes] = useState<string[] | null>(null);
  return (
    <Section title={t`Authenticator app`}>
      {codes && <RecoveryCodes codes={codes} onKept={() => setCodes(null)} />}
      <Loaded query={factors} lines={2}>
        {({ totp, recovery_codes_left, has_password }) => {
          if (codes) return null;
          if (!totp) return <Off onCodes={setCodes} />;
          return <On left={recovery_codes_left} hasPassword={has_password} onCodes={setCodes} />;
        }}
      </Loaded>
    </Section>
  );
}

function Off({ onCodes }: { onCodes: (codes: string[]) => void }) {
  const { mutate, data, error, isPending, reset } = useBeginApp();
  if (data) return <SetUpApp app={data} onCodes={onCodes} onLeave={reset} />;
  return (
    <>
      <p>
        <Trans>
          Signing in by password then also takes a code from your phone, so that a password alone is
          worth nothing to a thief.
        </Trans>
      </p>
      {error && <Trouble error={error} />}
      <button type="button" className="button" disabled={isPending} onClick={() => mutate()}>
        {isPending ? t`One moment…` : t`Set up an app`}
      </button>
    </>
  );
}

type OnProps = { left: number; hasPassword: boolean; onCodes: (codes: string[]) => void };

function On({ left, hasPassword, onCodes }: OnProps) {
  const { mutate, error, isPending } = useRenewCodes();
  const renew = () => mutate(undefined, { onSuccess: (made) => onCodes(made.recovery_codes) });
  return (
    <>
      <p>
        <Trans>Signing in by password takes a code of your app.</Trans>
      </p>
      <p className={left <= FEW ? "field-error" : "fine"}>
        <Plural value={left} one="# recovery code is left." other="# recovery codes are left." />{" "}
        {left <= FEW && <Trans>Make new ones before they run out.</Trans>}
      </p>
      {error && <Trouble error={error} />}
      <div className="actions">
        <button type="button" className="button button-quiet" disabled={isPending} onClick={renew}>
          {isPending ? t`Making them…` : t`Make new recovery codes`}
        </button>
        <RemoveApp hasPassword={hasPassword} />
      </div>
    </>
  );
}
