import type { ColumnDescription } from './table-schema.js'

/** Why a column's default does not suit its type, or `undefined` when it does. */
export function defaultProblem({ type, notNull, default: value }: ColumnDescription) {
  if (value === undefined) return undefined
  if (value === null) return notNull ? 'null is not a default of a column with notNull' : undefined
  if (type === 'blob') return 'a blob has no literal in JSON; leave the default out'
  if (type === 'text') return textProblem(value)
  if (typeof value === 'boolean') return undefined
  if (typeof value !== 'number') return `a column of type ${type} needs a number`
  if (!Number.isFinite(value)) return 'beyond the largest number that SQLite stores'
  if (type !== 'integer') return undefined
  if (!Number.isInteger(value)) return 'a column of type integer needs a whole number'
  return Number.isSafeInteger(value)
    ? undefined
    : 'beyond 2^53, where a number in JSON loses its last digits'
}

function textProblem(value: NonNullable<ColumnDescription['default']>): string | undefined {
  if (typeof value === 'object') return undefined
  if (typeof value !== 'string') return 'a column of type text needs a text'
  return /[\0\p{Surrogate}]/u.test(value) ? 'holds NUL or half a character' : undefined
}
