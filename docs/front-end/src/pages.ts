/** Every type of page, drawn. The compiler holds that none is forgotten. */

import { type Api, type Page, type PageOf, type Schemas, type View, answer, never } from "./api.js";
import { type Around, drawBody, heading, picture } from "./blocks.js";
import { counted, day, readDocuments, size } from "./documents.js";
import { type Sent, drawForm, readForm } from "./form.js";
import { Html, html, rich } from "./html.js";

/** A whole HTML document: the page with the site's menu and who runs it. */
export async function drawView(view: View, api: Api, sent?: Sent): Promise<string> {
  const { settings, menus, seo, page } = view;
  if (!settings || !menus) throw new Error("Ask for the page with include=menus,settings");
  const around: Around = { api, contact: settings.contact, documents: await readDocuments(api) };
  const main = sent?.kind === "taken" ? html`<h1>${page.title}</h1><p>${sent.taken.message}</p>` : await drawPage(page, around, sent);
  return `<!doctype html>${html`<html lang="${page.locale}">
    <head>
      <meta charset="utf-8"><meta name="viewport" content="width=device-width">
      <title>${seo.title}</title>
      <meta name="description" content="${seo.description}">
      <link rel="canonical" href="${seo.canonical}">
    </head>
    <body>
      <nav aria-label="Main"><ul>${menus.main.map((entry) => html`<li>${here(entry, settings)}</li>`)}</ul></nav>
      <nav aria-label="Breadcrumbs"><ol>${page.breadcrumbs.map((step) => html`<li>${here(step, settings)}</li>`)}</ol></nav>
      <main>${main}</main>
      <footer><p>${settings.organisation}</p>${rich(settings.footer_text)}</footer>
    </body></html>`.text}`;
}

/** A link to a page, shown by this front end rather than by the site. */
function here(link: Schemas["PageLink"], settings: Schemas["SiteData"]): Html {
  return html`<a href="${link.url.replace(settings.url, "/")}">${link.title}</a>`;
}

async function drawPage(page: Page, around: Around, sent?: Sent): Promise<Html> {
  switch (page.type) {
    case "home.HomePage":
      return html`<h1>${page.hero_title}</h1><p>${page.hero_text}</p>
        <ul>${page.hero_links.map(({ value }) => html`<li><a href="${value.page?.url ?? value.url}">${value.text}</a></li>`)}</ul>
        ${picture(page.hero_image)}${await drawBody(page.body, around)}`;
    case "home.StandardPage":
      return html`<h1>${page.title}</h1><p>${page.summary}</p>${await drawBody(page.body, around)}${updated(page)}`;
    case "programme.BenefitsPage":
    case "programme.PartnersPage":
    case "resources.MaterialsPage":
      return html`<h1>${page.title}</h1>${rich(page.introduction)}${await drawBody(page.body, around)}${updated(page)}`;
    case "programme.GetInvolvedPage":
      return html`<h1>${page.title}</h1>${rich(page.introduction)}${await drawBody(page.body, around)}
        ${drawForm(await readForm(around.api, page.id), sent?.kind === "again" ? sent : undefined)}${updated(page)}`;
    case "resources.ToolkitPage":
      return drawToolkit(page, around);
    case "resources.ToolkitChapterPage":
      return drawChapter(page, around);
    default:
      return never(page);
  }
}

async function drawToolkit(page: PageOf<"resources.ToolkitPage">, around: Around): Promise<Html> {
  const chapters = await chaptersOf(page.id, around.api);
  const [first] = chapters;
  const dates = [page, ...chapters].map((part) => part.last_published_at ?? "").sort();
  const changes = page.change_notes.map((note) => note.value).filter((note) => !note.minor);
  return html`${picture(page.cover_image)}<h1>${page.title}</h1>${rich(page.introduction)}
    ${first && html`<p><a href="${first.url}">Start with chapter 1</a></p>
      <p><a href="${page.url}all/">Read every chapter on one page</a></p>`}
    <dl><dt>Edition</dt><dd>${page.edition}</dd>
      ${first && html`<dt>Length</dt><dd>${counted(chapters.length, "chapter")}</dd>`}
      <dt>Updated</dt><dd>${day(dates.at(-1) ?? "")}</dd>
      <dt>Licence</dt><dd><a href="${page.licence_url}">${page.licence_name}</a></dd></dl>
    ${first && html`<h2>Chapters</h2><ol>${chapters.map((chapter) => html`<li><a href="${chapter.url}">${chapter.title}</a>
      <p>${chapter.summary}</p></li>`)}</ol>`}
    ${drawDownloads(page, "Take the whole toolkit with you")}
    ${await drawBody(page.body, around)}
    ${changes.length > 0 && html`<h2>What has changed</h2><ol>${changes.map((note) => html`<li><p>${day(note.date)}</p>
      <p>${note.text}</p></li>`)}</ol>`}`;
}

async function drawChapter(page: PageOf<"resources.ToolkitChapterPage">, around: Around): Promise<Html> {
  const toolkit = page.breadcrumbs.at(-1);
  const chapters = toolkit ? await chaptersOf(toolkit.id, around.api) : [];
  const place = chapters.findIndex((chapter) => chapter.id === page.id);
  const [before, after] = [chapters[place - 1], chapters[place + 1]];
  return html`<p>Chapter ${place + 1} of ${chapters.length} · ${counted(page.reading_minutes, "minute")} to read</p>
    <h1>${page.title}</h1><p>${page.introduction}</p>
    ${await drawBody(page.body, around)}
    ${drawDownloads(page, "Take this chapter with you")}
    <nav aria-label="Previous and next chapter">
      ${before && html`<a rel="prev" href="${before.url}">Previous chapter: ${before.title}</a>`}
      ${after && html`<a rel="next" href="${after.url}">Next chapter: ${after.title}</a>`}
    </nav>${updated(page)}`;
}

async function chaptersOf(toolkit: number, api: Api) {
  const query = { child_of: toolkit, limit: 100, fields: "summary" };
  return answer(await api.GET("/pages/", { params: { query } })).items;
}

function drawDownloads(page: PageOf<"resources.ToolkitPage" | "resources.ToolkitChapterPage">, title: string): Html | null {
  if (page.downloads.length === 0) return null;
  return html`<section>${heading(2, title)}<ul>${page.downloads.map((file) => html`<li><a href="${file.url}">${file.name}
    ${[size(file.size), file.page_count && counted(file.page_count, "page")].filter(Boolean).join(", ")}</a>
    <p>${file.use}</p></li>`)}</ul></section>`;
}

function updated(page: Page): Html | null {
  return page.last_published_at ? html`<p>Updated ${day(page.last_published_at)}</p>` : null;
}
