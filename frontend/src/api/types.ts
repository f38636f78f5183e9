import type { components } from "./schema";

type Schemas = components["schemas"];

export type User = Schemas["UserOut"];
export type Role = NonNullable<Schemas["NewUser"]["role"]>;
export type NewUser = Schemas["NewUser"];
export type UserChange = Schemas["UserChange"];
export type TrailEntry = Schemas["AuditTrailEntryOut"];
export type Session = Schemas["SessionOut"];
export type Confirmation = Schemas["Confirmation"];
export type Provider = Schemas["ProviderOut"];

export type Passkey = Schemas["PasskeyOut"]; // feature: passkeys
export type PasskeyChallenge = Schemas["PasskeyChallengeOut"]; // feature: passkeys
export type PasskeyAnswer = Schemas["Assertion"]; // feature: passkeys
export type AppToSetUp = Schemas["AuthenticatorAppSetup"]; // feature: totp

export type Shop = Schemas["ShopOut"]; // feature: shop
export type ShopChange = Schemas["ShopChange"]; // feature: shop
export type WrittenPage = Schemas["PageOut"]; // feature: shop
export type Item = Schemas["ItemOut"]; // feature: shop
export type Category = Schemas["CategoryOut"]; // feature: shop
export type Order = Schemas["OrderOut"]; // feature: shop
export type NewOrder = Schemas["NewOrder"]; // feature: shop
export type KeptBasket = Schemas["BasketOut"]; // feature: shop
export type OrderLineRequest = Schemas["OrderLineRequest"]; // feature: shop
export type WaitingOrder = Schemas["WaitingOrder"]; // feature: shop
export type HistoryEntry = Schemas["HistoryEntry"]; // feature: shop
export type Payment = Schemas["PaymentOut"]; // feature: shop
export type Refund = Schemas["RefundOut"]; // feature: shop
export type Dashboard = Schemas["Dashboard"]; // feature: shop
export type Day = Schemas["Day"]; // feature: shop
export type ItemChange = Schemas["ItemChangeOut"]; // feature: shop
export type Finding = Schemas["Finding"]; // feature: shop

export type Todo = Schemas["TodoOut"]; // feature: todos
