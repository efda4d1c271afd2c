/** HTML as a template: what is put in is escaped, unless it is HTML already. */

export class Html {
  constructor(readonly text: string) {}
}

type Part = Html | string | number | null | undefined | false | readonly Part[];

const ENTITIES: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

function written(part: Part): string {
  if (part === null || part === undefined || part === false) return "";
  if (part instanceof Html) return part.text;
  if (typeof part === "object") return part.map(written).join("");
  return String(part).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}

export function html(words: TemplateStringsArray, ...parts: Part[]): Html {
  return new Html(words.reduce((text, word, index) => text + written(parts[index - 1]) + word));
}

/** Rich text of the API: it is finished HTML. */
export function rich(text: string | null): Html {
  return new Html(text ?? "");
}

/** The words of finished HTML, to see if there are any. */
export function hasWords(text: string): boolean {
  return text.replace(/<[^>]*>/g, "").trim() !== "";
}
