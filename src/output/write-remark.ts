import type { OutputStream } from './terminal.js'

/** Writes lines to standard error, at once. When that fails there is nobody left to tell. */
export function writeRemark(stderr: OutputStream, lines: readonly string[]): Promise<void> {
  return new Promise(resolve => {
    stderr.write(lines.map(line => `${line}\n`).join(''), () => resolve())
  })
}
