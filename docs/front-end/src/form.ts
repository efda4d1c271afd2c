/** The form to get involved: drawn from its questions, and sent on as the person filled it in. */

import { randomUUID } from "node:crypto";
import { type Api, type Schemas, answer } from "./api.js";
import { Html, html, rich } from "./html.js";

type Form = Schemas["Form"];
type Question = Schemas["Question"];
type Answers = Schemas["Submission"]["answers"];

/** What came back when a form was sent: the answers again with what is wrong, or what is next. */
export type Sent =
  | { kind: "taken"; taken: Schemas["Taken"] }
  | { kind: "again"; status: number; problem: Schemas["Problem"]; given: URLSearchParams };

export async function readForm(api: Api, page: number): Promise<Form> {
  return answer(await api.GET("/forms/{page_id}/", { params: { path: { page_id: page } } }));
}

/** Send what a browser posted. The same `key` twice is kept once. */
export async function sendForm(api: Api, form: Form, given: URLSearchParams): Promise<Sent> {
  const answers: Answers = {};
  for (const question of form.questions) {
    const value = answerTo(question, given.getAll(question.name));
    if (value !== undefined) answers[question.name] = value;
  }
  const sent = await api.POST("/forms/{page_id}/submissions/", {
    params: { path: { page_id: form.id }, header: { "Idempotency-Key": given.get("key") || randomUUID() } },
    body: { answers },
  });
  if (sent.data) return { kind: "taken", taken: sent.data };
  return { kind: "again", status: sent.response.status, problem: sent.error, given };
}

function answerTo(question: Question, values: string[]): Answers[string] | undefined {
  const [value] = values;
  switch (question.kind) {
    case "checkbox":
      return value !== undefined;
    case "checkboxes":
      return values;
    case "number":
      return value === undefined || value.trim() === "" ? undefined : Number(value);
    default:
      return value;
  }
}

export function drawForm(form: Form, again?: Extract<Sent, { kind: "again" }>): Html {
  const { privacy } = form;
  const faults = new Map(again?.problem.errors.map((error) => [error.pointer, error.message]));
  return html`${again && drawSummary(form, again.problem, faults)}
    <form method="post" novalidate>
      <h2>Fill in the form</h2>
      <input type="hidden" name="key" value="${again?.given.get("key") ?? randomUUID()}">
      ${groups(form.questions).map(([legend, questions]) => {
        const drawn = questions.map((question) => drawQuestion(question, faults.get(pointer(question)), again?.given));
        return legend ? html`<fieldset><legend><h3>${legend}</h3></legend>${drawn}</fieldset>` : html`${drawn}`;
      })}
      <section>
        <h3>What happens to your answers</h3>
        <h4>Why we ask</h4>${rich(privacy.purpose)}
        <h4>Who sees them</h4>${rich(privacy.who_sees)}
        <h4>How long we keep them</h4><p>${privacy.how_long}</p>
        <h4>How to leave</h4><p>${privacy.how_to_leave}</p>
      </section>
      <button>${form.submit_label}</button>
    </form>`;
}

function pointer(question: Question): string {
  return `#/answers/${question.name}`;
}

function drawSummary(form: Form, problem: Schemas["Problem"], faults: Map<string | null, string>): Html {
  const links = form.questions.flatMap((question) => {
    const fault = faults.get(pointer(question));
    return fault ? [html`<li><a href="#${question.name}">${fault}</a></li>`] : [];
  });
  return html`<div role="alert"><h2>There is a problem</h2>
    ${links.length > 0 ? html`<ul>${links}</ul>` : html`<p>${problem.detail}</p>`}</div>`;
}

function drawQuestion(question: Question, fault: string | undefined, given: URLSearchParams | undefined): Html {
  const { name, kind, label, choices } = question;
  const filled = given?.getAll(name) ?? [question.initial].flat().filter((value) => value !== false).map(String);
  const id = new Html(`id="${name}"`);
  const hint = question.hint && html`<p>${question.hint}</p>`;
  const error = fault && html`<p><strong>${fault}</strong></p>`;
  const box = (type: string, value: string, place: number): Html =>
    html`<input type="${type}" name="${name}" value="${value}"${place === 0 && html` ${id}`}${filled.includes(value) && " checked"}>`;
  switch (kind) {
    case "checkboxes":
    case "radio":
      return html`<fieldset><legend>${label}</legend>${hint}${error}${choices.map((choice, place) => html`<p><label>
        ${box(kind === "radio" ? "radio" : "checkbox", choice.value, place)} ${choice.label}</label></p>`)}</fieldset>`;
    case "checkbox":
      return html`<div>${error}<p><label>${box("checkbox", "true", 0)} ${label}</label></p>${hint}</div>`;
    case "dropdown":
      return html`<div><label for="${name}">${label}</label>${hint}${error}<select ${id} name="${name}">${choices.map((choice) =>
        html`<option value="${choice.value}"${filled.includes(choice.value) && " selected"}>${choice.label}</option>`)}</select></div>`;
    case "multiline":
      return html`<div><label for="${name}">${label}</label>${hint}${error}<textarea ${id} name="${name}" rows="5">${filled[0]}</textarea></div>`;
    default: {
      const type = kind === "telephone" ? "tel" : kind === "singleline" ? "text" : kind;
      return html`<div><label for="${name}">${label}</label>${hint}${error}<input ${id} type="${type}" name="${name}"
        value="${filled[0]}"${question.autocomplete && html` autocomplete="${question.autocomplete}"`}></div>`;
    }
  }
}

/** Neighbours of one group, together. */
function groups(questions: Question[]): [string, Question[]][] {
  const found: [string, Question[]][] = [];
  for (const question of questions) {
    const last = found.at(-1);
    if (last && question.group && last[0] === question.group) last[1].push(question);
    else found.push([question.group, [question]]);
  }
  return found;
}
