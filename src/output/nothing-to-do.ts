import { printable } from './escape.js'
import { formatCount, plural } from './format.js'
import { groupRows } from './grouping.js'
import { positionName } from './migration-names.js'
import type { Screen } from './terminal.js'
import { truncate } from './truncate.js'
import { wrap } from './wrap.js'

interface Standing {
  name: string
  position: string | null
}

/** `Nothing to do: 200 databases are at 20260102_add_index.` */
export function nothingToDo(rows: readonly Standing[], screen: Screen): string[] {
  return wrap(`Nothing to do: ${whereTheyAre(rows, screen.width - 1)}.`, screen.width)
}

function whereTheyAre(rows: readonly Standing[], room: number): string {
  const [first, second] = rows
  if (first === undefined) return 'no databases were selected'
  if (second === undefined) {
    return `${truncate(printable(first.name), room)} is at ${positionName(first.position, room)}`
  }
  const groups = groupRows(rows, ({ position }) => JSON.stringify(position))
  if (groups.length > 3) {
    const databases = plural(rows.length, 'database')
    return `${databases} are at ${formatCount(groups.length)} different positions`
  }
  return groups
    .map((group, index) => {
      const count = group.rows.length
      const subject = index > 0 ? formatCount(count) : plural(count, 'database')
      const verb = index > 0 ? '' : count === 1 ? ' is' : ' are'
      return `${subject}${verb} at ${positionName(group.rows[0].position, room)}`
    })
    .join(', ')
}
