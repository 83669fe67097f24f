import { DbfleetError } from '../../errors/dbfleet-error.js'
import type { SqlValue } from '../database.js'

// The shapes of the Hrana protocol, version 3, in JSON:
// https://github.com/tursodatabase/libsql/blob/main/docs/HRANA_3_SPEC.md

export type HranaValue =
  | { type: 'null' }
  | { type: 'integer'; value: string }
  /** JSON has no infinities; the server writes `null` for both. */
  | { type: 'float'; value: number | null }
  | { type: 'text'; value: string }
  | { type: 'blob'; base64: string }

export interface HranaStatement {
  sql: string
  args?: HranaValue[]
  want_rows?: boolean
}

/** Whether a step runs, by what became of those before it; steps count from 0. */
export type HranaCondition =
  | { type: 'ok'; step: number }
  | { type: 'error'; step: number }
  | { type: 'not'; cond: HranaCondition }
  | { type: 'is_autocommit' }

export interface HranaStep {
  stmt: HranaStatement
  condition?: HranaCondition
}

export interface HranaResult {
  cols: { name: string | null }[]
  rows: HranaValue[][]
  affected_row_count: number
  last_insert_rowid: string | null
}

/** What the server says of a statement without running it. */
export interface HranaDescription {
  params: { name: string | null }[]
  cols: { name: string | null }[]
  is_explain: boolean
  is_readonly: boolean
}

export interface HranaError {
  message: string
  code?: string | null
}

/** Both lists have one entry a step; a step that was not run has `null` in both. */
export interface HranaBatchResult {
  step_results: (HranaResult | null)[]
  step_errors: (HranaError | null)[]
}

/**
 * A value as the protocol carries it.
 *
 * @throws DbfleetError `unrepresentable` for an infinite number or NaN
 */
export function toHrana(value: SqlValue): HranaValue {
  if (value === null) return { type: 'null' }
  if (typeof value === 'bigint') return { type: 'integer', value: value.toString() }
  if (typeof value === 'string') return { type: 'text', value }
  if (typeof value === 'number') {
    if (Number.isFinite(value)) return { type: 'float', value }
    throw unrepresentable()
  }
  return { type: 'blob', base64: Buffer.from(value).toString('base64') }
}

/** @throws DbfleetError `unrepresentable` for an infinite number */
export function fromHrana(value: HranaValue): SqlValue {
  switch (value.type) {
    case 'null':
      return null
    case 'integer':
      return BigInt(value.value)
    case 'float':
      if (value.value === null) throw unrepresentable()
      return value.value
    case 'text':
      return value.value
    case 'blob':
      return new Uint8Array(Buffer.from(value.base64, 'base64'))
  }
}

function unrepresentable(): DbfleetError {
  return new DbfleetError(
    'unrepresentable',
    'an infinite number cannot be sent over this connection',
    {
      hint: "In SQL it can be written 9e999, and read with format('%!g', x).",
    },
  )
}
