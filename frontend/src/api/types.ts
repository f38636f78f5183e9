import type { components } from "./schema";

type Schemas = components["schemas"];

export type User = Schemas["UserOut"];
export type Item = Schemas["ItemOut"];
export type Order = Schemas["OrderOut"];
export type Todo = Schemas["TodoOut"];
