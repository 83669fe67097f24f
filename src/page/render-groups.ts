import { formatCount } from '../output/format.js'
import type { PageGroup } from './column.js'
import { html, type Markup } from './html.js'

interface Shown {
  /** What the table says of the databases. */
  caption: string
  /** The number of the column that the groups are of. */
  column: number
  groups: readonly PageGroup[]
  /** How many databases there are. */
  total: number
}

/** More would be no overview; the rest is found by the search. */
const MOST_GROUPS = 100

/** Groups of databases, the largest first, each with a button that lists its databases. */
export function renderGroups({ caption, column, groups, total }: Shown): Markup {
  const shown = groups
    .map((group, index) => ({ ...group, index }))
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.count - a.count)
  const hidden = shown.length - MOST_GROUPS
  return html`<table class="groups"><caption class="unseen">${caption}</caption>
<thead><tr><th scope="col" class="number">Databases</th><th scope="col" class="share"><span class="unseen">Share</span></th><th scope="col">What</th><th scope="col"><span class="unseen">Which</span></th></tr></thead>
<tbody>${shown.slice(0, MOST_GROUPS).map(group => row(group, column, total))}</tbody></table>${
    hidden > 0 ? html`<p class="aside">and ${formatCount(hidden)} more groups</p>` : html``
  }`
}

function row(group: PageGroup & { index: number }, column: number, total: number): Markup {
  const { count, words, tone, names, lines, index } = group
  const more = count > names.length ? ` and ${formatCount(count - names.length)} more` : ''
  return html`<tr><td class="number">${formatCount(count)}</td><td class="share">${bar(count, total, tone)}</td>
<td class="what"><span class="tone ${tone}">${words}</span>${lines.map(line => html`<span class="line">${line}</span>`)}<span class="line names">${names.join(', ')}${more}</span></td>
<td class="act"><button type="button" class="show" data-column="${column}" data-group="${index}" hidden>list<span class="unseen"> ${formatCount(count)}: ${words}</span></button></td></tr>
`
}

function bar(count: number, total: number, tone: string): Markup {
  const width = ((100 * count) / Math.max(1, total)).toFixed(2)
  return html`<svg class="bar ${tone}" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true"><rect class="rest" width="100" height="8"/><rect class="part" width="${width}" height="8"/></svg>`
}
