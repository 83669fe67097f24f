import type { NewReport } from '../report/new-report.js'
import { printable } from './escape.js'
import { renderHint } from './render-hint.js'
import { shownPath } from './shown-path.js'
import type { Screen } from './terminal.js'
import { wrap } from './wrap.js'

/**
 * The files that `new` wrote and what a template put there.
 *
 * @param directory where the reader is; paths below it are shown relative to it
 */
export function renderNew(
  { files, notes, template }: NewReport,
  screen: Screen,
  directory = process.cwd(),
): string[] {
  const { green } = screen.colours
  const first =
    template === null ? 'write the migration there' : `look over what template ${template} made`
  return [
    ...files.map(file => `${green('created')} ${printable(shownPath(file, directory))}`),
    ...notes.flatMap(note => wrap(printable(note), screen.width, '  ')),
    ...renderHint(`${first}, then run dbfleet up --all`, 2, screen),
  ]
}
