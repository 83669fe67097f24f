/** A path in the one form that dbfleet writes, or why it cannot be used. */
export type JsonPathResult = { path: string } | { problem: string }

const step = /^(?:\.(?:"(?<quoted>[^"]*)"|(?<plain>[^."[]+))|\[(?<fromEnd>#-)?(?<index>\d+)\])/
const plainKey = /^[A-Za-z_][A-Za-z0-9_]*$/
const unusable = /[\p{Cc}\p{Surrogate}]/u
/** SQLite counts in 32 bits and overflows without a word. */
const largestIndex = 999_999_999

/**
 * Reads a path as SQLite's JSON functions do (https://sqlite.org/json1.html#path_arguments) and
 * gives its canonical form: keys in double quotes unless they are plain words, indexes without
 * leading zeros. Refuses what SQLite would refuse, what could never find a value, and what SQLite's
 * versions read differently.
 */
export function canonicalJsonPath(text: string): JsonPathResult {
  if (!text.startsWith('$')) return { problem: 'a path starts with "$", as in "$.key"' }
  if (text === '$') return { problem: 'this is the whole document; name a key or an index in it' }
  let path = '$'
  let at = 1
  while (at < text.length) {
    const match = step.exec(text.slice(at))
    if (match === null) return { problem: diagnose(text, at) }
    const { quoted, plain, fromEnd, index } = match.groups ?? {}
    const problem = index === undefined ? keyProblem(quoted, plain) : indexProblem(index, fromEnd)
    if (problem !== undefined) return { problem }
    path += index === undefined ? writeKey(quoted ?? plain ?? '') : `[${fromEnd ?? ''}${+index}]`
    at += match[0].length
  }
  return { path }
}

function writeKey(key: string): string {
  return plainKey.test(key) ? `.${key}` : `."${key}"`
}

function keyProblem(quoted: string | undefined, plain: string | undefined): string | undefined {
  const key = quoted ?? plain ?? ''
  const shown = JSON.stringify(key)
  if (unusable.test(key)) return `the key ${shown} holds a control character or half a character`
  if (key.includes('\\')) return `the key ${shown} holds a backslash, ${readDifferently}`
  if (plain === undefined) return undefined
  if (plain === '*') return 'SQLite has no wildcards in paths; a key that is a star is written ."*"'
  if (plain !== plain.trim())
    return `the key ${shown} begins or ends with a space; quote it: ."key"`
  return undefined
}

function indexProblem(index: string, fromEnd: string | undefined): string | undefined {
  if (Number(index) > largestIndex) return `an array index is at most ${largestIndex}`
  if (fromEnd !== undefined && Number(index) === 0) return nothingThere('[#-0]')
  return undefined
}

function diagnose(text: string, at: number): string {
  const rest = text.slice(at)
  if (/^\.?\[\*\]|^\.\./.test(rest)) return 'SQLite has no wildcards in paths'
  if (rest.startsWith('[-')) return 'an index from the end is written [#-1]'
  if (rest.startsWith('[#]')) return nothingThere('[#]')
  if (rest.startsWith('[')) return 'an index is a number in brackets: [0], or [#-1] from the end'
  if (rest.startsWith('."') && rest.indexOf('"', 2) < 0) return 'a quoted key is not closed'
  if (rest.includes('"')) return `a key holds a double quote, ${readDifferently}`
  if (rest.startsWith('.')) return `a key is missing after the dot at character ${at + 1}`
  return `"." or "[" was expected at character ${at + 1}, not ${JSON.stringify(rest[0])}`
}

function nothingThere(step: string): string {
  return `${step} is the place behind the last element, where nothing is; the last is [#-1]`
}

const readDifferently = "which SQLite's versions read differently in a path"
