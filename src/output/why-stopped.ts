import type { ErrorReport } from '../report/error-report.js'
import { printable } from './escape.js'
import { renderHint } from './render-hint.js'
import type { Screen } from './terminal.js'
import { paint } from './tone.js'
import { wrap } from './wrap.js'

/** Why a run ended before all was done, when nobody interrupted it. */
export function whyStopped(stopped: ErrorReport | undefined, screen: Screen): string[] {
  if (stopped === undefined) return []
  const { message, hint } = stopped
  const stop = paint('Stopped:', 'attention', screen.colours)
  return [...wrap(`${stop} ${printable(message)}`, screen.width), ...renderHint(hint, 0, screen)]
}
