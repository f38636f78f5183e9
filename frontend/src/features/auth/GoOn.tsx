import { useRouter } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { localPath } from "./next";

/** The user is signed in: on to where they wanted to go. */
export function GoOn({ next }: { next?: string }) {
  const { history } = useRouter();
  const [path] = useState(localPath(next));
  useEffect(() => history.replace(path), [history, path]);
  return null;
}
