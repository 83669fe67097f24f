/**
 * Everything that moves the cursor, reorders its neighbours or cannot be seen. The joiners and
 * variation selectors stay: Persian, Indic scripts and emoji need them.
 */
const UNPRINTABLE =
  /(?!\u200c|\u200d|[\ufe00-\ufe0f])[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\ufff9-\ufffb]/gu

/** What most texts are, and what is quickly seen. */
const PLAIN = /^[ -~]*$/

const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }

/**
 * Makes a text from outside (a name, an error, a path) safe to print on one line: control
 * characters, line breaks, escape sequences, bidirectional overrides and invisible characters
 * become visible, as `\n`, `\x1b` or `\u202e`. Backslashes stay, so it is for eyes only.
 */
export function printable(text: string): string {
  if (PLAIN.test(text)) return text
  return text.replace(UNPRINTABLE, character => {
    const short = SHORT[character]
    if (short !== undefined) return short
    const code = character.codePointAt(0) ?? 0
    const hex = code.toString(16)
    if (code <= 0xff) return `\\x${hex.padStart(2, '0')}`
    return code <= 0xffff ? `\\u${hex.padStart(4, '0')}` : `\\u{${hex}}`
  })
}
