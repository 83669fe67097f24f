import type { SqlValue } from '../report/query-rows.js'

const INTEGER = /^-?\d+$/
const REAL = /^-?(\d+\.\d*|\.?\d+)([eE][+-]?\d+)?$/
const QUOTED = /^'((?:[^']|'')*)'$/
const BLOB = /^x'((?:[0-9a-f]{2})*)'$/i

/**
 * The value of a `--param`: `null`, a number and a blob (`x'00ff'`) as in SQL, a text in single
 * quotes or without.
 */
export function sqlParameter(text: string): SqlValue {
  if (/^null$/i.test(text)) return null
  if (INTEGER.test(text)) {
    const integer = BigInt(text)
    return BigInt.asIntN(64, integer) === integer ? integer : Number(text)
  }
  if (REAL.test(text) && Number.isFinite(Number(text))) return Number(text)
  const blob = BLOB.exec(text)?.[1]
  if (blob !== undefined) return new Uint8Array(Buffer.from(blob, 'hex'))
  return QUOTED.exec(text)?.[1]?.replaceAll("''", "'") ?? text
}
