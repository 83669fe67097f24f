import { isUtf8 } from 'node:buffer'

/** How a database stores text: `PRAGMA encoding`. */
export type Encoding = 'UTF-8' | 'UTF-16le' | 'UTF-16be'

/**
 * A stored text as an SQL expression, as a string of UTF-8 bytes (`latin1`). It is a literal where
 * one can hold it. The shell drops a carriage return before a line feed, so those come from
 * `char(13)`; NUL and what is no valid text is a cast of the stored bytes.
 *
 * @param bytes as stored, that is in the database's encoding
 */
export function textLiteral(bytes: Uint8Array, encoding: Encoding): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const text = utf8Bytes(buffer, encoding)
  if (text === undefined || text.includes('\0')) {
    return `CAST(X'${buffer.toString('hex').toUpperCase()}' AS TEXT)`
  }
  if (!text.includes('\r\n')) return quoted(text)
  const mark = unusedMark(text)
  return `replace(${quoted(text.replaceAll('\r', mark))},'${mark}',char(13))`
}

/** A text in the database's encoding. `undefined` when the bytes are none. */
export function decodeText(bytes: Uint8Array, encoding: Encoding): string | undefined {
  const text = utf8Bytes(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), encoding)
  return text === undefined ? undefined : Buffer.from(text, 'latin1').toString('utf8')
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

function utf8Bytes(buffer: Buffer, encoding: Encoding): string | undefined {
  if (encoding === 'UTF-8') return isUtf8(buffer) ? buffer.toString('latin1') : undefined
  if (buffer.length % 2 !== 0) return undefined
  const little = encoding === 'UTF-16le' ? buffer : Buffer.from(buffer).swap16()
  const text = little.toString('utf16le')
  // A lone surrogate has no UTF-8, and SQLite would read another text than is stored.
  return /\p{Surrogate}/u.test(text) ? undefined : Buffer.from(text, 'utf8').toString('latin1')
}

function unusedMark(text: string): string {
  for (let n = 0; ; n += 1) {
    const mark = n === 0 ? '\\r' : `\\r${n}`
    if (!text.includes(mark)) return mark
  }
}
