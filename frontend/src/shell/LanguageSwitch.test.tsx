import { screen, within } from "@testing-library/react";
import { expect, test } from "vitest";
import { alice } from "../test/accounts";
import { type Answers, fakeApi, json, problem } from "../test/fakeApi";
import { open } from "../test/open";
import { bodyOf } from "../test/profile";

const german = () => screen.findByRole("button", { name: "Deutsch" });

test("a visitor reads the page in German from the click on, and the browser remembers it", async () => {
  fakeApi();
  const { user } = open("/forgot-password");

  await user.click(await german());

  expect(await screen.findByRole("heading", { name: "Passwort vergessen?" })).toBeTruthy();
  expect(document.documentElement.lang).toBe("de");
  expect(document.cookie).toContain("kiosk_language=de");
});

test("the page goes back to English", async () => {
  fakeApi();
  const { user } = open("/forgot-password");
  await user.click(await german());
  await screen.findByRole("heading", { name: "Passwort vergessen?" });

  await user.click(screen.getByRole("button", { name: "English" }));

  expect(await screen.findByRole("heading", { name: "Forgot your password?" })).toBeTruthy();
});

test("the choice of a user who is signed in is kept with the account", async () => {
  const requests = fakeApi({
    "GET /api/profile": () => json(alice),
    "PATCH /api/profile": () => json({ ...alice, language: "de" }),
  });
  const { user } = open("/profile");

  await user.click(await german());

  expect(await screen.findByRole("heading", { name: "Ihr Profil" })).toBeTruthy();
  expect(await bodyOf(requests, "PATCH /api/profile")).toEqual({ language: "de" });
});

test("where the account cannot keep the choice, the page says so and stays as it is", async () => {
  fakeApi({
    "GET /api/profile": () => json(alice),
    "PATCH /api/profile": () => problem(503, "unavailable"),
  });
  const { user } = open("/profile");

  await user.click(await german());

  const menu = screen.getByRole("navigation", { name: "Language" });
  expect(await within(menu).findByRole("alert")).toBeTruthy();
  expect(document.documentElement.lang).toBe("en");
});

test("a user who signs in finds the page in the language of the account", async () => {
  fakeApi({ "GET /api/profile": () => json({ ...alice, language: "de" }) });

  open("/profile");

  expect(await screen.findByRole("heading", { name: "Ihr Profil" })).toBeTruthy();
});

test("the API is asked in the language of the page", async () => {
  const requests = fakeApi();
  const { user } = open("/forgot-password");
  await user.click(await german());
  await user.type(await screen.findByRole("textbox", { name: "E-Mail" }), "ada@example.com");

  await user.click(screen.getByRole("button", { name: "Link senden" }));

  expect(requests.at(-1)?.headers.get("Accept-Language")).toBe("de");
});

test("what was typed is still there in the other language, and the focus stays on the switch", async () => {
  fakeApi({
    "GET /api/profile": () => json(alice),
    "PATCH /api/profile": () => json({ ...alice, language: "de" }),
  });
  const { user } = open("/profile");
  await user.type(await screen.findByLabelText("Name"), "Alice Liddell");

  await user.click(await german());

  expect(await screen.findByLabelText("Name")).toHaveProperty("value", "Alice Liddell");
  await screen.findByRole("heading", { name: "Ihr Profil" });
  expect(document.activeElement?.textContent).toBe("Deutsch");
});

const customer: Answers = {
  "GET /api/profile": () => json(alice),
  "PATCH /api/profile": () => json({ ...alice, language: "de" }),
};

test.each<[string, string, Answers]>([
  ["/sign-in", "Anmelden", {}],
  ["/nowhere", "Seite nicht gefunden", {}],
  ["/staff/users", "Für das Team", customer],
  ["/", "Heute im Angebot", {}], // feature: shop
  ["/items/7", "Diesen Artikel gibt es nicht", {}], // feature: shop
])("%s is drawn in the other language, and its title too", async (path, heading, answers) => {
  fakeApi(answers);
  const { user } = open(path);

  await user.click(await german());

  expect(await screen.findByRole("heading", { level: 1, name: heading })).toBeTruthy();
  expect(document.title).toContain(heading);
});
