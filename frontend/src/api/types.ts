import type { components } from "./schema";

type Schemas = components["schemas"];

export type User = Schemas["UserOut"];
export type Item = Schemas["ItemOut"];
export type Order = Schemas["OrderOut"];
export type Wanted = Schemas["Wanted"];
export type HistoryEntry = Schemas["Entry"];
export type Finding = Schemas["Needed"];
export type Todo = Schemas["TodoOut"];
