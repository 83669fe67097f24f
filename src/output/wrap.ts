import { displayWidth } from './display-width.js'

/**
 * Breaks a text at its spaces into lines of at most `width` columns. A word longer than a line
 * stays whole, so that a path can be copied. Colours in the text take no room.
 *
 * @param first what stands before the first line
 * @param indent columns before the other lines; as wide as `first` unless said otherwise
 */
export function wrap(
  text: string,
  width: number,
  first = '',
  indent = displayWidth(first),
): string[] {
  const lines: string[] = []
  let line = first
  let room = width - displayWidth(first)
  let empty = true
  for (const word of text.split(' ')) {
    const wide = displayWidth(word)
    if (!empty && wide + 1 > room) {
      lines.push(line)
      line = ' '.repeat(indent)
      room = width - indent
      empty = true
    }
    line += empty ? word : ` ${word}`
    room -= empty ? wide : wide + 1
    empty = false
  }
  return [...lines, line]
}
