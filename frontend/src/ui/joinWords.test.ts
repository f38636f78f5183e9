import { afterEach, expect, test } from "vitest";
import { speak } from "../language";
import { joinWords } from "./joinWords";

afterEach(() => speak("en"));

test("words are joined as in the language of the page", async () => {
  await speak("de");

  expect(joinWords(["Name", "Adresse", "Merkliste"])).toBe("Name, Adresse und Merkliste");
  expect(joinWords(["Bestand", "Nutzer"], "or")).toBe("Bestand oder Nutzer");
});

test("in English with a comma before the last of three", () => {
  expect(joinWords([])).toBe("");
  expect(joinWords(["a"])).toBe("a");
  expect(joinWords(["a", "b"])).toBe("a and b");
  expect(joinWords(["a", "b", "c"], "or")).toBe("a, b, or c");
});
