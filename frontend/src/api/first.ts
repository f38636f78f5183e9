import type { components } from "./schema";

type Schemas = components["schemas"];

type First = {
  language?: string;
  me?: Schemas["UserOut"] | null;
  shop?: Schemas["ShopOut"]; // feature: shop
};

/** Answers of the API that came with the page (app/web/first_answer.py); nothing where it came by itself. */
export const first: First = JSON.parse(document.getElementById("first")?.textContent || "{}");
