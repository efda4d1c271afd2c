/** Every block that a page can have, drawn. The compiler holds that none is forgotten. */

import { type Api, type Block, type PageOf, type PageType, type Schemas, answer, never } from "./api.js";
import { counted, drawDocument, newest, size, works } from "./documents.js";
import { Html, hasWords, html, rich } from "./html.js";

/** What blocks need that is not in them. */
export interface Around {
  api: Api;
  contact: Schemas["Contact"];
  documents: Map<number, Schemas["Document"]>;
}

/** The level of a section's heading that a block opens; null for one that opens none. */
function opens(block: Block): number | null {
  switch (block.type) {
    case "heading":
      return Number(block.value.level.slice(1));
    case "benefit":
    case "partner":
    case "collection":
    case "benefits_band":
    case "toolkit_band":
    case "materials_band":
    case "partners_band":
    case "get_involved_band":
      return 2;
    default:
      return null;
  }
}

/** A page's body. A heading inside a block is one level below the nearest above it. */
export async function drawBody(body: readonly Block[], around: Around): Promise<Html> {
  let level = 1;
  const drawn = body.map((block) => {
    level = opens(block) ?? level;
    return drawBlock(block, Math.min(level + 1, 6), around);
  });
  return html`${await Promise.all(drawn)}`;
}

