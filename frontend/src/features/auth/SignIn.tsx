import "./auth.css";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link, Navigate } from "@tanstack/react-router";
import { type ComponentType, useRef, useState } from "react";
import { meQuery } from "../../api/me";
import { hasCode } from "../../api/problem";
import { providersQuery } from "../../api/providers";
import { type Credentials, useSignIn } from "../../api/session";
import { useSessionEnded } from "../../api/sessionEnd";
import { Page } from "../../ui/Page";
import { Skeleton } from "../../ui/Skeleton";
import { GoOn } from "./GoOn";
import { localPath } from "./next";
import { oauthError } from "./oauthErrors";
import { PasswordSignIn } from "./PasswordSignIn";

const route = getRouteApi("/sign-in");

export type SignInProps = {
  /** What stands above the form for the password, in this order. `next` is where to go afterwards. */
  methods: Record<string, ComponentType<{ next: string }>>;
  /** What the browser may suggest for the username, as `autocomplete` names it. */
  suggestions: string[];
  /** What follows where the password was right and the API asks for a code too. */
  CodeStep?: ComponentType<{
    signIn: ReturnType<typeof useSignIn>;
    credentials: Credentials;
    onLeave: () => void;
  }>;
};

export function SignIn({ methods, suggestions, CodeStep }: SignInProps) {
  const search = route.useSearch();
  const next = localPath(search.next);
  const { data: me, isPending } = useQuery(meQuery);
  const providers = useQuery(providersQuery);
  const signIn = useSignIn();
  const ended = useSessionEnded();
  const [half, setHalf] = useState<Credentials | null>(null);

  const wasOut = useRef(false);
  const isThere = useRef(false);
  if (me === null) wasOut.current = true;
  if (search.error && isPending) return <Waiting />;
  // An error that comes back to a user who stayed signed in was about linking: the profile says it.
  if (me && search.error && !wasOut.current)
    return <Navigate to="/profile" search={{ error: search.error }} replace />;
  if (me) return <GoOn next={search.next} />;
  // What stands above the form would push it down. Once there it stays, though a query that failed begins anew.
  if (!providers.isPending) isThere.current = true;
  if (!isThere.current) return <Waiting />;
  if (half && CodeStep)
    return <CodeStep signIn={signIn} credentials={half} onLeave={() => setHalf(null)} />;

  const send = (given: Credentials) =>
    signIn.mutate(given, {
      onError: (error) => hasCode(error, "second_factor_required") && setHalf(given),
    });
  return (
    <Page title={t`Sign in`} narrow>
      {search.error && !signIn.error && (
        <div className="notice notice-bad" role="alert">
          <p>{oauthError(search.error)}</p>
        </div>
      )}
      {ended && (
        <p className="notice" role="status">
          <Trans>
            Your session has ended. Sign in, and you are back where you were; what you typed is
            kept.
          </Trans>
        </p>
      )}
      {Object.entries(methods).map(([name, Method]) => (
        <Method key={name} next={next} />
      ))}
      <PasswordSignIn
        suggestions={suggestions}
        error={signIn.error}
        busy={signIn.isPending}
        onSend={send}
      />
      <p>
        <Link to="/forgot-password">
          <Trans>Forgot your password?</Trans>
        </Link>
      </p>
      <p>
        <Trans>
          New here?{" "}
          <Link to="/register" search={{ next: search.next }}>
            Make an account
          </Link>
        </Trans>
      </p>
    </Page>
  );
}

function Waiting() {
  return (
    <Page title={t`Sign in`} narrow>
      <Skeleton />
    </Page>
  );
}
