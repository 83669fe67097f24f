import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { PageAssets } from '../../page/render-page.js'
import { packageRoot } from '../package-root.js'

/** The page's own script and style, as they were built from `src/page/browser`. */
export async function readPageAssets(): Promise<PageAssets> {
  const read = (file: string) => readFile(join(packageRoot(), 'dist', 'browser', file), 'utf8')
  const [script, style] = await Promise.all([read('main.js'), read('main.css')])
  return { script, style }
}