async function drawBlock(block: Block, level: number, around: Around): Promise<Html | null> {
  switch (block.type) {
    case "heading":
      return heading(Number(block.value.level.slice(1)), block.value.text, block.value.anchor);
    case "rich_text":
      return rich(block.value);
    case "quote":
      return quote(block.value.quote, [block.value.name, block.value.role]);
    case "easy_read":
      return html`<ul>${block.value.pairs.map((pair) => html`<li>${picture(pair.image)}<p>${pair.text}</p></li>`)}</ul>`;
    case "image": {
      const { image, caption, credit } = block.value;
      return html`<figure>${picture(image)}${(caption || credit) && html`<figcaption>${caption} ${credit}</figcaption>`}</figure>`;
    }
    case "video":
      return html`<div><a href="${block.value.url}">${picture(block.value.image)}
        Watch “${block.value.title}” on ${new URL(block.value.url).host}</a>
        <details><summary>Read the film: “${block.value.title}”</summary>${rich(block.value.transcript)}</details></div>`;
    case "document":
      return attached(block.value.document, around, { words: block.value.description, telephone: true });
    case "inset":
      return html`<div class="inset">${rich(block.value.text)}</div>`;
    case "warning":
      return html`<div role="note"><p>Take care</p>${rich(block.value.text)}</div>`;
    case "details":
      return html`<details><summary>${block.value.summary}</summary>${rich(block.value.text)}</details>`;
    case "accordion":
      return html`${block.value.sections.map((section) => html`<details>
        <summary>${heading(level, section.heading)}</summary>${rich(section.text)}</details>`)}`;
    case "steps": {
      const below = block.value.heading ? level + 1 : level;
      return html`<div>${block.value.heading && heading(level, block.value.heading)}
        <ol>${block.value.steps.map((step) => html`<li>${heading(below, step.title)}${rich(step.text)}</li>`)}</ol></div>`;
    }
    case "checklist":
      return html`<div>${heading(level, block.value.heading)}
        <ul>${block.value.items.map((item) => html`<li><label><input type="checkbox"> ${item}</label></li>`)}</ul></div>`;
    case "table":
      return table(block.value);
    case "cards": {
      const below = block.value.heading ? level + 1 : level;
      return html`<div>${block.value.heading && heading(level, block.value.heading)}<ul>${block.value.cards.map((card) =>
        html`<li>${picture(card.image)}${heading(below, card.title)}<p>${card.text}</p>${way(card.link)}</li>`)}</ul></div>`;
    }
    case "call_to_action":
      return html`<div>${heading(level, block.value.heading)}${block.value.text && html`<p>${block.value.text}</p>`}
        ${way(block.value.link)}</div>`;
    case "contact":
      return html`<div>${heading(level, block.value.name)}
        ${block.value.description && html`<p>${block.value.description}</p>`}<dl>
        ${block.value.email && html`<dt>Email</dt><dd><a href="mailto:${block.value.email}">${block.value.email}</a></dd>`}
        ${block.value.telephone && html`<dt>Telephone</dt>
          <dd><a href="tel:${block.value.telephone.replaceAll(" ", "")}">${block.value.telephone}</a></dd>`}
        ${block.value.address && html`<dt>Address</dt><dd>${block.value.address}</dd>`}</dl></div>`;
    case "benefit":
      return html`<section>${picture(block.value.image)}${heading(2, block.value.title)}<p>${block.value.summary}</p>
        ${rich(block.value.text)}${block.value.quote && quote(block.value.quote, [block.value.quote_name])}</section>`;
    case "partner": {
      const { partner, role } = block.value;
      return html`${partner && html`<section>${picture(partner.logo)}${heading(2, partner.name)}<p>${role}</p>
        <p>${partner.description}</p>
        ${partner.website && html`<p><a href="${partner.website}">${new URL(partner.website).host}</a></p>`}</section>`}`;
    }
    case "collection": {
      const { archive, documents, introduction } = block.value;
      return html`<section>${heading(2, block.value.heading)}${introduction && hasWords(introduction) && rich(introduction)}
        ${archive && html`<p><a href="${archive.url}">Download all ${counted(archive.document_count, "file")}
          (ZIP, ${size(archive.size)})</a></p>`}
        ${documents.length === 0 && html`<p>There is nothing on this shelf yet. We are working on it.</p>`}
        <ul>${works(documents).map((document) => html`<li>${attached(document, around, {})}</li>`)}</ul></section>`;
    }
    case "activity": {
      const { value } = block;
      return html`<div><p>Activity</p>${heading(level, value.title)}<dl>
        <dt>Time</dt><dd>${value.duration}</dd>
        ${value.group_size && html`<dt>People</dt><dd>${value.group_size}</dd>`}
        ${value.materials && html`<dt>You need</dt><dd>${value.materials}</dd>`}</dl>
        <ol>${value.steps.map((step) => html`<li>${rich(step)}</li>`)}</ol>
        ${hasWords(value.learning) && html`${heading(level + 1, "What people take away")}${rich(value.learning)}`}</div>`;
    }
    case "template":
      return html`<div><p>To print and fill in</p>${heading(level, block.value.title)}
        ${block.value.introduction && html`<p>${block.value.introduction}</p>`}
        <dl>${block.value.fields.map((field) => html`<dt>${field.label}</dt><dd>${field.hint && html`<p>${field.hint}</p>`}</dd>`)}</dl>
        ${attached(block.value.document, around, { telephone: true })}</div>`;
    case "benefits_band":
      return band(block.value, async (page) => {
        const shown = await whole(around.api, page, "programme.BenefitsPage");
        const benefits = shown.body.flatMap((item) => (item.type === "benefit" ? [item.value] : []));
        return html`<ul>${benefits.map((benefit) => html`<li>${heading(3, benefit.title)}<p>${benefit.summary}</p></li>`)}</ul>`;
      });
    case "toolkit_band":
      return band(block.value, async (page) => {
        const toolkit = await whole(around.api, page, "resources.ToolkitPage");
        return html`<p><a href="${page.url}">${block.value.link_text}</a></p><p>${toolkit.edition}</p>
          <ol>${toolkit.chapters.map((chapter) => html`<li><a href="${chapter.url}">${chapter.title}</a></li>`)}</ol>`;
      });
    case "materials_band":
      return band(block.value, async (page) => {
        const materials = await whole(around.api, page, "resources.MaterialsPage");
        return html`<ul>${newest(materials).map((document) => html`<li><a href="${document.url}">${document.title}</a>
          ${document.type.toUpperCase()}, ${size(document.size)}</li>`)}</ul>
          <p><a href="${page.url}">${block.value.link_text}</a></p>`;
      });
    case "partners_band":
      return band(block.value, async (page) => {
        const shown = await whole(around.api, page, "programme.PartnersPage");
        const partners = shown.body.flatMap((item) => (item.type === "partner" && item.value.partner ? [item.value.partner] : []));
        return html`<ul>${partners.map((partner) => html`<li>${picture(partner.logo)}${heading(3, partner.name)}
          <p>${partner.description}</p></li>`)}</ul><p><a href="${page.url}">What each partner does here</a></p>`;
      });
    case "get_involved_band":
      return band(block.value, async (page) => html`<p><a href="${page.url}">${block.value.link_text}</a></p>`);
    default:
      return never(block);
  }
}

