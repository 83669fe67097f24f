import type { Finding, Severity } from '../report/check-report.js'
import { printable } from './escape.js'
import { renderHint } from './render-hint.js'
import type { Screen } from './terminal.js'
import { paint, type Tone } from './tone.js'
import { wrap } from './wrap.js'

export const TONES: Record<Severity, Tone> = { error: 'bad', warning: 'attention', note: 'aside' }

/** A finding that is about no database: how grave it is, where, and what it is. */
export function renderFinding(finding: Finding, screen: Screen): string[] {
  const { severity, code, message, file, line, hint } = finding
  const place =
    file === undefined ? '' : `${printable(file)}${line === undefined ? '' : `:${line}`}`
  const label = paint(severity, TONES[severity], screen.colours)
  const [first = '', ...others] = message.trimEnd().split('\n')
  return [
    ...wrap(
      [label, place, screen.colours.dim(code)].filter(Boolean).join(' '),
      screen.width,
      '',
      2,
    ),
    ...wrap(printable(first), screen.width, '  '),
    ...others.map(text => `  ${printable(text)}`),
    ...renderHint(hint, 2, screen),
  ]
}
