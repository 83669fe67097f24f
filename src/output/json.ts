/**
 * A document as JSON text, in parts, with a newline at the end. Elements of its arrays stand on
 * lines of their own, so that the text can be read, compared and searched by line; 100,000 of them
 * are never one string. A bigint is a number where that is exact, else a string of its digits.
 */
export function* jsonText(document: object): Generator<string> {
  let separator = '{'
  for (const [key, value] of Object.entries(document)) {
    if (value === undefined) continue
    yield `${separator}${JSON.stringify(key)}:`
    if (Array.isArray(value) && value.length > 0) yield* arrayText(value)
    else yield jsonElement(value)
    separator = ',\n'
  }
  yield separator === '{' ? '{}\n' : '}\n'
}

function* arrayText(elements: readonly unknown[]): Generator<string> {
  let separator = '[\n'
  for (const element of elements) {
    yield separator + jsonElement(element)
    separator = ',\n'
  }
  yield '\n]'
}

/**
 * Control characters beyond ASCII's, and those that break or reorder lines. JSON allows them as they
 * are, but the text may be printed on a terminal; they occur in strings only, where the escape
 * means the same.
 */
const UNPRINTABLE = /[\x7f-\x9f\u2028\u2029]|\p{Bidi_Control}/gu

/** A value as JSON text on one line, by the same rules. */
export function jsonElement(value: unknown): string {
  const text = JSON.stringify(value, exactBigint) ?? 'null'
  return text.replace(UNPRINTABLE, escaped)
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}

function exactBigint(_key: string, value: unknown): unknown {
  if (typeof value !== 'bigint') return value
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : value.toString()
}
