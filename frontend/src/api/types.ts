import type { components } from "./schema";

type Schemas = components["schemas"];

export type User = Schemas["UserOut"];
export type Role = Schemas["NewUser"]["role"] & string;
export type NewUser = Schemas["NewUser"];
export type UserChange = Schemas["UserChange"];
export type TrailEntry = Schemas["AuditTrailEntryOut"];
export type Session = Schemas["SessionOut"];
export type Provider = Schemas["ProviderOut"];
export type Item = Schemas["ItemOut"];
export type Order = Schemas["OrderOut"];
export type Wanted = Schemas["Wanted"];
export type HistoryEntry = Schemas["Entry"];
export type Payment = Schemas["PaymentOut"];
export type Finding = Schemas["FindingOut"];
export type Todo = Schemas["TodoOut"];
