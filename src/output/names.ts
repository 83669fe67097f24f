import { displayWidth } from './display-width.js'
import { printable } from './escape.js'
import { formatCount } from './format.js'
import { truncate } from './truncate.js'

/**
 * Some names of a list and how many there are besides: `alice, bob, carol and 409 more`.
 *
 * @param limits at most `count` names (default 3), in at most `width` columns
 */
export function listNames(
  names: readonly string[],
  { count = 3, width = Infinity }: { count?: number; width?: number } = {},
): string {
  if (names.length === 0) return ''
  let text = ''
  for (let shown = Math.min(count, names.length); shown > 0; shown -= 1) {
    text = join(names.slice(0, shown).map(printable), names.length - shown)
    if (displayWidth(text) <= width) return text
  }
  const first = printable(names[0] ?? '')
  const roomForFirst = width - (displayWidth(text) - displayWidth(first))
  // Half a name is no use when there is room for a letter or two only.
  if (roomForFirst < 4) return truncate(text, width)
  return join([truncate(first, roomForFirst)], names.length - 1)
}

function join(shown: readonly string[], hidden: number): string {
  const list = shown.join(', ')
  return hidden === 0 ? list : `${list} and ${formatCount(hidden)} more`
}
