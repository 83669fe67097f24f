import type { DatabaseResult } from './fleet-report.js'

const WORD_BEFORE = /[\p{L}\p{N}_]$/u
const WORD_AFTER = /^[\p{L}\p{N}_]/u

/** A quoted path or url, which may hold spaces. */
const QUOTED_PATH = /(['"`])(?:\/|[a-z]:[\\/]|[a-z][a-z+]+:)[^'"`]*\1/giu
/** A path or url that stands free. */
const FREE_PATH =
  /(?<![\p{L}\p{N}_./\\-])(?:\/|[a-z]:[\\/]|file:|[a-z][a-z+]+:\/\/)[^\s'"`,;()]+/giu
/** A migration's own file, with a line or not: failures in different migrations differ. */
const MIGRATION_FILE = /\.(?:sql|[cm]?[jt]s)['"`]?(?::\d+)*:?$/i
/** A number that stands alone: not `20260102_add_tag`, nor the `630` of `630nm`. */
const NUMBER = /(?<![\p{L}\p{N}_])\d+(?:\.\d+)?(?![\p{L}\p{N}_])/gu

/**
 * A key that two failed databases share when they failed for the same reason: the error's code and
 * message without the database's own name, paths of databases and numbers.
 */
export function causeOf({ name, error }: Pick<DatabaseResult, 'name' | 'error'>): string {
  if (error === undefined) return ''
  const message = withoutName(error.message, name)
    .replace(QUOTED_PATH, hidePath)
    .replace(FREE_PATH, hidePath)
    .replace(NUMBER, '{number}')
  return `${error.code}\0${message}`
}

/** By hand, because compiling a pattern for each of 10,000 names takes 20 seconds. */
function withoutName(message: string, name: string): string {
  if (name === '') return message
  let text = ''
  let end = 0
  for (let at = message.indexOf(name); at !== -1; at = message.indexOf(name, end)) {
    text += message.slice(end, at)
    end = at + name.length
    // Two code units hold a letter of any script.
    const before = message.slice(Math.max(0, at - 2), at)
    const insideWord = WORD_BEFORE.test(before) || WORD_AFTER.test(message.slice(end, end + 2))
    text += insideWord ? name : '{name}'
  }
  return text + message.slice(end)
}

function hidePath(path: string): string {
  return MIGRATION_FILE.test(path) ? path : '{path}'
}
