import { createHash } from 'node:crypto'

/** The text that counts: without a byte order mark, with LF line endings. */
export function normalizeText(text: string): string {
  return text.replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n')
}

/** SHA-256 in hex of a migration's text; an editor's line endings and BOM do not change it. */
export function checksum(text: string): string {
  return createHash('sha256').update(normalizeText(text)).digest('hex')
}
