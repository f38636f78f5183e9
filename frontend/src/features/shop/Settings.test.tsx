import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import { sam } from "../../test/accounts";
import { fakeApi, inTurn, json, listOf, problem, sent } from "../../test/fakeApi";
import { open } from "../../test/open";
import { mug, shop } from "../../test/shop/goods";

const staff = { "GET /api/profile": () => json(sam) };
const set = { ...shop, name: "Tea & Co", pages: [{ slug: "imprint", title: "Imprint" }] };
const page = { slug: "imprint", title: "Imprint", text: "**Ada**", html: "<p><b>Ada</b></p>" };

test("the shop's name, contact and pages stand around every page", async () => {
  fakeApi({
    "GET /api/shop": () => json({ ...set, contact: "tea@example.com" }),
    "GET /api/pages/imprint": () => json(page),
  });
  const { user } = open("/");

  expect(await screen.findByRole("link", { name: "Tea & Co" })).toBeTruthy();
  expect(screen.getByText("tea@example.com")).toBeTruthy();
  await user.click(screen.getByRole("link", { name: "Imprint" }));

  expect(await screen.findByRole("heading", { name: "Imprint" })).toBeTruthy();
  expect(await screen.findByText("Ada")).toBeTruthy();
  await waitFor(() => expect(document.title).toBe("Imprint · Tea & Co"));
});

test("the owner's colours are on the page, and those of always where none are set", async () => {
  fakeApi({
    "GET /api/shop": () => json({ ...shop, colours: { primary: "#7a1f5c", accent: "#222222" } }),
  });
  open("/");

  const { style } = document.documentElement;
  await waitFor(() => expect(style.getPropertyValue("--head")).toBe("#7a1f5c"));
  expect(style.getPropertyValue("--on-tag")).toBe("#ffffff");
});

test("a page that is not there says so", async () => {
  fakeApi();
  open("/pages/nothing");

  expect(await screen.findByRole("heading", { name: /not here|nothing here/i })).toBeTruthy();
});

test("staff set the shop's name, and it stands in the head at once", async () => {
  let now = shop;
  const requests = fakeApi({
    ...staff,
    "GET /api/shop": () => json(now),
    "PATCH /api/shop": () => {
      now = set;
      return json(now);
    },
  });
  const { user } = open("/staff/shop");

  const name = await screen.findByLabelText("Name");
  await user.clear(name);
  await user.type(name, "Tea & Co");
  await user.click(screen.getByRole("button", { name: "Save" }));

  expect(await screen.findByText("Saved.")).toBeTruthy();
  expect(await screen.findByRole("link", { name: "Tea & Co" })).toBeTruthy();
  expect(await sent(requests, "PATCH /api/shop")[0]?.json()).toEqual({
    name: "Tea & Co",
    colours: {},
  });
});

const typed = (label: string) => (screen.getByLabelText(label) as HTMLInputElement).value;

test("settings that other staff changed meanwhile are not overwritten unasked", async () => {
  const requests = fakeApi({
    ...staff,
    "GET /api/shop": () => json(set, 200, { ETag: '"1"' }),
    "PATCH /api/shop": inTurn(
      () => problem(412, "stale_version"),
      () => json(set, 200, { ETag: '"3"' }),
    ),
  });
  const { user } = open("/staff/shop");

  await user.type(await screen.findByLabelText("Contact"), "By Ada");
  await user.click(screen.getByRole("button", { name: "Save" }));
  expect((await screen.findByRole("alert")).textContent).toMatch(/nothing was saved/);
  expect(typed("Contact")).toBe("By Ada");
  await user.click(screen.getByRole("button", { name: "Save mine all the same" }));

  await screen.findByText("Saved.");
  const [first, second] = sent(requests, "PATCH /api/shop");
  expect(first?.headers.get("If-Match")).toBe('"1"');
  expect(second?.headers.get("If-Match")).toBeNull();
  expect(await second?.json()).toEqual({ contact: "By Ada", colours: {} });
});

test("a page that was changed meanwhile is loaded anew, and then saved as it is there", async () => {
  const requests = fakeApi({
    ...staff,
    "GET /api/shop": () => json(set),
    "GET /api/pages/imprint": inTurn(
      () => json(page, 200, { ETag: '"1"' }),
      () => json({ ...page, text: "By Ben" }, 200, { ETag: '"2"' }),
    ),
    "PUT /api/pages/imprint": inTurn(
      () => problem(412, "stale_version"),
      () => json(page),
    ),
  });
  const { user } = open("/staff/shop/page?slug=imprint&title=Imprint");

  await user.type(await screen.findByLabelText("Text"), " and Ada");
  await user.click(screen.getByRole("button", { name: "Save" }));
  await user.click(await screen.findByRole("button", { name: "Load what is there now" }));
  await waitFor(() => expect(typed("Text")).toBe("By Ben"));
  await user.click(screen.getByRole("button", { name: "Save" }));

  await screen.findByRole("heading", { name: "Your shop" });
  const tags = sent(requests, "PUT /api/pages/imprint").map((each) => each.headers.get("If-Match"));
  expect(tags).toEqual(['"1"', '"2"']);
});

