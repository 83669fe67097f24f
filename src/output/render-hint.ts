import { printable } from './escape.js'
import type { Screen } from './terminal.js'
import { wrap } from './wrap.js'

/** What to do about an error, on lines of its own: `→ close the other program`. */
export function renderHint(hint: string | undefined, indent: number, screen: Screen): string[] {
  if (hint === undefined) return []
  // Painted line by line, because a pager forgets the colour at the end of a line.
  return wrap(printable(hint), screen.width, `${' '.repeat(indent)}→ `).map(screen.colours.dim)
}
