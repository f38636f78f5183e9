import { resolve } from "node:path";
import { getCatalogs } from "@lingui/cli/api";
import { getConfig } from "@lingui/conf";
import { expect, test } from "vitest";

const config = getConfig({ configPath: resolve("lingui.config.ts") });
const [catalogue] = await getCatalogs(config);
const said = Object.keys((await catalogue?.collect()) ?? {});
const written = (await catalogue?.read("de")) ?? {};

test("every message of the page is there in German", () => {
  const missing = said.filter((id) => !written[id]?.translation);

  expect(missing, "run `npm run messages`, and write the German into messages.po").toEqual([]);
});

test("no message is kept that the page does not say", () => {
  const unused = Object.entries(written).filter(([id]) => !said.includes(id));

  expect(
    unused.map(([id, { message }]) => message ?? id),
    "run `npm run messages`",
  ).toEqual([]);
});

test("a message and its German have the same placeholders", () => {
  const differ = Object.values(written).filter(
    ({ message, translation }) => placeholders(message) !== placeholders(translation),
  );

  expect(differ.map(({ message }) => message)).toEqual([]);
});

const placeholders = (message = "") =>
  [...new Set(message.match(/\{\w+(?=[},])|<\/?\d+\/?>/g))].sort().join(" ");
