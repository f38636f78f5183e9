import "./auth.css";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useMe } from "../../api/me";
import { fieldError, hasCode } from "../../api/problem";
import { Field } from "../../ui/Field";
import { Form } from "../../ui/Form";
import { Page } from "../../ui/Page";
import { Submit } from "../../ui/Submit";
import { Trouble } from "../../ui/Trouble";
import { GoOn } from "./GoOn";
import { NewPassword } from "./NewPassword";
import { useRegister } from "./queries";

const route = getRouteApi("/register");

export function Register() {
  const { next } = route.useSearch();
  const me = useMe();
  const { mutate, data, error, isPending } = useRegister();
  const taken = hasCode(error, "username_taken") ? t`This username is taken.` : undefined;

  if (me) return <GoOn next={next} />;
  if (data === null) return <Registered next={next} />;
  return (
    <Page title={t`Make an account`} narrow>
      <Form
        className="panel"
        error={error}
        onSend={(value) =>
          mutate({
            username: value("username"),
            email: value("email"),
            password: value("password"),
          })
        }
      >
        {error && <Trouble error={error} />}
        <Field
          label={t`Username`}
          name="username"
          autoComplete="username"
          autoCapitalize="none"
          required
          error={taken ?? fieldError(error, "username")}
        />
        <Field
          label={t`Email`}
          name="email"
          type="email"
          autoComplete="email"
          required
          error={fieldError(error, "email")}
        />
        <NewPassword error={error} />
        <Submit label={t`Make an account`} busyLabel={t`Making your account…`} busy={isPending} />
      </Form>
      <p>
        <Trans>
          Already have one?{" "}
          <Link to="/sign-in" search={{ next }}>
            Sign in
          </Link>
        </Trans>
      </p>
    </Page>
  );
}

function Registered({ next }: { next?: string }) {
  return (
    <Page title={t`Your account is ready`} narrow>
      <p role="status">
        <Trans>Only signing in did not work out just now.</Trans>
      </p>
      <p>
        <Link to="/sign-in" search={{ next }} className="button">
          <Trans>Sign in</Trans>
        </Link>
      </p>
    </Page>
  );
}
