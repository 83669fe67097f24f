import { formatCount } from '../output/format.js'
import { standingOf } from '../output/standing.js'
import type { PageGroup } from './column.js'
import type { Columns } from './columns-of.js'
import { html, type Markup } from './html.js'
import type { PageFacts } from './page-facts.js'

/** The figures that matter most. */
export function renderTiles(facts: PageFacts, { schema, lastRun, backup }: Columns): Markup {
  const { databases } = facts
  const ok = databases.filter(({ status }) => status === 'ok')
  const upToDate = ok.filter(row => standingOf(row).isUpToDate).length
  const notAdopted = ok.filter(row => row.notAdopted !== undefined).length
  const altered = ok.filter(row => standingOf(row).isAltered && row.notAdopted === undefined).length
  const sum = (groups: readonly PageGroup[], tones: readonly string[]) =>
    groups.reduce((total, { count, tone }) => total + (tones.includes(tone) ? count : 0), 0)
  const failed = databases.length - ok.length
  return html`<ul class="tiles" aria-label="In short">${[
    tile(databases.length, databases.length === 1 ? 'database' : 'databases', 'aside'),
    tile(upToDate, 'up to date', 'good'),
    tile(ok.length - upToDate - altered - notAdopted, 'behind', 'attention'),
    tile(altered, 'with edited or missing migrations', 'bad'),
    ...(notAdopted === 0 ? [] : [tile(notAdopted, 'not adopted', 'bad')]),
    tile(failed, 'not readable', 'bad'),
    ...(schema === undefined ? [] : [tile(sum(schema.groups, ['bad']), 'not as expected', 'bad')]),
    ...(lastRun === undefined
      ? []
      : [tile(sum(lastRun.groups, ['bad']), 'failed in their last run', 'bad')]),
    ...(backup === undefined
      ? []
      : [
          tile(
            sum(backup.groups, ['attention', 'bad']),
            'without a proven copy of this week',
            'bad',
          ),
        ]),
  ]}</ul>`
}

/** What is none is good, or nothing to speak of. */
function tile(count: number, words: string, tone: string): Markup {
  return html`<li class="tile ${count === 0 ? 'aside' : tone}"><strong>${formatCount(count)}</strong> ${words}</li>`
}
