/*
 * SQLite's character classes, for UTF-16 code units as `charCodeAt` gives them. `NaN`, which stands
 * for the end of the text, is in no class.
 */

export function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39
}

export function isHexDigit(code: number): boolean {
  return isDigit(code) || (code >= 0x41 && code <= 0x46) || (code >= 0x61 && code <= 0x66)
}

/** A letter, `_` or anything beyond ASCII: SQLite takes even a no-break space for a letter. */
export function isWordStart(code: number): boolean {
  return (
    (code >= 0x61 && code <= 0x7a) ||
    (code >= 0x41 && code <= 0x5a) ||
    code === 0x5f ||
    code >= 0x80
  )
}

export function isWordPart(code: number): boolean {
  return isWordStart(code) || isDigit(code) || code === 0x24
}

/** Tab, line feed, form feed, carriage return or space. */
export function isSpaceStart(code: number): boolean {
  return code === 0x20 || (code >= 0x09 && code <= 0x0d && code !== 0x0b)
}

/** Like `isSpaceStart`, and the vertical tab, which may continue white space but not begin it. */
export function isSpacePart(code: number): boolean {
  return code === 0x20 || (code >= 0x09 && code <= 0x0d)
}
