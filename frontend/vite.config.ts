import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { lingui } from "@lingui/vite-plugin";
import react from "@vitejs/plugin-react";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";
import { linguiMacros, namedPerLanguage } from "./messages.ts";

const backend = "http://127.0.0.1:8000";

export default defineConfig({
  plugins: [linguiMacros(), react(), lingui(), namedPerLanguage(), swaggerUi(), packed()],
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

/** Packs what shrinks, once and as small as it gets: `kiosk serve` sends `x.js.br` for `x.js` (app/web/packed.py). */
function packed(): Plugin {
  const shrinks = /\.(js|css|html|svg|md|txt|json)$/;
  let folder = "";

  return {
    name: "packed",
    apply: "build",
    configResolved: (config) => {
      folder = config.build.outDir;
    },
    closeBundle() {
      for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
        if (!shrinks.test(name)) continue;
        const file = join(folder, name);
        const source = readFileSync(file);
        writeFileSync(`${file}.br`, brotliCompressSync(source));
        writeFileSync(`${file}.gz`, gzipSync(source, { level: 9 }));
      }
    },
  };
}
