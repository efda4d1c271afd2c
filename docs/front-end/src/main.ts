/** A web server that shows a site by its content API: `npm start -- http://127.0.0.1:8000 9000`. */

import { type IncomingMessage, createServer } from "node:http";
import { answer, connect } from "./api.js";
import { readForm, sendForm } from "./form.js";
import { html } from "./html.js";
import { drawView } from "./pages.js";

const [site = "http://127.0.0.1:8000", port = "9000"] = process.argv.slice(2);
const api = connect(site);

interface Shown {
  status: number;
  body: string;
  headers?: Record<string, string>;
}

const include: ("menus" | "settings")[] = ["menus", "settings"];

/** A draft, for whoever has the token that the editor's preview, or a link, gave out. */
async function preview(token: string): Promise<Shown> {
  const asked = await api.GET("/preview/{token}/", { params: { path: { token }, query: { include } } });
  if (asked.response.status === 404) return { status: 404, body: html`<h1>This preview is over</h1>`.text };
  const headers = { "Cache-Control": "no-store", "Referrer-Policy": "no-referrer" };
  return { status: 200, body: await drawView(answer(asked), api), headers };
}

async function show(address: URL, request: IncomingMessage): Promise<Shown> {
  const token = address.searchParams.get("token");
  if (address.pathname === "/preview" && token) return preview(token);
  const query = { path: address.pathname, include };
  const asked = await api.GET("/pages/by-path/", { params: { query } });
  if (asked.response.status === 404) return { status: 404, body: html`<h1>Page not found</h1>`.text };
  const found = answer(asked);
  if (found.kind === "redirect") {
    return { status: found.is_permanent ? 301 : 302, body: "", headers: { Location: found.location } };
  }
  if (request.method !== "POST" || found.page.type !== "programme.GetInvolvedPage") {
    return { status: 200, body: await drawView(found, api) };
  }
  const given = new URLSearchParams(await read(request));
  const sent = await sendForm(api, await readForm(api, found.page.id), given);
  return { status: sent.kind === "taken" ? 200 : sent.status, body: await drawView(found, api, sent) };
}

async function read(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString("utf-8");
}

createServer((request, response) => {
  show(new URL(request.url ?? "/", `http://127.0.0.1:${port}`), request)
    .catch((error: unknown): Shown => {
      console.error(error);
      return { status: 502, body: html`<h1>The site does not answer</h1>`.text };
    })
    .then(({ status, body, headers }) => {
      response.writeHead(status, { "Content-Type": "text/html; charset=utf-8", ...headers });
      response.end(body);
    });
}).listen(Number(port), "127.0.0.1", () => console.log(`http://127.0.0.1:${port}/`));
