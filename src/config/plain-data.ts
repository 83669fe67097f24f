/** Deeper than any key that a configuration has. */
const DEEPEST = 8

/**
 * A copy of what was written, made of plain lists and objects, without keys that are undefined.
 * What is validated is thus what is used, whatever getters and prototypes the original has.
 */
export function plainData(value: unknown, depth = 0): unknown {
  if (typeof value !== 'object' || value === null || depth > DEEPEST) return value
  if (Array.isArray(value)) return value.map(item => plainData(item, depth + 1))
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .map(([key, member]) => [key, plainData(member, depth + 1)]),
  )
}
