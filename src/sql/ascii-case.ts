/*
 * Letter case as SQLite sees it: only A to Z have two. `toUpperCase` alone would take the dotless ı
 * for an I, and so `commıt`, which is a name, for the keyword.
 */

export function asciiUpperCase(text: string): string {
  return isAscii(text) ? text.toUpperCase() : text.replace(/[a-z]/g, x => x.toUpperCase())
}

export function asciiLowerCase(text: string): string {
  return isAscii(text) ? text.toLowerCase() : text.replace(/[A-Z]/g, x => x.toLowerCase())
}

function isAscii(text: string): boolean {
  return !/[\u0080-\uffff]/.test(text)
}
