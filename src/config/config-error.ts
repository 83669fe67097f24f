import { pathToFileURL } from 'node:url'
import { UsageError } from '../errors/usage-error.js'

/** What the compiler says: why, where, and the column from 0. */
const SYNTAX = /^\w+: (.*?)\s*\n\s*(.+):(\d+):(\d+)\s*$/s

/** Says where and why a configuration that is a module cannot be evaluated. */
export function configError(error: unknown, file: string): UsageError {
  const syntax = error instanceof Error ? SYNTAX.exec(error.message) : null
  if (syntax !== null) {
    const [, why, where = file, line, column] = syntax
    return new UsageError('config-syntax', `${where}:${line}:${Number(column) + 1}: ${why}`, {
      hint:
        where === file ? 'Correct the syntax.' : `Correct the syntax; ${file} imports that file.`,
      cause: error,
    })
  }
  const code = error instanceof SyntaxError ? 'config-syntax' : 'config-failed'
  return new UsageError(code, `${file}${placeIn(error, file)}: ${textOf(error)}`, {
    hint: 'Correct the configuration, or what it imports.',
    cause: error,
  })
}

function textOf(error: unknown): string {
  if (!(error instanceof Error)) return 'throws something that is not an Error'
  // A JSON parser quotes the text around a fault, which may be a secret that the module reads.
  const message = error.message.replace(/, (?:\.{3})?".*(?= is not valid JSON)/s, '')
  // Behind the first line Node lists who required a module that is not there.
  return `${error.name}: ${message.split('\n')[0]}`
}

/** `:line` or `:line:column` of the innermost call in the file itself, or of what Node says of its syntax. */
function placeIn(error: unknown, file: string): string {
  const stack = error instanceof Error ? (error.stack ?? '') : ''
  // Of what was compiled, the line is that of the file, but the column is not.
  const names = [
    [pathToFileURL(file).href, /^:\d+(?::\d+)?/],
    [file, /^:\d+/],
  ] as const
  for (const [name, pattern] of names) {
    const start = stack.indexOf(`${name}:`)
    const place = start === -1 ? undefined : pattern.exec(stack.slice(start + name.length))
    if (place) return place[0]
  }
  return ''
}
