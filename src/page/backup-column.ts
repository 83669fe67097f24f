import { ColumnBuilder } from './column.js'
import type { BackupFacts } from './page-facts.js'
import { ageWords, momentWords } from './time-words.js'

const DAY_MS = 24 * 60 * 60 * 1000

/** How old the newest proven copy of each database is. */
export function backupColumn(
  names: readonly string[],
  { copies }: BackupFacts,
  now: number,
): ColumnBuilder {
  const column = new ColumnBuilder('Newest backup')
  const young = column.group('a proven copy younger than a day', 'good')
  const week = column.group('a proven copy younger than a week', 'good')
  const old = column.group('only an older proven copy', 'attention')
  const none = column.group('no proven copy', 'bad')
  for (const name of names) {
    const copy = copies.get(name)
    if (copy === undefined) {
      column.add(name, { text: 'no proven copy', tone: 'bad', group: none })
      continue
    }
    const age = now - copy.takenAt
    const group = age < DAY_MS ? young : age < 7 * DAY_MS ? week : old
    column.add(name, {
      text: `${momentWords(copy.takenAt)} UTC, ${ageWords(age)}`,
      tone: group === old ? 'attention' : 'good',
      group,
      lines: [`in the set ${copy.set}`],
    })
  }
  return column
}