// Parts of blocks ------------------------------------------------------------------

export function heading(level: number, text: string, anchor?: string | null): Html {
  const name = `h${Math.min(Math.max(level, 2), 6)}`;
  return html`<${new Html(name)}${anchor && html` id="${anchor}"`}>${text}</${new Html(name)}>`;
}

export function picture(image: Schemas["Image"] | null): Html | null {
  if (!image) return null;
  const { small, medium, large } = image.renditions;
  const srcset = [small, medium, large].map((rendition) => `${rendition.url} ${rendition.width}w`).join(", ");
  return html`<img src="${medium.url}" srcset="${srcset}" sizes="90vw" width="${medium.width}" height="${medium.height}"
    alt="${image.alt}" loading="lazy">`;
}

function quote(words: string, who: (string | null)[]): Html {
  const said = who.filter(Boolean).join(" ");
  return html`<figure><blockquote><p>“${words}”</p></blockquote>${said && html`<figcaption>${said}</figcaption>`}</figure>`;
}

function way(link: Schemas["Link"]): Html | null {
  const address = link.page?.url ?? link.url;
  return address ? html`<p><a href="${address}">${link.text}</a></p>` : null;
}

function attached(shown: Schemas["DocumentFile"] | null, around: Around, said: { words?: string | null; telephone?: boolean }): Html | null {
  const document = shown && around.documents.get(shown.id);
  return document ? drawDocument({ document, contact: around.contact, ...said }) : null;
}

function table({ caption, row_headers, table }: Schemas["TableBlock"]): Html | null {
  if (!table) return null;
  return html`<table><caption>${caption}</caption>
    <thead><tr>${table.columns.map((column) => html`<th scope="col">${column.heading}</th>`)}</tr></thead>
    <tbody>${table.rows.map((row) => html`<tr>${row.values.map((cell, index) => {
      const words = table.columns[index]?.type === "rich_text" ? rich(String(cell ?? "")) : html`${cell}`;
      return row_headers && index === 0 ? html`<th scope="row">${words}</th>` : html`<td>${words}</td>`;
    })}</tr>`)}</tbody></table>`;
}

interface Band {
  heading: string;
  introduction: string | null;
  page: Schemas["PageLink"] | null;
}

/** A part of the home page about another page; nothing while that page is not public. */
async function band(shown: Band, inside: (page: Schemas["PageLink"]) => Promise<Html>): Promise<Html> {
  if (!shown.page) return html``;
  return html`<section>${heading(2, shown.heading)}${shown.introduction && html`<p>${shown.introduction}</p>`}
    ${await inside(shown.page)}</section>`;
}

async function whole<Type extends PageType>(api: Api, page: Schemas["PageLink"], type: Type): Promise<PageOf<Type>> {
  const found = answer(await api.GET("/pages/{page_id}/", { params: { path: { page_id: page.id } } }));
  if (found.type !== type) throw new Error(`${page.url} is no ${type}`);
  return found as PageOf<Type>;
}
