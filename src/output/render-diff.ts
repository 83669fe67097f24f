import type { DiffReport, SchemaDifference } from '../report/diff-report.js'
import { printable } from './escape.js'
import { plural } from './format.js'
import type { Screen } from './terminal.js'
import { paint, type Tone } from './tone.js'
import { wrap } from './wrap.js'

/** What makes the first schema into the second, a line each. */
export function renderDiff(
  { from, to, differences, sql }: DiffReport,
  screen: Screen,
  { withSql }: { withSql: boolean },
): string[] {
  const names = `${printable(from)} and ${printable(to)}`
  if (differences.length === 0) return wrap(`${names} have the same schema.`, screen.width)
  if (withSql) return sql.flatMap(statement => sqlLines(statement))
  return [
    ...differences.flatMap(difference => line(difference, screen)),
    ...wrap(
      `${plural(differences.length, 'difference')} between ${names}; + is in the second only, - in the first only`,
      screen.width,
    ),
  ]
}

function sqlLines(statement: string): string[] {
  const [first = '', ...others] = statement.split('\n').map(printable)
  const lines = [first, ...others]
  return [...lines.slice(0, -1), `${lines.at(-1)};`]
}

function line({ kind, subject, detail, essential }: SchemaDifference, screen: Screen): string[] {
  const [sign, tone] = signOf(kind, essential)
  const text = detail === undefined ? subject : `${subject}: ${detail}`
  return wrap(printable(text), screen.width, `${paint(sign, tone, screen.colours)} `, 2)
}

function signOf(kind: string, essential: boolean): [string, Tone] {
  if (kind.startsWith('add-')) return ['+', 'good']
  if (kind.startsWith('drop-')) return ['-', 'bad']
  return ['~', essential ? 'attention' : 'aside']
}
