import { positionName } from '../output/migration-names.js'
import type { Tone } from '../output/tone.js'
import type { Finding, SchemaGroup } from '../report/check-report.js'
import { ColumnBuilder } from './column.js'
import type { PackedValue } from './packed-page.js'
import type { SchemaFacts } from './page-facts.js'

/** Enough of a fingerprint to tell schemas apart by eye. */
const SHOWN_DIGITS = 12

/** Which schema databases have, and what is wrong with it, in the words of `check`. */
export function schemaColumn(
  names: readonly string[],
  { census, findings }: SchemaFacts,
): ColumnBuilder {
  const column = new ColumnBuilder('Schema')
  const of = new Map<string, PackedValue>()
  // What is pending stands at the position.
  const told = findings.filter(({ code, databases }) => code !== 'pending' && databases.length > 0)
  const about = told.map(({ databases }) => new Set(databases))
  for (const group of census) {
    const [first = ''] = group.databases
    const own = told.filter((_, index) => about[index]?.has(first))
    const value = cellOf(group, own, column)
    for (const name of group.databases) of.set(name, value)
  }
  for (const name of names) {
    column.add(name, of.get(name) ?? { text: 'not read', tone: 'attention', group: -1 })
  }
  return column
}

function cellOf(
  { fingerprint, position, asExpected }: SchemaGroup,
  findings: readonly Finding[],
  column: ColumnBuilder,
): PackedValue {
  const [words, tone]: [string, Tone] =
    asExpected === true
      ? ['as expected', 'good']
      : asExpected === false
        ? ['not as expected', 'bad']
        : ['not compared: the expected schema is not known', 'attention']
  const lines = [
    ...findings.map(({ message }) => message),
    `schema ${fingerprint.slice(0, SHOWN_DIGITS)}`,
  ]
  const text = `${words} at ${positionName(position)}`
  return { text, tone, group: column.group(text, tone, lines), lines }
}
