/** The content API, typed by the contract that it gives out itself. */

import createClient from "openapi-fetch";
import type { components, paths } from "./contract.js";

export type Schemas = components["schemas"];
export type View = Schemas["PageAtPath"];
export type Page = View["page"];
export type PageType = Page["type"];
export type PageOf<Type extends PageType> = Extract<Page, { type: Type }>;
export type Block = Page["body"][number];

export type Api = ReturnType<typeof createClient<paths>>;

export function connect(site: string, token?: string): Api {
  return createClient<paths>({
    baseUrl: `${site}/api/content/v1`,
    headers: token ? { Authorization: `Bearer ${token}` } : {},
  });
}

/** What the API answered, or the problem that it has, as an error. */
export function answer<T>(asked: { data?: T; error?: unknown; response: Response }): T {
  if (asked.data !== undefined) return asked.data;
  throw new Error(`${asked.response.url} answers ${asked.response.status}: ${JSON.stringify(asked.error)}`);
}

/** The switch that calls this forgets a member of its union: the compiler says which. */
export function never(forgotten: never): never {
  throw new Error(`This front end does not know ${JSON.stringify(forgotten)}`);
}
