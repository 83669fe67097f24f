import * as v from 'valibot'
import { nearest } from '../errors/nearest.js'

/** An object with these keys and no others; of each other one, the nearest that was meant is told. */
export function knownKeys<const Entries extends v.ObjectEntries>(entries: Entries) {
  const known = Object.keys(entries)
  return v.pipe(
    // Lists are objects to valibot.
    v.custom<Record<string, unknown>>(isRecord, 'must be an object'),
    v.looseObject(entries, 'is missing'),
    v.rawCheck(({ dataset, addIssue }) => {
      const input: unknown = dataset.value
      if (!isRecord(input)) return
      for (const key of Object.keys(input)) {
        if (!Object.hasOwn(entries, key)) addIssue(unknownKey(input, key, known))
      }
    }),
  )
}

/** An object whose kind no key tells: its keys are compared with those that would. */
export function keyOf(kinds: readonly string[], others: readonly string[]) {
  return v.pipe(
    v.custom<never>(isRecord, 'must be an object'),
    v.rawCheck(({ dataset, addIssue }) => {
      const input: unknown = dataset.value
      if (!isRecord(input)) return
      const unknown = Object.keys(input).filter(key => !others.includes(key))
      for (const key of unknown) addIssue(unknownKey(input, key, kinds))
      if (unknown.length === 0) addIssue({ message: `must have one of the keys ${list(kinds)}` })
    }),
  )
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function unknownKey(
  input: Record<string, unknown>,
  key: string,
  known: readonly string[],
): { message: string; path: [v.ObjectPathItem] } {
  const near = nearest(key, known)
  const message =
    near === undefined
      ? `unknown key; known here are ${list(known)}`
      : `unknown key; did you mean "${near}"?`
  return { message, path: [{ type: 'object', origin: 'key', input, key, value: input[key] }] }
}

function list(words: readonly string[]): string {
  return words.join(', ')
}
