/**
 * Under which key each answer of the API is cached. A key covers every key that begins with it: to invalidate
 * `keys.orders` fetches the list, each order and its history anew.
 */
export const keys = {
  me: ["me"],
  sessionEnded: ["session ended"],
  confirmation: ["confirmation"],
  factors: ["factors"],
  providers: ["providers"],
  passwordRule: ["password rule"],
  sessions: ["sessions"],

  users: ["users"],
  userLists: ["users", "list"],
  userList: (search: object) => ["users", "list", search],
  user: (id: number) => ["users", id],
  trail: (id: number, page: number) => ["users", id, "trail", page],

  shop: ["shop"], // feature: shop
  shopVersion: ["shop version"], // feature: shop
  page: (slug: string) => ["shop", "page", slug], // feature: shop
  pageVersion: (slug: string) => ["page version", slug], // feature: shop
  items: ["items"], // feature: shop
  categories: ["items", "categories"], // feature: shop
  itemList: (search: object) => ["items", "list", search], // feature: shop
  item: (id: number) => ["items", id], // feature: shop
  itemVersion: (id: number) => ["item version", id], // feature: shop
  basket: ["basket"], // feature: shop
  orders: ["orders"], // feature: shop
  orderList: (search: object) => ["orders", "list", search], // feature: shop
  order: (id: number) => ["orders", id], // feature: shop
  history: (id: number, ...state: unknown[]) => ["orders", id, "history", ...state], // feature: shop
  itemChanges: (id: number, page: number) => ["items", id, "changes", page], // feature: shop
  dashboard: ["dashboard"], // feature: shop
  findings: ["findings"], // feature: shop
  closedFindings: ["findings", "closed"], // feature: shop

  todos: ["todos"], // feature: todos
  todoList: (search: object) => ["todos", "list", search], // feature: todos
};
