import { formatCount, formatDuration } from '../output/format.js'
import { toneOf } from '../output/render-runs.js'
import type { RunRow } from '../report/run-rows.js'
import { html, type Markup } from './html.js'
import type { RunFacts } from './page-facts.js'
import { renderCourse } from './render-course.js'
import { momentWords } from './time-words.js'

/** The newest runs, and how the newest big one went. */
export function renderRuns({ runs, course }: RunFacts, now: number): Markup {
  return html`${course === undefined ? html`` : renderCourse(course, now)}
<table class="runs"><caption class="unseen">The newest runs, newest first</caption>
<thead><tr><th scope="col" class="number">Run</th><th scope="col">Started (UTC)</th><th scope="col">Verb</th><th scope="col">State</th><th scope="col" class="number">OK</th><th scope="col" class="number">Failed</th><th scope="col" class="number">Skipped</th><th scope="col" class="number">Not run</th><th scope="col" class="number">Took</th></tr></thead>
<tbody>${runs.map(row)}</tbody></table>`
}

function row(run: RunRow): Markup {
  const { id, startedAt, endedAt, verb, state, ok, failed, skipped, notRun, inHand, undoes } = run
  const took = endedAt === null ? '' : formatDuration(Date.parse(endedAt) - Date.parse(startedAt))
  const reason = run.reason?.message
  return html`<tr><th scope="row" class="number">${id}</th><td>${momentWords(Date.parse(startedAt))}</td><td>${verb}${
    undoes === undefined ? '' : `, takes back run ${undoes}`
  }</td><td><span class="tone ${toneOf(state)}">${state}</span>${
    reason === undefined ? html`` : html`<span class="line">${reason}</span>`
  }</td>
${[cell('OK', formatCount(ok)), cell('Failed', formatCount(failed)), cell('Skipped', formatCount(skipped)), cell('Not run', formatCount(notRun + inHand)), cell('Took', took)]}</tr>
`
}

/** @param title what it is called where there is no room for a row of headers */
function cell(title: string, text: string): Markup {
  return html`<td class="number" data-title="${title}">${text}</td>`
}
