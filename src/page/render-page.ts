import { createHash } from 'node:crypto'
import { printable } from '../output/escape.js'
import { plural } from '../output/format.js'
import { version } from '../version.js'
import type { ColumnBuilder, PageGroup } from './column.js'
import { type Columns, columnsOf } from './columns-of.js'
import { dataBlock } from './data-block.js'
import { html, Markup } from './html.js'
import type { PackedPage } from './packed-page.js'
import type { Absent, PageFacts } from './page-facts.js'
import { PAGE_MARK } from './page-mark.js'
import { renderGroups } from './render-groups.js'
import { renderRuns } from './render-runs.js'
import { renderSearch } from './render-search.js'
import { renderTiles } from './render-tiles.js'
import { momentWords } from './time-words.js'

/** The page's own script and style. */
export interface PageAssets {
  script: string
  style: string
}

/** One page that needs nothing besides itself. */
export function renderPage(facts: PageFacts, assets: PageAssets): string {
  const columns = columnsOf(facts)
  const { madeAt, title } = facts
  const script = new Markup(safeIn('script', assets.script))
  const style = new Markup(safeIn('style', assets.style))
  const policy = `default-src 'none'; script-src '${hashOf(script)}'; style-src '${hashOf(style)}'; base-uri 'none'; form-action 'none'`
  const packed: PackedPage = {
    names: facts.databases.map(({ name }) => printable(name)),
    columns: columns.all.map(column => column.build()),
  }
  const page = html`
<head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark"><meta name="referrer" content="no-referrer">
<title>${title}: fleet report</title><style>${style}</style></head>
<body><a class="skip" href="#main">To the content</a>
<header><div><h1>${title}</h1><p>Fleet report of ${momentWords(madeAt)} UTC, by dbfleet ${version}${
    facts.isPart ? '; a part of the fleet' : ''
  }</p></div>
<nav aria-label="Sections"><a href="#positions">Positions</a><a href="#schemas">Schemas</a><a href="#failures">Failures</a><a href="#runs">Runs</a><a href="#backups">Backups</a><a href="#databases">Databases</a></nav></header>
<main id="main" tabindex="-1">${renderTiles(facts, columns)}
${section('positions', 'Positions', groupsOf(columns.standing, 0, facts, 'Where databases stand'))}
${section('schemas', 'Schemas', schemas(facts, columns))}
${section('failures', 'Failures', failures(facts, columns))}
${section('runs', 'Runs', 'absent' in facts.runs ? why(facts.runs) : renderRuns(facts.runs, madeAt))}
${section('backups', 'Backups', backups(facts, columns))}
${section('databases', 'Databases', renderSearch())}
</main><footer>Times are in UTC. Everything on this page is in this file; it loads nothing.</footer>
${dataBlock('data', packed)}
<script>${script}</script></body></html>
`
  return PAGE_MARK + page.text
}

function section(id: string, heading: string, content: Markup): Markup {
  return html`<section id="${id}" aria-labelledby="${id}-heading"><h2 id="${id}-heading">${heading}</h2>${content}</section>`
}

function why({ absent }: Absent): Markup {
  return html`<p class="absent">${absent}</p>`
}

function groupsOf(
  column: ColumnBuilder,
  index: number,
  { databases }: PageFacts,
  caption: string,
): Markup {
  if (databases.length === 0) return html`<p class="absent">No databases were selected.</p>`
  const { groups } = column
  return renderGroups({ caption, column: index, groups, total: databases.length })
}

function schemas(facts: PageFacts, { all, schema }: Columns): Markup {
  if (schema === undefined || 'absent' in facts.schemas) return why(facts.schemas as Absent)
  const count = facts.schemas.census.length
  const words = `${plural(count, 'schema')} among the databases that could be read`
  return html`<p>${words}.</p>${groupsOf(schema, all.indexOf(schema), facts, 'Which schemas databases have')}`
}

function failures(facts: PageFacts, { all, standing, lastRun }: Columns): Markup {
  const parts = [
    { column: standing, heading: 'Not readable now' },
    ...(lastRun === undefined
      ? []
      : [{ column: lastRun, heading: 'Failed in the run that last worked on them' }]),
  ].flatMap(({ column, heading }) => {
    const bad = withFailures(column, column === standing)
    if (bad.every(({ count }) => count === 0)) return []
    const caption = `${heading}, by cause`
    const total = facts.databases.length
    return [
      html`<h3>${heading}</h3>${renderGroups({ caption, column: all.indexOf(column), groups: bad, total })}`,
    ]
  })
  if (parts.length > 0) return html`${parts}`
  return html`<p class="absent">${
    lastRun === undefined
      ? 'Every database could be read.'
      : 'Every database could be read, and none failed in the run that last worked on it.'
  }</p>`
}

/** The groups of failures, at the numbers that they have among all groups. */
function withFailures({ groups, failures }: ColumnBuilder, isPart: boolean): PageGroup[] {
  if (!isPart) return groups
  return groups.map((group, index) => (failures.has(index) ? group : { ...group, count: 0 }))
}

function backups(facts: PageFacts, { all, backup }: Columns): Markup {
  if (backup === undefined || 'absent' in facts.backups) return why(facts.backups as Absent)
  const { place, copies, unreadable } = facts.backups
  return html`<p>${copies.size === 0 ? `There is no proven copy in ${place}.` : `Newest proven copies in ${place}.`}</p>
${groupsOf(backup, all.indexOf(backup), facts, 'How old the newest proven copies are')}${unreadable.map(
  ({ set, message }) => html`<p class="tone bad">The set ${set} cannot be read: ${message}</p>`,
)}`
}

function hashOf({ text }: Markup): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`
}

/** @throws Error when the text would end its element; it is ours, so that is a defect */
function safeIn(element: 'script' | 'style', text: string): string {
  if (text.toLowerCase().includes(`</${element}`) || text.includes('<!--')) {
    throw new Error(`the page's ${element} cannot stand in a page`)
  }
  return text
}
