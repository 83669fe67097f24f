import { printable } from './escape.js'
import type { Screen } from './terminal.js'
import { wrap } from './wrap.js'

/** A remark; its own line breaks are kept. */
export function renderNote(text: string, { width }: Screen): string[] {
  return text
    .trimEnd()
    .split(/\r?\n/)
    .flatMap(line => wrap(printable(line), width))
}
