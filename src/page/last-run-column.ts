import { errorClassOf } from '../report/error-class.js'
import type { LastResult } from '../report/run-course.js'
import { ColumnBuilder } from './column.js'
import { FailureGroups } from './failure-groups.js'
import type { PackedValue } from './packed-page.js'
import type { RunFacts } from './page-facts.js'
import { momentWords } from './time-words.js'

/** What became of databases in the run that last worked on them; groups are the causes of failures. */
export function lastRunColumn(names: readonly string[], { last }: RunFacts): ColumnBuilder {
  const column = new ColumnBuilder('Last run')
  const failures = new FailureGroups(column)
  for (const name of names) {
    const result = last.get(name)
    column.add(name, result === undefined ? NONE : cellOf(name, result, failures))
  }
  return column
}

const NONE: PackedValue = { text: 'none of the runs shown', tone: 'aside', group: -1 }

function cellOf(
  name: string,
  { run, status, endedAt, error, errorClass }: LastResult,
  failures: FailureGroups,
): PackedValue {
  const where = `run ${run}`
  const lines = endedAt === null ? [] : [`ended ${momentWords(endedAt)} UTC`]
  if (status === 'ok') return { text: `ok in ${where}`, tone: 'good', group: -1, lines }
  if (error === undefined || status !== 'failed') {
    const words = status === 'not-run' ? 'not run' : status
    return { text: `${words} in ${where}`, tone: 'attention', group: -1, lines }
  }
  const kind = errorClass ?? errorClassOf(error.code)
  const value = failures.value({ name, error, errorClass: kind }, where)
  return { ...value, lines: [...(value.lines ?? []), ...lines] }
}
