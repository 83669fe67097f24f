import type { ErrorReport } from '../report/error-report.js'
import { printable } from './escape.js'
import { renderHint } from './render-hint.js'
import type { Screen } from './terminal.js'
import { wrap } from './wrap.js'

/**
 * An error: what is wrong, in which file, and what to do.
 *
 * @param mark stands before it; the default is that of an error that ended the run
 */
export function renderError(
  error: ErrorReport & { file?: string },
  screen: Screen,
  mark = screen.colours.red('error:'),
): string[] {
  // Some messages are lists or quote a statement; their own line breaks are the only ones obeyed.
  const [first = '', ...others] = error.message.trimEnd().split(/\r?\n/)
  const title = `${mark} ${printable(first)}`
  return [
    ...wrap(title, screen.width, '', 2),
    ...others.flatMap(line => ownLine(line, screen)),
    ...(error.file === undefined ? [] : [`  in ${printable(error.file)}`]),
    ...renderHint(error.hint, 2, screen),
  ]
}

/** A line of the message; what does not fit into it is indented like its beginning. */
function ownLine(line: string, { width }: Screen): string[] {
  const text = line.trimStart()
  const indent = ' '.repeat(2 + line.length - text.length)
  return wrap(printable(text), width, indent)
}
