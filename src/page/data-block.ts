import { Markup } from './html.js'

/**
 * Data as an element that the page's script reads. Nothing in it can end the element, begin a comment, or
 * break a line of a script.
 */
export function dataBlock(id: string, data: object): Markup {
  const json = JSON.stringify(data).replace(
    /[<>&\u2028\u2029]/g,
    character => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
  return new Markup(`<script type="application/json" id="${id}">${json}</script>`)
}
