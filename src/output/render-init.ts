import type { InitReport } from '../report/init-report.js'
import { printable } from './escape.js'
import { renderHint } from './render-hint.js'
import type { Screen } from './terminal.js'

/** What `init` wrote and what it left alone. */
export function renderInit({ created, kept }: InitReport, screen: Screen): string[] {
  const { green, dim } = screen.colours
  return [
    ...created.map(path => `${green('created')} ${printable(path)}`),
    ...kept.map(path => dim(`kept    ${printable(path)}`)),
    ...renderHint('make a migration with dbfleet new <name>, then run dbfleet up --all', 2, screen),
  ]
}