test("what the API has against a colour is said at its field", async () => {
  const message = "White on this colour is hard to read: take a darker one.";
  fakeApi({
    ...staff,
    "PATCH /api/shop": () =>
      problem(422, "invalid_input", { errors: [{ field: "colours.primary", message }] }),
  });
  const { user } = open("/staff/shop");

  await user.click(await screen.findByRole("button", { name: "Save" }));

  await screen.findByText(message);
  expect(screen.getByLabelText("Head and links").getAttribute("aria-invalid")).toBe("true");
});

test("a page is written under an address made of its title", async () => {
  const requests = fakeApi({ ...staff, "PUT /api/pages/uber-uns": () => json(page) });
  const { user } = open("/staff/shop");

  await user.click(await screen.findByRole("link", { name: "Another page" }));
  await user.type(await screen.findByLabelText("Title"), "Über uns!");
  await user.type(screen.getByLabelText("Text"), "We sell tea.");
  await user.click(screen.getByRole("button", { name: "Save" }));

  await screen.findByRole("heading", { name: "Your shop" });
  expect(await sent(requests, "PUT /api/pages/uber-uns")[0]?.json()).toEqual({
    title: "Über uns!",
    text: "We sell tea.",
  });
});

test("a new page replaces none that has its title", async () => {
  const requests = fakeApi({
    ...staff,
    "GET /api/shop": () => json(set),
    "PUT /api/pages/imprint-2": () => json(page),
  });
  const { user } = open("/staff/shop/page");

  await user.type(await screen.findByLabelText("Title"), "Imprint");
  await user.click(screen.getByRole("button", { name: "Save" }));

  await screen.findByRole("heading", { name: "Your shop" });
  const [written] = sent(requests, "PUT /api/pages/imprint-2");
  expect(written?.headers.get("If-None-Match")).toBe("*");
});

test("a page is deleted after a question", async () => {
  const requests = fakeApi({
    ...staff,
    "GET /api/shop": () => json(set),
    "GET /api/pages/imprint": () => json(page),
    "DELETE /api/pages/imprint": () => json({ deleted: true }),
  });
  const { user } = open("/staff/shop");

  await user.click(await screen.findByRole("link", { name: "Edit Imprint" }));
  await user.click(await screen.findByRole("button", { name: "Delete this page" }));
  expect(sent(requests, "DELETE /api/pages/imprint")).toHaveLength(0);
  await user.click(screen.getByRole("button", { name: "Delete it" }));

  await screen.findByRole("heading", { name: "Your shop" });
  expect(sent(requests, "DELETE /api/pages/imprint")).toHaveLength(1);
});

test("an uploaded picture is the item's, and one that is none says why", async () => {
  let file: Response | null = null;
  const requests = fakeApi({
    ...staff,
    "GET /api/items/7": () => json(mug, 200, { ETag: '"1"' }),
    "GET /api/items/7/changes": () => json(listOf()),
    "PATCH /api/items/7": () => json(mug),
    "POST /api/pictures": () => file ?? problem(422, "not_a_picture"),
  });
  const { user } = open("/staff/items/7");
  const chosen = new File(["x"], "mug.png", { type: "image/png" });

  await user.upload(await screen.findByLabelText("Upload a picture"), chosen);
  expect((await screen.findByRole("alert")).textContent).toMatch(/cannot be read as a picture/);
  file = json({ url: "/pictures/1f.webp" }, 201);
  await user.upload(screen.getByLabelText("Upload a picture"), chosen);
  await waitFor(() =>
    expect((screen.getByLabelText("Address of a picture") as HTMLInputElement).value).toBe(
      "/pictures/1f.webp",
    ),
  );
  await user.click(screen.getByRole("button", { name: "Save" }));

  await screen.findByRole("heading", { name: "Stock" });
  const [upload] = sent(requests, "POST /api/pictures");
  expect(upload?.headers.get("Content-Type")).toBe("image/png");
  expect(await sent(requests, "PATCH /api/items/7")[0]?.json()).toEqual({
    image_url: "/pictures/1f.webp",
  });
});

test("a picture of a type that is not taken is refused in words for people", async () => {
  fakeApi({
    ...staff,
    "GET /api/items/7": () => json(mug, 200, { ETag: '"1"' }),
    "GET /api/items/7/changes": () => json(listOf()),
    "POST /api/pictures": () =>
      problem(415, "unsupported_media_type", { detail: "Send the body as image/jpeg." }),
  });
  // A browser lets another file through where its user asks for all files.
  const user = userEvent.setup({ applyAccept: false });
  open("/staff/items/7");

  await user.upload(
    await screen.findByLabelText("Upload a picture"),
    new File(["<svg/>"], "mug.svg", { type: "image/svg+xml" }),
  );

  expect((await screen.findByRole("alert")).textContent).toBe(
    "Files of this type are not taken. Choose a JPEG, PNG, WebP or GIF file.",
  );
});
