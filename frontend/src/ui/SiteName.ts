import { createContext } from "react";

/** What a site is called that its owner has not named. */
export const plainName = "Kiosk";

/** What the site is called; shell/Shell.tsx provides it. */
export const SiteName = createContext(plainName);
