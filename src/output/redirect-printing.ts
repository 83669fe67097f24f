import { Console } from 'node:console'

/** Sends what a configuration or a migration prints to standard error: results stand alone. */
export function redirectPrinting(): void {
  globalThis.console = new Console(process.stderr)
}
