import { lazyRouteComponent } from "@tanstack/react-router";
import type { ComponentType } from "react";
import { Problem } from "../api/problem";
import { inLanguage } from "./inLanguage";

/**
 * A page whose code is loaded when it is wanted. Where a new release has taken the place of that code, the browser
 * loads everything anew, once; where the shop cannot be reached, it stays and says so.
 */
export function lazyPage<N extends string>(load: () => Promise<Record<N, ComponentType>>, name: N) {
  const orSay = async (error: unknown) => {
    if (await isReachable()) throw error;
    throw new Problem(0, "unreachable", "");
  };
  return lazyRouteComponent(async () => {
    const pages = await load().catch(orSay);
    return { default: inLanguage(pages[name]) };
  });
}

async function isReachable(): Promise<boolean> {
  try {
    await fetch(new Request(location.origin, { method: "HEAD", cache: "no-store" }));
    return true;
  } catch {
    return false;
  }
}
