import { existsSync } from 'node:fs'

/** The built worker: beside this module when it is bundled, in `dist` when it runs from source. */
export function workerEntry(): URL {
  const bundled = new URL('./worker.js', import.meta.url)
  return existsSync(bundled) ? bundled : new URL('../../../dist/worker.js', import.meta.url)
}
