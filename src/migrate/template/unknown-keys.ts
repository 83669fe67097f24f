import { nearest } from '../../errors/nearest.js'
import type { JsonSteps } from './json-document.js'
import { isRecord } from './table-schema.js'
import type { TemplateProblem } from './template-problem.js'

/** The parts of a valibot schema that say which keys it knows. */
interface SchemaNode {
  readonly pipe?: readonly object[]
  readonly wrapped?: object
  readonly item?: object
  readonly options?: readonly unknown[]
  readonly entries?: Readonly<Record<string, object>>
}

/**
 * Every key that a schema does not know, with the nearest one that it does. (valibot's own strict
 * objects stop at the first, and do not say which one was meant.)
 */
export function findUnknownKeys(
  schema: object,
  value: unknown,
  at: JsonSteps = [],
): TemplateProblem[] {
  const { pipe, wrapped, item, options, entries } = schema as SchemaNode
  if (pipe !== undefined) return pipe.flatMap(part => findUnknownKeys(part, value, at))
  if (wrapped !== undefined) return findUnknownKeys(wrapped, value, at)
  if (options !== undefined) {
    return options.filter(isNode).flatMap(option => findUnknownKeys(option, value, at))
  }
  if (item !== undefined && Array.isArray(value)) {
    return value.flatMap((element, i) => findUnknownKeys(item, element, [...at, i]))
  }
  if (entries === undefined || !isRecord(value)) return []
  return Object.entries(value).flatMap(([key, member]) => {
    const known = Object.hasOwn(entries, key) ? entries[key] : undefined
    return known === undefined
      ? [unknownKey([...at, key], key, Object.keys(entries))]
      : findUnknownKeys(known, member, [...at, key])
  })
}

function isNode(part: unknown): part is object {
  return typeof part === 'object' && part !== null
}

function unknownKey(at: JsonSteps, key: string, known: readonly string[]): TemplateProblem {
  const near = nearest(key, known)
  const message =
    near === undefined
      ? `unknown key; known here are ${known.join(', ')}`
      : `unknown key; did you mean "${near}"?`
  return { at, message }
}
