import { meaningfulTokens } from '../../src/sql/tokens.js'

/** A reproducible source of choices. */
export type Choose = (count: number) => number

export function chooser(seed: number): Choose {
  let state = seed >>> 0
  return count => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % count
  }
}

const SPACES = [' ', '  ', '\n', '\t', ' /* a comment; */ ', ' -- another\n']

/** The same SQL with other white space, comments, letter case and quotes of names. */
export function respell(sql: string, names: ReadonlySet<string>, choose: Choose): string {
  let text = ''
  for (const token of meaningfulTokens(sql)) {
    const space = text === '' ? '' : (SPACES[choose(SPACES.length)] ?? ' ')
    text += space + spelled(token.kind, token.text, names, choose)
  }
  return text
}

function spelled(kind: string, text: string, names: ReadonlySet<string>, choose: Choose): string {
  if (kind !== 'word') return text
  const cased = [text, text.toUpperCase(), text.toLowerCase()][choose(3)] ?? text
  if (!names.has(text)) return cased
  return [cased, `"${cased}"`, `[${cased}]`, `\`${cased}\``][choose(4)] ?? cased
}
