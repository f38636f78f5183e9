import "./auth.css";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link, Navigate } from "@tanstack/react-router";
import { useRef, useState } from "react";
import { meQuery } from "../../api/me";
import { Field } from "../../ui/Field";
import { Form } from "../../ui/Form";
import { Page } from "../../ui/Page";
import { Skeleton } from "../../ui/Skeleton";
import { Trouble } from "../../ui/Trouble";
import { CodeStep } from "./CodeStep";
import { GoOn } from "./GoOn";
import { localPath } from "./next";
import { oauthError } from "./oauthErrors";
import { PasskeySignIn } from "./PasskeySignIn";
import { Providers } from "./Providers";
import { type Credentials, useSignIn, wantsCode } from "./queries";

const route = getRouteApi("/sign-in");

export function SignIn() {
  const search = route.useSearch();
  const next = localPath(search.next);
  const { data: me, isPending } = useQuery(meQuery);
  const signIn = useSignIn();
  const [half, setHalf] = useState<Credentials | null>(null);

  const wasOut = useRef(false);
  if (me === null) wasOut.current = true;
  if (search.error && isPending) return <Waiting />;
  // What went wrong for somebody who stayed signed in was about linking: their profile says it.
  if (me && search.error && !wasOut.current)
    return <Navigate to="/profile" search={{ error: search.error }} replace />;
  if (me) return <GoOn next={search.next} />;
  if (half) return <CodeStep signIn={signIn} credentials={half} onLeave={() => setHalf(null)} />;
  return (
    <Page title="Sign in" narrow>
      {search.error && !signIn.error && (
        <div className="notice notice-bad" role="alert">
          <p>{oauthError(search.error)}</p>
        </div>
      )}
      <Providers next={next} />
      <PasskeySignIn />
      <Form
        className="panel"
        error={signIn.error}
        onSend={(value) => {
          const given = { username: value("username"), password: value("password") };
          signIn.mutate(given, { onError: (error) => wantsCode(error) && setHalf(given) });
        }}
      >
        <h2>With a password</h2>
        {signIn.error && <Trouble error={signIn.error} />}
        <Field
          label="Username"
          name="username"
          autoComplete="username webauthn"
          autoCapitalize="none"
          spellCheck={false}
          hint="Or your email address, once it is verified."
          required
        />
        <Field
          label="Password"
          name="password"
          type="password"
          autoComplete="current-password"
          required
        />
        <button type="submit" className="button" disabled={signIn.isPending}>
          {signIn.isPending ? "Signing in…" : "Sign in"}
        </button>
      </Form>
      <p>
        <Link to="/forgot-password">Forgot your password?</Link>
      </p>
      <p>
        New here?{" "}
        <Link to="/register" search={{ next: search.next }}>
          Make an account
        </Link>
      </p>
    </Page>
  );
}

function Waiting() {
  return (
    <Page title="Sign in" narrow>
      <Skeleton />
    </Page>
  );
}
