/** Files to take away, with all that is known of them. */

import { type Api, type PageOf, type Schemas, answer } from "./api.js";
import { Html, html } from "./html.js";

type Contact = Schemas["Contact"];

/** Every public document by its id: what pages show of a document is a part of this. */
export async function readDocuments(api: Api): Promise<Map<number, Schemas["Document"]>> {
  const found = new Map<number, Schemas["Document"]>();
  let cursor: string | null = null;
  do {
    const query: { limit: number; cursor?: string } = { limit: 100, ...(cursor ? { cursor } : {}) };
    const part: Schemas["DocumentList"] = answer(await api.GET("/documents/", { params: { query } }));
    for (const document of part.items) found.set(document.id, document);
    cursor = part.next_cursor;
  } while (cursor);
  return found;
}

export function size(bytes: number | null): string {
  let left = bytes ?? 0;
  if (left < 1024) return `${left} byte${left === 1 ? "" : "s"}`;
  for (const unit of ["KB", "MB", "GB"]) {
    left /= 1024;
    if (left < 1024 || unit === "GB") return `${left.toFixed(1)} ${unit}`;
  }
  return "";
}

export function day(moment: string): string {
  const date = new Date(moment);
  return date.toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric", timeZone: "Europe/London" });
}

export function counted(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

export interface Attached {
  document: Schemas["Document"];
  /** What is said of it here, in place of its own description. */
  words?: string | null;
  contact: Contact;
  /** Whether there is room for the telephone number beside the email address. */
  telephone?: boolean;
}

export function drawDocument({ document, words, contact, telephone }: Attached): Html {
  const facts = [document.type.toUpperCase()];
  if (document.page_count) facts.push(counted(document.page_count, "page"));
  facts.push(size(document.size));
  const description = words || document.description;
  const languages = [document, ...document.other_forms].map((form) => form.language);
  const latest = document.change_note && html`<li>${day(document.dated)}, the latest: ${document.change_note}</li>`;
  return html`<div class="attachment">
    <p><a href="${document.url}" hreflang="${document.language}">${document.title}
      (${facts.join(", ")}, <span lang="${document.language}">${document.language_name}</span>)</a></p>
    ${description && html`<p>${description}</p>`}
    <p>${document.edition && `${document.edition}.`} ${document.version > 1 ? "Updated" : "Published"} ${day(document.dated)}.</p>
    ${document.other_forms.length > 0 && html`<p>Also available in</p>
      <ul>${document.other_forms.map((form) => html`<li><a href="${form.url}" hreflang="${form.language}">
        ${languages.filter((language) => language === form.language).length > 1 ? form.title : html`<span lang="${form.language}">${form.language_name}</span>`}
        (${form.type.toUpperCase()}, ${size(form.size)})</a></li>`)}</ul>`}
    ${document.versions.length > 0 && html`<details><summary>Earlier versions</summary><ul>
      ${latest}
      ${document.versions.map((version) => html`<li><a href="${version.url}">${day(version.dated)}</a>${
        version.edition && `, ${version.edition}`}${version.change_note && `: ${version.change_note}`}</li>`)}
    </ul></details>`}
    ${contact.email && html`<p><a href="mailto:${contact.email}?subject=${encodeURIComponent(`Another format: ${document.title}`)}">Ask
      for this in another format</a>${telephone && contact.telephone && html` or call
      <a href="tel:${contact.telephone.replaceAll(" ", "")}">${contact.telephone}</a>`}</p>`}
  </div>`;
}

/** One document for each work: the one of which the others are forms, or else the first. */
export function works(shelf: Schemas["DocumentFile"][]): Schemas["DocumentFile"][] {
  const shown = new Map<number, Schemas["DocumentFile"]>();
  for (const document of shelf) {
    const work = document.form_of ?? document.id;
    if (!shown.has(work) || document.id === work) shown.set(work, document);
  }
  return shelf.filter((document) => shown.get(document.form_of ?? document.id) === document);
}

/** Up to four documents with a picture, each of another collection. */
export function newest(page: PageOf<"resources.MaterialsPage">): Schemas["DocumentFile"][] {
  const shelves = page.body.flatMap((block) => (block.type === "collection" ? [block.value.documents] : []));
  return shelves.flatMap((shelf) => shelf.find((document) => document.thumbnail) ?? []).slice(0, 4);
}
