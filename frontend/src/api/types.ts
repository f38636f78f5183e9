import type { components } from "./schema";

type Schemas = components["schemas"];

export type User = Schemas["UserOut"];
export type Role = Schemas["NewUser"]["role"] & string;
export type NewUser = Schemas["NewUser"];
export type UserChange = Schemas["UserChange"];
export type TrailEntry = Schemas["TrailOut"];
export type Session = Schemas["SessionOut"];
export type Provider = Schemas["ProviderOut"];
export type Item = Schemas["ItemOut"];
export type Order = Schemas["OrderOut"];
export type Wanted = Schemas["OrderLineRequest"];
export type HistoryEntry = Schemas["HistoryEntry"];
export type Payment = Schemas["PaymentOut"];
export type Finding = Schemas["Finding"];
export type Todo = Schemas["TodoOut"];
