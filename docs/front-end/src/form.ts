import { type Api, type PageOf } from "./api.js";
import { Html, html } from "./html.js";

export async function drawForm(_page: PageOf<"programme.GetInvolvedPage">, _api: Api): Promise<Html> {
  return html``;
}
