import { displayWidth } from './display-width.js'

const ELLIPSIS = '…'

/**
 * Cuts a text without colours to `width` columns, with an ellipsis where it was cut; never inside
 * a character, however many code points it has.
 *
 * @param keep which end stays: the start, or the end for paths, which differ there
 */
export function truncate(text: string, width: number, keep: 'start' | 'end' = 'start'): string {
  if (displayWidth(text) <= width) return text
  if (width < 1) return ''
  const characters = Array.from(new Intl.Segmenter().segment(text), part => part.segment)
  if (keep === 'end') characters.reverse()
  const kept: string[] = []
  let room = width - 1
  for (const character of characters) {
    room -= displayWidth(character)
    if (room < 0) break
    kept.push(character)
  }
  return keep === 'end' ? ELLIPSIS + kept.reverse().join('') : kept.join('') + ELLIPSIS
}
