import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import react from "@vitejs/plugin-react";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

const backend = "http://127.0.0.1:8000";

export default defineConfig({
  plugins: [react(), swaggerUi()],
  build: { license: { fileName: "licenses.md" } },
  server: {
    host: "127.0.0.1",
    proxy: { "/api": backend, "/oauth": backend, "/checkout": backend, "/docs": backend },
  },
  test: {
    environment: "jsdom",
    pool: "threads",
    maxWorkers: "100%", // else one of two cores is left idle
    // The modules and the page are loaded once per worker: for each file anew they took two thirds of the time.
    isolate: false,
    include: ["src/**/*.test.{ts,tsx}"],
    setupFiles: ["src/test/setup.ts"],
    testTimeout: 30_000,
    restoreMocks: true,
    unstubGlobals: true,
  },
});

/** Puts Swagger UI, as its package ships it, beside public/docs, so that /api/docs works offline. */
function swaggerUi(): Plugin {
  const files = {
    "swagger-ui.css": "swagger-ui.css",
    "swagger-ui-bundle.js": "swagger-ui-bundle.js",
    "swagger-ui-bundle.js.LICENSE.txt": "swagger-ui-bundle.js.LICENSE.txt",
    LICENSE: "swagger-ui.LICENSE.txt",
    NOTICE: "swagger-ui.NOTICE.txt",
  };
  const { resolve } = createRequire(import.meta.url);

  return {
    name: "swagger-ui",
    apply: "build",
    generateBundle() {
      for (const [from, to] of Object.entries(files)) {
        const source = readFileSync(resolve(`swagger-ui-dist/${from}`));
        this.emitFile({ type: "asset", fileName: `docs/${to}`, source });
      }
    },
  };
}
