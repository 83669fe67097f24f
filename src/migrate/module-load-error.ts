import { UsageError } from '../errors/usage-error.js'

/** What the compiler says: why, where, and the column, which is that of the compiled text. */
const SYNTAX = /^\w+: (.*?)\s*\n\s*(.+:\d+):\d+\s*$/s

/** Says where and why a module migration cannot be loaded. */
export function moduleLoadError(error: unknown, file: string): UsageError {
  const [, syntax, where] = (error instanceof Error && SYNTAX.exec(error.message)) || []
  const message =
    where === undefined
      ? `${file}${lineIn(error, file)} does not load: ${textOf(error)}`
      : `${where}: ${syntax}`
  return new UsageError('migration-invalid', message, {
    hint: 'Nothing was touched. Correct the migration, or what it imports.',
    cause: error,
  })
}

function textOf(error: unknown): string {
  if (!(error instanceof Error)) return 'it throws something that is not an Error'
  // Behind the first line Node lists who required a module that is not there.
  return `${error.name}: ${error.message.split('\n')[0]}`
}

/** `:line` of the innermost call in the file itself. */
function lineIn(error: unknown, file: string): string {
  const stack = error instanceof Error ? (error.stack ?? '') : ''
  const start = stack.indexOf(`${file}:`)
  return start === -1 ? '' : (/^:\d+/.exec(stack.slice(start + file.length))?.[0] ?? '')
}
