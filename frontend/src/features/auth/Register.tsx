import "./auth.css";
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
  const taken = hasCode(error, "username_taken") ? "This username is taken." : undefined;

  if (me) return <GoOn next={next} />;
  if (data === null) return <Registered next={next} />;
  return (
    <Page title="Make an account" narrow>
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
          label="Username"
          name="username"
          autoComplete="username"
          autoCapitalize="none"
          required
          error={taken ?? fieldError(error, "username")}
        />
        <Field
          label="Email"
          name="email"
          type="email"
          autoComplete="email"
          required
          error={fieldError(error, "email")}
        />
        <NewPassword error={error} />
        <Submit label="Make an account" busyLabel="Making your account…" busy={isPending} />
      </Form>
      <p>
        Already have one?{" "}
        <Link to="/sign-in" search={{ next }}>
          Sign in
        </Link>
      </p>
    </Page>
  );
}

function Registered({ next }: { next?: string }) {
  return (
    <Page title="Your account is ready" narrow>
      <p role="status">Only signing in did not work out just now.</p>
      <p>
        <Link to="/sign-in" search={{ next }} className="button">
          Sign in
        </Link>
      </p>
    </Page>
  );
}
