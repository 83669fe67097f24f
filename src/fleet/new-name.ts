import { UsageError } from '../errors/usage-error.js'

const MAX_BYTES = 200
const FIRST = /^[\p{L}\p{N}_]/u
const INNER = /[^\p{L}\p{M}\p{N} ._+@=,-]|\p{Default_Ignorable_Code_Point}/u
const LAST = /[^ .]$/u

const RULE =
  'A name is made of letters and digits of any script, . _ - + @ = , and inner spaces; it begins with a letter, a digit or _, does not end in a dot or a space, and has at most 200 bytes.'

/**
 * Checks the name of a database that is to be made. It becomes part of a path, and people type it
 * into shells, globs, URLs and SQL: so whatever has a meaning in one of those is refused, quotes
 * too, and so is what cannot be seen or looks like another name (text that is not in Unicode's
 * normal form C). Databases that exist already may have any name.
 *
 * @throws UsageError `bad-name`
 */
export function checkNewName(name: string): void {
  const why = fault(name)
  if (why === undefined) return
  throw new UsageError('bad-name', `a new database cannot be named ${shown(name)}: ${why}`, {
    hint: RULE,
  })
}

/** The reason why no new database may have this name. */
function fault(name: string): string | undefined {
  if (name === '') return 'it is empty'
  const bytes = Buffer.byteLength(name)
  if (bytes > MAX_BYTES) return `it has ${bytes} bytes, of at most ${MAX_BYTES}`
  const bad = INNER.exec(name)?.[0]
  if (bad !== undefined) return `it has ${described(bad)}`
  if (!FIRST.test(name)) return `it begins with ${described(name.slice(0, 1))}`
  if (!LAST.test(name)) return `it ends in ${described(name.slice(-1))}`
  if (name.normalize('NFC') !== name) return "it is not in Unicode's normal form C"
  return undefined
}

function described(character: string): string {
  const code = character.codePointAt(0) ?? 0
  if (character === ' ') return 'a space'
  const isVisible = /^[^\p{C}\p{M}\p{Z}]$/u.test(character)
  if (isVisible && !/\p{Default_Ignorable_Code_Point}/u.test(character)) return `a ${character}`
  const number = `U+${code.toString(16).toUpperCase().padStart(4, '0')}`
  return code < 0x20 || code === 0x7f
    ? `a control character (${number})`
    : `the character ${number}`
}

const SHOWN = 60

/** The name in quotes, on one line, cut when it is long. */
function shown(name: string): string {
  const start = [...name].slice(0, SHOWN).join('')
  const quoted = JSON.stringify(start).replace(
    /[\p{C}\p{Z}\p{Default_Ignorable_Code_Point}]/gu,
    c => (c === ' ' ? c : `\\u{${(c.codePointAt(0) ?? 0).toString(16)}}`),
  )
  return start.length < name.length ? `${quoted.slice(0, -1)}…"` : quoted
}
