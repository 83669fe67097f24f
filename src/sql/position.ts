/** A place in a text, both from 1. */
export interface Position {
  line: number
  /** In UTF-16 code units, as editors count. */
  column: number
}

/**
 * Where an offset (in UTF-16 code units from 0) lies. Lines end with a line feed. An offset outside
 * the text counts as the text's nearer end.
 */
export function lineAndColumn(text: string, offset: number): Position {
  const end = Math.max(0, Math.min(offset, text.length))
  let line = 1
  let lineStart = 0
  for (;;) {
    const lineFeed = text.indexOf('\n', lineStart)
    if (lineFeed < 0 || lineFeed >= end) break
    line += 1
    lineStart = lineFeed + 1
  }
  return { line, column: end - lineStart + 1 }
}
