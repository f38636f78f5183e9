import type { LinkProps } from "@tanstack/react-router";
import { type ComponentType, createContext } from "react";
import type { Confirmation } from "../api/types";
import type { Words } from "../language";
import { plainLook } from "./plainLook";

/** A link in the head of every page. */
export type NavigationLink = {
  label: Words;
  to: NonNullable<LinkProps["to"]>;
  /** Who sees it; every visitor where this is left out. */
  for?: "users" | "staff";
  /** Marked as the current page for this path alone, not for the pages below it. */
  exact?: boolean;
  /** Follows the label. */
  Count?: ComponentType;
};

/** A means by which a signed-in user confirms who they are. */
export type WayToConfirm = {
  isPossible: (confirmation: Confirmation) => boolean;
  Way: ComponentType<{ confirmation: Confirmation; onConfirmed: () => void }>;
};

/** The frame's own look. */
export type Look = {
  /** What the site is called, in the head of each page and in titles. */
  useName: () => string;
  /** Beside the name. */
  Logo: ComponentType;
  /** Below each page. */
  Foot: ComponentType;
};

/** What features add to the frame around the pages; the lists are in wiring.ts. */
export type Parts = {
  /** On the link that leads to the start page. */
  toStart: Words;
  look: Look;
  navigation: NavigationLink[];
  /** In the order in which they are offered. */
  waysToConfirm: Record<string, WayToConfirm>;
  /** The field that a form with a password gets once the API has asked for a code too. */
  CodeField?: ComponentType<{ error: unknown }>;
};

export const Parts = createContext<Parts>({
  toStart: { id: "" },
  look: plainLook,
  navigation: [],
  waysToConfirm: {},
});
