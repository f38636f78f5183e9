import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { hasCode, Problem } from "../../api/problem";
import type { AppToSetUp } from "../../api/types";
import { Field } from "../../ui/Field";
import { Form } from "../../ui/Form";
import { Submit } from "../../ui/Submit";
import { Trouble } from "../../ui/Trouble";
import { useConfirmApp } from "./queries";

type Props = {
  app: AppToSetUp;
  onCodes: (codes: string[]) => void;
  onLeave: () => void;
};

/** The key for the app, as a picture, a link and text; it counts once the app's code was typed in. */
export function SetUpApp({ app, onCodes, onLeave }: Props) {
  const { mutate, error, isPending } = useConfirmApp();
  const wrong =
    hasCode(error, "invalid_code") || (error instanceof Problem && error.fields.length > 0);
  return (
    <Form
      className="stack"
      error={error}
      onSend={(value) =>
        mutate(value("code"), { onSuccess: (made) => onCodes(made.recovery_codes) })
      }
    >
      <p>
        <Trans>Scan this with an authenticator app.</Trans>
      </p>
      <img className="totp-picture" src={asImage(app.qr)} alt={t`QR code for the app`} />
      <p>
        <Trans>
          On this very device, <a href={app.uri}>open the app</a>. Or type in this key:
        </Trans>
      </p>
      <p className="totp-key">
        <code>{inGroups(app.secret)}</code>
      </p>
      {error && !wrong && <Trouble error={error} />}
      <Field
        label={t`Code that the app shows`}
        name="code"
        autoComplete="one-time-code"
        inputMode="numeric"
        required
        error={
          wrong ? t`This code does not match. Wait for the next one, and try that.` : undefined
        }
      />
      <div className="actions">
        <Submit label={t`Turn it on`} busyLabel={t`Checking…`} busy={isPending} />
        <button type="button" className="button button-quiet" onClick={onLeave}>
          <Trans>Leave it</Trans>
        </button>
      </div>
    </Form>
  );
}

/** As an image it can neither run nor fetch anything. */
const asImage = (svg: string) => `data:image/svg+xml,${encodeURIComponent(svg)}`;

const inGroups = (key: string) => key.replace(/(.{4})(?=.)/g, "$1 ");
