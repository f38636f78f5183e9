import { defineConfig } from "@lingui/conf";
import { formatter } from "@lingui/format-po";

/** English stands in the code; src/locales/de/messages.po has the German of each message. */
export default defineConfig({
  sourceLocale: "en",
  locales: ["de"],
  catalogs: [{ path: "<rootDir>/src/locales/{locale}/messages", include: ["src"] }],
  format: formatter({ lineNumbers: false }),
  orderBy: "origin",
});
